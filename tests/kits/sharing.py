"""How the tests are shared out among processes: whole files, those that wait longest first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

# Whole houses and crashes come first; the rules take moments each and fill the ends.
LONGEST_FIRST = ("end_to_end", "crash", "benchmarks", "web", "contract", "adapters")


def in_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The order that files are given out in; what measures comes last, and to one process."""
    return sorted(items, key=lambda item: (is_alone(item), _rank(item)))


def is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


def _rank(item: pytest.Item) -> int:
    folders = item.path.parts
    found = [rank for rank, name in enumerate(LONGEST_FIRST) if name in folders]
    return min(found, default=len(LONGEST_FIRST))


def scheduler(config: pytest.Config, log: "Producer") -> "LoadFileScheduling":
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)
