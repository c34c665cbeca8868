"""What is asked of every place that keeps sessions."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.sessions import PostgresSessions
from adapters.store.memory_sessions import MemorySessions
from ledger.accounts.session import LIFETIMES, Kind, SignedIn, opened
from tests.conftest import Database

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
ADA, BOB = UUID(int=1), UUID(int=2)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture(params=["memory", "postgres"])
def sessions(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield MemorySessions()
        return
    connections = Connections(request.getfixturevalue("database").app)
    yield PostgresSessions(connections)
    connections.close()


def hashed(word: str) -> bytes:
    return sha256(word.encode()).digest()


def begin(
    sessions: Any, word: str, *, who: UUID = ADA, kind: Kind = "customer", at: datetime = NOW
) -> SignedIn:
    session = opened(uuid4(), kind, who, how="link", device="Firefox, Linux", at=at)
    sessions.open(hashed(word), session)
    return session


def test_a_session_is_found_by_its_word_and_by_no_other(sessions: Any):
    session = begin(sessions, "one")
    assert sessions.use(hashed("one"), "customer", at=NOW) == session
    assert sessions.use(hashed("other"), "customer", at=NOW) is None


def test_a_customers_word_opens_no_door_of_staff(sessions: Any):
    begin(sessions, "one")
    assert sessions.use(hashed("one"), "staff", at=NOW) is None
    sessions.end(hashed("one"), "staff")
    assert sessions.use(hashed("one"), "customer", at=NOW)


@pytest.mark.parametrize("kind", ["customer", "staff"])
def test_it_ends_when_nobody_uses_it(sessions: Any, kind: Kind):
    session = begin(sessions, "one", kind=kind)
    assert session.ends_at == NOW + LIFETIMES[kind].idle
    assert sessions.use(hashed("one"), kind, at=session.ends_at) is None
    assert sessions.of(kind, ADA, at=session.ends_at) == []
    used = sessions.use(hashed("one"), kind, at=session.ends_at - SECOND)
    assert used.ends_at == session.ends_at - SECOND + LIFETIMES[kind].idle
    assert sessions.use(hashed("one"), kind, at=session.ends_at)


@pytest.mark.parametrize("kind", ["customer", "staff"])
def test_it_ends_in_any_case_some_day(sessions: Any, kind: Kind):
    begin(sessions, "one", kind=kind)
    at, last = NOW, NOW + LIFETIMES[kind].at_most
    while at + LIFETIMES[kind].idle <= last:
        at += LIFETIMES[kind].idle - SECOND
        assert sessions.use(hashed("one"), kind, at=at)
    assert sessions.use(hashed("one"), kind, at=last - SECOND).ends_at == last
    assert sessions.use(hashed("one"), kind, at=last) is None


def test_its_last_use_is_known_to_the_minute(sessions: Any):
    begin(sessions, "one")
    used = sessions.use(hashed("one"), "customer", at=NOW + MINUTE - SECOND)
    assert used.last_used_at == NOW
    used = sessions.use(hashed("one"), "customer", at=NOW + MINUTE)
    assert used.last_used_at == NOW + MINUTE


def test_the_one_used_last_is_listed_first_and_nobody_elses(sessions: Any):
    first, second = begin(sessions, "one"), begin(sessions, "two", at=NOW + SECOND)
    begin(sessions, "bob", who=BOB)
    begin(sessions, "staff", kind="staff")
    listed = sessions.of("customer", ADA, at=NOW + SECOND)
    assert [one.id for one in listed] == [second.id, first.id]
    sessions.use(hashed("one"), "customer", at=NOW + 2 * MINUTE)
    listed = sessions.of("customer", ADA, at=NOW + 2 * MINUTE)
    assert [one.id for one in listed] == [first.id, second.id]


def test_one_is_ended_by_its_owner_only(sessions: Any):
    session = begin(sessions, "one")
    assert not sessions.end_one("customer", BOB, session.id)
    assert not sessions.end_one("staff", ADA, session.id)
    assert sessions.use(hashed("one"), "customer", at=NOW)
    assert sessions.end_one("customer", ADA, session.id)
    assert not sessions.end_one("customer", ADA, session.id)
    assert sessions.use(hashed("one"), "customer", at=NOW) is None


def test_all_are_ended_or_all_but_the_one_at_hand(sessions: Any):
    here = begin(sessions, "here")
    begin(sessions, "there")
    begin(sessions, "elsewhere")
    begin(sessions, "bob", who=BOB)
    assert sessions.end_all("customer", ADA, but=here.id) == 2
    assert sessions.use(hashed("here"), "customer", at=NOW)
    assert sessions.use(hashed("there"), "customer", at=NOW) is None
    assert sessions.end_all("customer", ADA) == 1
    assert sessions.use(hashed("here"), "customer", at=NOW) is None
    assert sessions.use(hashed("bob"), "customer", at=NOW)


def test_ending_while_it_is_used_ends_it(sessions: Any):
    session = begin(sessions, "one")

    def use(second: int) -> object:
        return sessions.use(hashed("one"), "customer", at=NOW + second * MINUTE)

    with ThreadPoolExecutor(8) as threads:
        used = [threads.submit(use, number) for number in range(2, 12)]
        assert threads.submit(sessions.end_one, "customer", ADA, session.id).result()
        assert all(one.exception() is None for one in used)
    assert use(12) is None


def test_sessions_that_are_over_go_when_somebody_signs_in(database: Database):
    connections = Connections(database.app)
    sessions = PostgresSessions(connections)
    over = begin(sessions, "one")
    begin(sessions, "two", at=over.ends_at)
    with psycopg.connect(database.app) as session:
        rows = session.execute("select token_hash from working.sessions").fetchall()
    connections.close()
    assert rows == [(hashed("two"),)]
