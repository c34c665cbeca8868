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
    recorder: StampRecorder

    def create_recorder(self) -> Any:
        self.recorder = MemoryStampRecorder()
        return self.recorder


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
    """Some of the library's cases only ask for no error; here nothing may be missing, either."""

    recorder: StampRecorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    def test_concurrent_no_conflicts(self, initial_position: int = 0) -> None:
        super().test_concurrent_no_conflicts(initial_position)
        self.holds(100 * 100)

    def test_concurrent_throughput(self) -> None:
        super().test_concurrent_throughput()
        self.holds(4 * 50 + 10 * 50)

    def test_performance(self) -> None:
        super().test_performance()
        self.holds(10 + 100)

    def holds(self, size: int) -> None:
        """So many, in dense positions, each stream without a gap."""
        assert self.recorder.head()[0] == size
        found = self.recorder.select_notifications(start=None, limit=size + 1)
        assert [one.id for one in found] == [*range(1, size + 1)]
        versions: dict[Any, int] = {}
        for one in found:
            before = versions.get(one.originator_id)
            assert before is None or one.originator_version == before + 1
            versions[one.originator_id] = one.originator_version


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
