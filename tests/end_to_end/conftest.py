"""A whole house: real PostgreSQL, web, worker, provider's stand-in and mail server."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.end_to_end.houses import whole_house
from tests.end_to_end.journey import Journey
from tests.kits.sharing import IN_ONE_HOUSE

_HOUSES: list[Journey] = []
_OPEN = ExitStack()


@pytest.fixture(scope="session")
def left_at_last() -> Iterator[None]:
    """At the end, while the memory that its database is kept in is still there."""
    yield
    _leave()


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, left_at_last: None) -> Journey:
    """One house for all journeys in a row; each test buys orders of its own, and leaves it calm."""
    if not _HOUSES:
        _HOUSES.append(_OPEN.enter_context(whole_house(tmp_path_factory.mktemp("house"))))
    return _HOUSES[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Nobody lives in it any more: its worker would go on looking for work beside other tests."""
    if nextitem is None or nextitem.nodeid.split("::")[0] not in IN_ONE_HOUSE:
        _leave()


def _leave() -> None:
    _HOUSES.clear()
    _OPEN.close()
