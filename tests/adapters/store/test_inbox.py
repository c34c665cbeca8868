"""The inbox: kept, sealed, committed; opened until its key is destroyed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.working.inbox import PostgresInbox
from adapters.store.memory_inbox import MemoryInbox
from adapters.store.recorder import ERASED, PreparedAppend
from ledger.kernel.store import LedgerUnavailable

NOW = datetime(2027, 2, 12, 10, tzinfo=UTC)
BODY = b'{"id": "evt_1", "email": "ada@shop.example"}'
HEADERS = {"Stripe-Signature": "t=1,v1=00", "Cookie": "session=secret"}


@pytest.fixture
def keyring(database):
    recorder = PostgresStampRecorder(database.app)
    yield Keyring(bytes(range(32)), ledger=recorder.ledger_id, store=recorder.keys)
    recorder.close()


@pytest.fixture
def kept_in_postgres(database, keyring):
    made = PostgresInbox(database.app, keyring=keyring)
    yield made
    made.close()


@pytest.fixture(params=["memory", "postgres"])
def inbox(request):
    if request.param == "memory":
        return MemoryInbox()
    return request.getfixturevalue("kept_in_postgres")


def keep(inbox, *, body=BODY, seconds=0, event="evt_1"):
    return inbox.keep(
        "stripe",
        "webhook",
        body=body,
        headers=HEADERS,
        verdict="signed",
        provider_event_id=event,
        received_at=NOW + timedelta(seconds=seconds),
    )


def test_a_message_comes_out_as_it_went_in_but_for_cookies(inbox):
    message = inbox.open(keep(inbox, body=b"\xff\x00 not text").id)
    assert message.body == b"\xff\x00 not text"
    assert message.headers == {"stripe-signature": "t=1,v1=00"}


def test_a_message_is_found_by_its_name_and_its_body(inbox):
    kept = keep(inbox)
    keep(inbox, event="evt_2")
    assert inbox.find("stripe", "evt_1", BODY) == kept
    assert inbox.find("stripe", "evt_1", b"{}") is None
    assert inbox.find("stripe", "evt_3", BODY) is None
    assert inbox.find("sumup", "evt_1", BODY) is None


def test_the_archive_lists_everything_page_by_page_and_what_is_done_too(inbox, monkeypatch):
    monkeypatch.setattr("adapters.postgres.working.inbox._PAGE", 2)
    kept = [keep(inbox, seconds=second // 2) for second in range(5)]
    inbox.mark(kept[0].id, "done")
    assert {one.id for one in inbox.archive(None)} == {one.id for one in kept}
    assert len([*inbox.archive(None)]) == 5
    late = [one.received_at for one in inbox.archive(NOW + timedelta(seconds=1))]
    assert late == [NOW + timedelta(seconds=second) for second in (1, 1, 2)]


def test_a_message_that_nobody_kept_is_not_there(inbox):
    assert inbox.open(uuid4()) is None


def test_the_same_message_again_is_kept_again_under_the_same_hash(inbox):
    first, second = keep(inbox), keep(inbox)
    assert first.id != second.id
    assert first.hash == second.hash
    assert len(inbox.unfinished()) == 2


def test_what_waits_comes_oldest_first_and_as_it_was_described(inbox):
    late, early = keep(inbox, seconds=2, event=None), keep(inbox, seconds=1)
    assert [one.id for one in inbox.unfinished()] == [early.id, late.id]
    (one,) = inbox.unfinished(limit=1)
    assert (one.provider, one.door, one.verdict) == ("stripe", "webhook", "signed")
    assert (one.provider_event_id, one.hash, one.attempts) == ("evt_1", early.hash, 0)
    assert one.received_at == NOW + timedelta(seconds=1)


def test_what_failed_to_be_read_may_wait_again(inbox):
    kept = keep(inbox)
    inbox.mark(kept.id, "waiting", error="Busy")
    assert [one.attempts for one in inbox.unfinished()] == [1]
    inbox.mark(kept.id, "failed", error="Busy")
    assert inbox.unfinished() == []


def test_done_stays_done(inbox):
    kept = keep(inbox)
    inbox.mark(kept.id, "done")
    inbox.mark(kept.id, "waiting", error="late news")
    assert inbox.unfinished() == []


def test_marking_what_is_not_there_changes_nothing(inbox):
    inbox.mark(uuid4(), "done")
    assert inbox.unfinished() == []


def test_nothing_of_the_message_is_stored_in_plain(database, kept_in_postgres):
    keep(kept_in_postgres)
    with psycopg.connect(database.owner) as owner:
        ((row,),) = owner.execute("select i::text || k::text from ledger.inbox i, keys.data_keys k")
        assert b"ada@shop.example".hex() not in row
        ((sealed,),) = owner.execute("select sealed from ledger.inbox")
    assert b"ada" not in sealed


def test_erasing_closes_the_messages_of_a_stream_for_ever(database, kept_in_postgres, keyring):
    gone, stays = keep(kept_in_postgres, body=b"{}"), keep(kept_in_postgres)
    told, stream = b'{"evidence":"%s"}' % gone.hash.encode(), uuid4()
    recorder = PostgresStampRecorder(database.app)
    recorder.commit([PreparedAppend([StoredEvent(stream, 1, "PAID", told)])])
    recorder.commit([PreparedAppend([StoredEvent(stream, 2, ERASED, b"{}")])])
    recorder.close()
    keyring.forget(gone.id)
    assert kept_in_postgres.open(gone.id) is None
    assert kept_in_postgres.open(stays.id).body == BODY


def test_evidence_cannot_be_changed(database, kept_in_postgres):
    keep(kept_in_postgres)
    with (
        psycopg.connect(database.owner) as owner,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        owner.execute("update ledger.inbox set verdict = 'other'")


def test_without_a_database_nobody_is_told_that_a_message_was_kept(keyring):
    inbox = PostgresInbox("host=127.0.0.1 port=1 dbname=none", keyring=keyring, patience=0.2)
    with pytest.raises(LedgerUnavailable):
        keep(inbox)
    inbox.close()


def test_what_nobody_has_to_understand_is_done_as_it_is_kept(inbox):
    kept = inbox.keep(
        "bank",
        "statement",
        body=BODY,
        headers={},
        verdict="uploaded",
        provider_event_id="A1",
        received_at=NOW,
        done=True,
    )
    assert inbox.unfinished() == []
    assert inbox.find("bank", "A1", BODY) == kept
