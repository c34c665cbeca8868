"""Someone with every right bends evidence or keys; the auditor finds it, and where (SPEC L1a)."""

from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.embedded_postgres import ADMIN
from adapters.keys.key_ring import Keyring
from adapters.keys.master_key import Wrapping
from adapters.postgres.keys.data_keys import EvidenceAudit
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.working.inbox import PostgresInbox
from adapters.store.ledger import StampLedger
from adapters.store.recorder import ERASED, PreparedAppend
from ledger.audit.verify import Verification
from ledger.inbox.ports import Tampered
from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended
from ledger.order.stamps import CancellationRequested, Paid

MASTER, NOW = bytes(32), datetime(2026, 11, 29, 20, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
PAID = Paid(amount=Money(3500, "EUR"), provider="stripe", provider_reference="pi_1")


def _draft(stream: UUID, stamp, evidence: str | None = None) -> Draft:
    return Draft(
        stream=stream, stamp=stamp, correlation_id=uuid4(), actor="test", evidence=evidence
    )


class House:
    """Two streams with sealed parts; the first was told by a kept message, another one waits."""

    def __init__(self, database) -> None:
        self.recorder = PostgresStampRecorder(database.app)
        ledger = self.recorder.ledger_id
        self.ring = Keyring(MASTER, ledger=ledger, store=self.recorder.keys)
        self.ledger = StampLedger(self.recorder, keyring=self.ring)
        self.inbox = PostgresInbox(database.app, keyring=self.ring)
        self.audit = EvidenceAudit(
            database.app, keyring=self.ring, wrapping=Wrapping(MASTER, ledger=ledger)
        )
        self.told, self.other = self._keep(b"told"), self._keep(b"other")
        for stream in (ONE, TWO):
            asked = CancellationRequested(code_hash=f"{stream.int}", code="secret")
            self._append(_draft(stream, asked), seeing=0)
        paid = _draft(ONE, PAID, evidence=self.told.hash)
        self._append(paid, seeing=1)

    def _keep(self, body: bytes):
        return self.inbox.keep(
            "stripe",
            "webhook",
            body=body,
            headers={},
            verdict="signed",
            provider_event_id="evt",
            received_at=NOW,
        )

    def _append(self, draft: Draft, *, seeing: int) -> None:
        (done,) = self.ledger.append(Append(drafts=(draft,), expected={draft.stream: seeing}))
        assert isinstance(done, Appended)

    def found(self) -> list[tuple[int | None, UUID | None, str]]:
        everything = Verification(self.ledger.stored(), kept=self.audit)
        beside = ("message", "key", "sealed part")
        return [
            (one.position, one.stream, one.text)
            for one in everything
            if any(word in one.text for word in beside)
        ]

    def close(self) -> None:
        self.inbox.close()
        self.ledger.close()


@pytest.fixture
def house(database):
    with closing(House(database)) as made:
        yield made


@pytest.fixture
def superuser(postgres_server, database, house):
    address = postgres_server.url(database.name, role=ADMIN)
    with psycopg.connect(address, autocommit=True) as connection:
        for table in ("ledger.inbox", "keys.data_keys", "ledger.stamps"):
            connection.execute(f"alter table {table} disable trigger all")
        connection.execute("drop table working.inbox_marks")
        connection.execute("alter table keys.data_keys drop constraint data_keys_subject_key")
        yield connection


TOLD = "where evidence_hash = %(told)s"
KEY_OF_ONE = "where subject = '00000000-0000-0000-0000-000000000001'"
KEY_OF_TWO = "where subject = '00000000-0000-0000-0000-000000000002'"
OF_MESSAGE = "where subject = %(message)s"
# The change, the stamp that the finding names (a position, a stream), and a word of it.
FLIPPED = "update ledger.inbox set sealed = set_byte(sealed, {at}, get_byte(sealed, {at}) # 1) "
BROKEN = "update keys.data_keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) "
OTHERS = (
    "update ledger.inbox set sealed = (select sealed from ledger.inbox"
    f" where evidence_hash <> %(told)s) {TOLD}"
)
COPIED = (
    "insert into ledger.inbox select gen_random_uuid(), received_at, provider, door, verdict,"
    f" provider_event_id, evidence_hash, key_id, sealed from ledger.inbox {TOLD}"
)
SWAPPED = (
    "update keys.data_keys as mine set wrapped = theirs.wrapped from keys.data_keys as theirs"
    " where mine.subject = '00000000-0000-0000-0000-000000000001'"
    " and theirs.subject = '00000000-0000-0000-0000-000000000002'"
)
STRAY = (
    "insert into keys.data_keys select gen_random_uuid(), gen_random_uuid(), wrapped"
    " from keys.data_keys limit 1"
)
MOVED = f"update keys.data_keys set subject = '00000000-0000-0000-0000-000000000002' {KEY_OF_ONE}"
LATER = f"update ledger.inbox set received_at = received_at + interval '1 day' {TOLD}"
# The change, the first stamp that it concerns (position, stream), and a word of the finding.
EXPECTED = {
    "message deleted": (f"delete from ledger.inbox {TOLD}", 3, ONE, "is not kept"),
    "bit of its text": (FLIPPED.format(at=40) + TOLD, 3, ONE, "tampered"),
    "bit of its key's name": (FLIPPED.format(at=3) + TOLD, 3, ONE, "tampered"),
    "its format": (FLIPPED.format(at=0) + TOLD, 3, ONE, "tampered"),
    "another's text": (OTHERS, 3, ONE, "tampered"),
    "copied": (COPIED, 3, ONE, "tampered"),
    "its key": (f"update ledger.inbox set key_id = gen_random_uuid() {TOLD}", 3, ONE, "tampered"),
    "its id": (f"update ledger.inbox set id = gen_random_uuid() {TOLD}", 3, ONE, "tampered"),
    "its verdict": (f"update ledger.inbox set verdict = 'x' {TOLD}", 3, ONE, "tampered"),
    "its door": (f"update ledger.inbox set door = 'x' {TOLD}", 3, ONE, "tampered"),
    "its provider": (f"update ledger.inbox set provider = 'x' {TOLD}", 3, ONE, "tampered"),
    "its name": (f"update ledger.inbox set provider_event_id = 'x' {TOLD}", 3, ONE, "tampered"),
    "its time": (LATER, 3, ONE, "tampered"),
    "its hash": (f"update ledger.inbox set evidence_hash = 'x' {TOLD}", 3, ONE, "is not kept"),
    "key of a message deleted": (f"delete from keys.data_keys {OF_MESSAGE}", 3, ONE, "no erasure"),
    "key of a message broken": (BROKEN + OF_MESSAGE, 3, ONE, "does not open"),
    "key of a stream deleted": (f"delete from keys.data_keys {KEY_OF_ONE}", 1, ONE, "no erasure"),
    "key of a stream broken": (BROKEN + KEY_OF_TWO, 2, TWO, "does not open"),
    "keys swapped": (SWAPPED, 1, ONE, "does not open"),
    "key handed over": (MOVED, 1, ONE, "names the data key of"),
    "key of nobody": (STRAY, None, None, "no stream and no message"),
}


def test_what_was_kept_has_no_findings(house):
    assert house.found() == []


@pytest.mark.parametrize(
    ("change", "position", "stream", "word"), EXPECTED.values(), ids=EXPECTED.keys()
)
def test_a_tampering_is_found_and_located(house, superuser, change, position, stream, word):
    superuser.execute(change, {"told": house.told.hash, "message": house.told.id})
    found = house.found()
    assert any(one[:2] == (position, stream) and word in one[2] for one in found), found


def test_a_message_that_no_stamp_cites_is_named_by_the_key_that_it_left(house, superuser):
    superuser.execute("delete from ledger.inbox where id = %s", [house.other.id])
    (found,) = house.found()
    assert found[2] == f"a data key of {house.other.id}, which is no stream and no message"


def test_what_a_stamp_erased_is_no_finding(house):
    house.recorder.commit([PreparedAppend([StoredEvent(ONE, 3, ERASED, b"{}")])])
    house.ring.forget(house.told.id)
    assert house.inbox.open(house.told.id) is None
    assert house.found() == []
    assert house.inbox.open(house.other.id).body == b"other"


@pytest.mark.parametrize(
    "change",
    [
        FLIPPED.format(at=3) + TOLD,
        FLIPPED.format(at=40) + TOLD,
        f"delete from keys.data_keys {OF_MESSAGE}",
    ],
)
def test_what_does_not_open_is_tampered_not_erased(house, superuser, change):
    superuser.execute(change, {"told": house.told.hash, "message": house.told.id})
    with pytest.raises(Tampered):
        house.inbox.open(house.told.id)
