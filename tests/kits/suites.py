"""Which tests the fast suite leaves to the journeys: those that wait for whole programs."""

from functools import cache
from pathlib import Path

import pytest

# Houses of several processes, whoever kills them, and what is measured.
FOLDERS = ("end_to_end", "crash", "benchmarks")
# The programs that others wait for.
FIXTURES = frozenset(("browser", "browser_program"))


def is_journey(item: pytest.Item) -> bool:
    """By where it lies and what it asks for: no test has to say so itself."""
    return in_journeys(item.nodeid) or not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def in_journeys(test: str) -> bool:
    """Whether all of a test's file are journeys, by the test's name."""
    return _lies_in_journeys(test.split("::", 1)[0])


@cache
def _lies_in_journeys(file: str) -> bool:
    return not {*Path(file).parts}.isdisjoint(FOLDERS)


def wanted(config: pytest.Config) -> bool:
    """Whether journeys run: asked for, with the nightly forms, or somebody named what to run."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS or config.getoption("keyword")
    return bool(config.getoption("--journeys") or config.getoption("--slow") or named)
