"""What is asked of every place that keeps passkeys."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.passkeys import PostgresPasskeys
from adapters.store.memory_sessions import MemoryPasskeys
from ledger.accounts.passkey import CHALLENGE_LIVES, MOST_PASSKEYS, Challenge, Passkey
from tests.conftest import Database

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
ADA, BOB = UUID(int=1), UUID(int=2)
QUESTION = sha256(b"question").digest()
ASKED = Challenge(
    purpose="register",
    kind="customer",
    subject=ADA,
    browser=sha256(b"browser").digest(),
    until=NOW + CHALLENGE_LIVES,
)


@pytest.fixture(params=["memory", "postgres"])
def passkeys(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryPasskeys()
        return
    connections = Connections(request.getfixturevalue("database").app)
    yield PostgresPasskeys(connections)
    connections.close()


def passkey(who: UUID = ADA, *, at: datetime = NOW, count: int = 0) -> Passkey:
    return Passkey(
        id=uuid4(),
        kind="customer",
        subject=who,
        credential_id=uuid4().bytes,
        public_key=b"key",
        sign_count=count,
        sealed_name=b"sealed",
        added_at=at,
    )


def test_a_question_is_answered_once(passkeys: Any):
    passkeys.ask(QUESTION, ASKED, at=NOW)
    assert passkeys.take(sha256(b"another").digest()) is None
    assert passkeys.take(QUESTION) == ASKED
    assert passkeys.take(QUESTION) is None


def test_of_many_who_answer_at_once_one_is_heard(passkeys: Any):
    nobody = replace(ASKED, purpose="sign_in", subject=None)
    passkeys.ask(QUESTION, nobody, at=NOW)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: passkeys.take(QUESTION), range(16)))
    assert [one for one in taken if one] == [nobody]


def test_a_passkey_is_found_by_what_its_device_calls_it(passkeys: Any):
    mine, another = passkey(), passkey(BOB)
    assert passkeys.add(mine)
    assert passkeys.add(another)
    assert passkeys.find("customer", mine.credential_id) == mine
    assert passkeys.find("staff", mine.credential_id) is None
    assert passkeys.find("customer", b"unknown") is None
    assert passkeys.of("customer", ADA) == [mine]


def test_no_two_people_have_the_same(passkeys: Any):
    mine = passkey()
    assert passkeys.add(mine)
    assert not passkeys.add(replace(passkey(BOB), credential_id=mine.credential_id))
    assert passkeys.find("customer", mine.credential_id) == mine


def test_nobody_has_more_than_a_few(passkeys: Any):
    for number in range(MOST_PASSKEYS):
        assert passkeys.add(passkey(at=NOW + timedelta(seconds=number)))
    assert not passkeys.add(passkey())
    assert passkeys.add(passkey(BOB))
    assert len(passkeys.of("customer", ADA)) == MOST_PASSKEYS


def test_a_count_never_goes_backwards_nor_stands(passkeys: Any):
    counting, silent = passkey(count=3), passkey()
    passkeys.add(counting)
    passkeys.add(silent)
    later = NOW + timedelta(hours=1)
    assert passkeys.used(counting.id, sign_count=4, at=later)
    assert not passkeys.used(counting.id, sign_count=4, at=later)
    assert not passkeys.used(counting.id, sign_count=2, at=later)
    assert not passkeys.used(counting.id, sign_count=0, at=later)
    assert passkeys.used(silent.id, sign_count=0, at=later)
    assert passkeys.used(silent.id, sign_count=0, at=later)
    found = passkeys.find("customer", counting.credential_id)
    assert (found.sign_count, found.last_used_at) == (4, later)


def test_one_is_removed_by_its_owner_only(passkeys: Any):
    mine = passkey()
    passkeys.add(mine)
    assert not passkeys.remove("customer", BOB, mine.id)
    assert not passkeys.remove("staff", ADA, mine.id)
    assert passkeys.remove("customer", ADA, mine.id)
    assert not passkeys.remove("customer", ADA, mine.id)
    assert passkeys.find("customer", mine.credential_id) is None
    assert not passkeys.used(mine.id, sign_count=1, at=NOW)


def test_all_of_somebody_go_together(passkeys: Any):
    for who in (ADA, ADA, BOB):
        passkeys.add(passkey(who))
    assert passkeys.remove_all("customer", ADA) == 2
    assert [len(passkeys.of("customer", who)) for who in (ADA, BOB)] == [0, 1]


def test_questions_that_nobody_answered_go_when_another_is_asked(database: Database):
    connections = Connections(database.app)
    passkeys = PostgresPasskeys(connections)
    passkeys.ask(QUESTION, ASKED, at=NOW)
    passkeys.ask(sha256(b"next").digest(), ASKED, at=ASKED.until)
    with psycopg.connect(database.app) as session:
        rows = session.execute("select challenge_hash from working.challenges").fetchall()
    connections.close()
    assert rows == [(sha256(b"next").digest(),)]
