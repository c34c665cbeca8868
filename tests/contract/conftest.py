"""Every recorder there is, empty, under one name: the contract holds for each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.memory import MemoryStampRecorder
from adapters.store.recorder import StampRecorder
from tests.conftest import Database, fresh_database
from tests.kits.databases import hasty, migrated_template
from tests.kits.installed_postgres import InstalledPostgres, installed

RECORDERS = ["memory", "postgres", "postgres 16", "postgres 15"]
# What differs from one server to the next is seen in these; all others run on them with --slow.
ON_EVERY_SERVER = {
    "test_what_was_committed_is_read_as_it_was_answered",
    "test_the_same_again_returns_the_first_and_writes_nothing",
    "test_the_last_seat_is_sold_once",
    "test_every_root_is_that_of_the_rows",
    "test_sixteen_buyers_never_oversell_and_leave_no_hole",
    "test_many_streams_are_read_up_to_a_position",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        on = getattr(item, "callspec", None)
        older = on is not None and on.params.get("recorder") in ("postgres 16", "postgres 15")
        if older and getattr(item, "originalname", "") not in ON_EVERY_SERVER:
            item.add_marker(pytest.mark.slow)


@dataclass
class Clock:
    """A clock that ticks one second at a look, and can be set."""

    now: datetime = field(default=datetime(2027, 2, 12, 10, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=RECORDERS)
def recorder(request: pytest.FixtureRequest, clock: Clock) -> Iterator[StampRecorder]:
    made = make_recorder(request, clock)
    yield made
    made.close()


def make_recorder(request: pytest.FixtureRequest, clock: Callable[[], datetime]) -> StampRecorder:
    if request.param == "memory":
        return MemoryStampRecorder(clock=clock)
    names = {
        "postgres": "database",
        "postgres 16": "database_16",
        "postgres 15": "database_15",
    }
    found: Database = request.getfixturevalue(names[request.param])
    return PostgresStampRecorder(found.app, clock=clock)


@pytest.fixture(scope="session")
def server_16(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The oldest server that the wheel carries."""
    home: Path = tmp_path_factory.mktemp("home16")
    server = EmbeddedPostgres(home, version=16)
    server.start()
    hasty(server)
    yield server
    server.destroy()


@pytest.fixture(scope="session")
def template_16(server_16: EmbeddedPostgres) -> str:
    return migrated_template(server_16)


@pytest.fixture
def database_16(server_16: EmbeddedPostgres, template_16: str) -> Iterator[Database]:
    yield from fresh_database(server_16, template_16)


@pytest.fixture(scope="session")
def server_15(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The oldest server that is supported, where somebody has installed it."""
    binaries = installed(15)
    if binaries is None:
        pytest.skip("PostgreSQL 15 is not installed here")
    home: Path = tmp_path_factory.mktemp("home15")
    server = InstalledPostgres(home, version=15, binaries=binaries)
    server.start()
    hasty(server)
    yield server
    server.destroy()


@pytest.fixture(scope="session")
def template_15(server_15: EmbeddedPostgres) -> str:
    return migrated_template(server_15)


@pytest.fixture
def database_15(server_15: EmbeddedPostgres, template_15: str) -> Iterator[Database]:
    yield from fresh_database(server_15, template_15)
