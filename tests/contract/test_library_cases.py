"""The cases that ship with `eventsourcing`, on every recorder of ours."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from eventsourcing import cryptography
from eventsourcing.persistence import AggregateRecorder, StoredEvent

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.memory import MemoryStampRecorder
from adapters.store.recorder import StampRecorder
from tests.conftest import Database

# The cases import a cipher that they do not use here, from a library that we do not have.
sys.modules.setdefault("eventsourcing.cipher", cryptography)

from eventsourcing.tests.persistence import (  # noqa: E402
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)


class Streams(AggregateRecorder):
    """A recorder seen as one of streams only, which answers no positions."""

    def __init__(self, recorder: StampRecorder) -> None:
        self._recorder = recorder

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        self._recorder.insert_events(stored_events, **kwargs)

    def select_events(self, *args: Any, **kwargs: Any) -> Sequence[StoredEvent]:
        return self._recorder.select_events(*args, **kwargs)


class OnMemory:
    def create_recorder(self) -> Any:
        return MemoryStampRecorder()


class OnPostgres:
    recorder: StampRecorder

    @pytest.fixture(autouse=True)
    def _connect(self, database: Database) -> Iterator[None]:
        yield from self.connected(database)

    def connected(self, database: Database) -> Iterator[None]:
        self.recorder = PostgresStampRecorder(database.app)
        yield
        self.recorder.close()

    def create_recorder(self) -> Any:
        return self.recorder


class OnPostgres16(OnPostgres):
    @pytest.fixture(autouse=True)
    def _connect(self, database_16: Database) -> Iterator[None]:
        yield from self.connected(database_16)


class OnPostgres15(OnPostgres):
    @pytest.fixture(autouse=True)
    def _connect(self, database_15: Database) -> Iterator[None]:
        yield from self.connected(database_15)


class ApplicationRecorderCases(ApplicationRecorderTestCase[StampRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestApplicationRecorderOnMemory(OnMemory, ApplicationRecorderCases):
    pass


class TestApplicationRecorderOnPostgres(OnPostgres, ApplicationRecorderCases):
    pass


@pytest.mark.slow
class TestApplicationRecorderOnPostgres16(OnPostgres16, ApplicationRecorderCases):
    pass


@pytest.mark.slow
class TestApplicationRecorderOnPostgres15(OnPostgres15, ApplicationRecorderCases):
    pass


class TestStreamsOnMemory(OnMemory, AggregateRecorderTestCase):
    def create_recorder(self) -> Any:
        return Streams(super().create_recorder())


class TestStreamsOnPostgres(OnPostgres, AggregateRecorderTestCase):
    def create_recorder(self) -> Any:
        return Streams(super().create_recorder())


class TestNonInterleavingOnMemory(OnMemory, NonInterleavingNotificationIDsBaseCase):
    pass


class TestNonInterleavingOnPostgres(OnPostgres, NonInterleavingNotificationIDsBaseCase):
    pass


del (
    AggregateRecorderTestCase,
    ApplicationRecorderCases,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)
