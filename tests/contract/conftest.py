"""Every recorder there is, empty, under one name: the contract holds for each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.memory_store import MemoryStampRecorder
from adapters.postgres.stamp_store import PostgresStampRecorder
from adapters.recording import StampRecorder
from tests.conftest import Database, fresh_database
from tests.databases import migrated_template

RECORDERS = [
    "memory",
    "postgres",
    pytest.param("postgres 16", marks=pytest.mark.slow),
]


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
    names = {"postgres": "database", "postgres 16": "database_16"}
    found: Database = request.getfixturevalue(names[request.param])
    return PostgresStampRecorder(found.app, clock=clock)


@pytest.fixture(scope="session")
def server_16(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The oldest server that the wheel carries."""
    home: Path = tmp_path_factory.mktemp("home16")
    server = EmbeddedPostgres(home, version=16)
    server.start()
    yield server
    server.destroy()


@pytest.fixture(scope="session")
def template_16(server_16: EmbeddedPostgres) -> str:
    return migrated_template(server_16)


@pytest.fixture
def database_16(server_16: EmbeddedPostgres, template_16: str) -> Iterator[Database]:
    yield from fresh_database(server_16, template_16)
