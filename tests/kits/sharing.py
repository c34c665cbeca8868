"""How the tests are shared out among processes: whole files, those that wait longest first."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

# Whole houses and crashes come first; the rules take moments each and fill the ends.
LONGEST_FIRST = ("end_to_end", "crash", "benchmarks", "web", "contract", "adapters")
# They live in one house, the fixture `journey`, which is built once.
IN_ONE_HOUSE = tuple(
    f"tests/end_to_end/test_{name}.py"
    for name in (
        "stuck_pending",
        "journeys",
        "kill_between",
        "desk",
        "grace",
        "raw_doors",
        "in_the_browser",
        "declined_then_paid",
        "door_killed",
    )
)
# They measure seconds: one process runs them last, while the other has little left or nothing.
MEASURING = (
    "tests/adapters/worker/reactors/test_alarms_unreachable.py",
    "tests/adapters/worker/test_daemon.py",
)


def in_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The order that files are given out in."""
    return sorted(items, key=lambda item: rank(item.nodeid))


def rank(test: str) -> tuple[bool, int]:
    """A test's place in that order, by its name."""
    return _rank_of_file(_file(test))


@cache
def _rank_of_file(file: str) -> tuple[bool, int]:
    folders = Path(file).parts
    found = [number for number, name in enumerate(LONGEST_FIRST) if name in folders]
    return file in MEASURING, min(found, default=len(LONGEST_FIRST))


def unit(test: str) -> str:
    """What a test is given out with: its file, all of one house, or all that measures."""
    together = {"measuring": MEASURING, "one house": IN_ONE_HOUSE}
    found = (name for name, files in together.items() if _file(test) in files)
    return next(found, _file(test))


def _file(test: str) -> str:
    return test.split("::", 1)[0]


def scheduler(config: pytest.Config, log: "Producer") -> "LoadFileScheduling":
    """Raises `ImportError` where pytest-xdist is missing; then nothing is shared out, either."""
    from xdist.scheduler import LoadFileScheduling

    class Units(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    return Units(config, log)
