"""A change of the master key: everything stays readable, and the old key is not needed any more."""

from base64 import b64encode
from uuid import UUID

import pytest
from click.testing import CliRunner
from eventsourcing.persistence import StoredEvent

from adapters.keys.key_ring import Keyring
from adapters.keys.master_key import Renewal, SealBroken, Wrapping, renew_all
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.recorder import ERASED, PreparedAppend
from web.cli.main import stampledger
from web.wiring.settings import SettingWrong, read_settings

OLD, NEW, THIRD = bytes(32), bytes([1] * 32), bytes([2] * 32)
STREAMS = [UUID(int=number + 1) for number in range(5)]


def quiet(done: int, of: int) -> None:
    """Nobody looks."""


class House:
    """A ledger's keys in PostgreSQL, with letters sealed under the old master key."""

    def __init__(self, recorder: PostgresStampRecorder, owner: PostgresStampRecorder) -> None:
        self.recorder, self.keys, self.owners = recorder, recorder.keys, owner.keys
        ring = self.ring(OLD)
        self.sealed = {}
        for stream in STREAMS:
            sealing = ring.sealing()
            self.sealed[stream] = sealing.seal(stream, 1, type="A", plaintext=stream.bytes)
            self.keys.add(sealing.fresh_for(stream))

    def ring(self, master: bytes, *also: bytes) -> Keyring:
        return Keyring(master, ledger=self.recorder.ledger_id, store=self.keys, also=also)

    def opened(self, ring: Keyring) -> list[bytes | None]:
        return [ring.open(one, 1, type="A", sealed=self.sealed[one]) for one in STREAMS]

    def erase(self, stream: UUID) -> None:
        erased = StoredEvent(stream, 1, ERASED, b"{}")
        self.recorder.commit([PreparedAppend([erased])])

    def renew(self, master: bytes, *also: bytes) -> Renewal:
        wrapping = Wrapping(master, ledger=self.recorder.ledger_id, also=also)
        return renew_all(self.owners, wrapping, progress=quiet)


@pytest.fixture
def house(database):
    recorder, owner = (PostgresStampRecorder(url) for url in (database.app, database.owner))
    yield House(recorder, owner)
    recorder.close()
    owner.close()


PLAIN = [stream.bytes for stream in STREAMS]


def test_after_it_the_new_key_opens_everything_and_the_old_one_nothing(house):
    assert house.renew(NEW, OLD) == Renewal(renewed=5)
    assert house.opened(house.ring(NEW)) == PLAIN
    with pytest.raises(SealBroken):
        house.opened(house.ring(OLD))


def test_before_it_both_are_read_wherever_both_are_known(house):
    assert house.opened(house.ring(NEW, OLD)) == PLAIN
    assert house.opened(house.ring(OLD, NEW)) == PLAIN


def test_a_second_run_finds_nothing_to_do(house):
    house.renew(NEW, OLD)
    assert house.renew(NEW, OLD) == Renewal(unchanged=5)
    assert house.renew(NEW) == Renewal(unchanged=5)


def test_a_key_under_neither_is_counted_and_left_as_it_is(house):
    assert house.renew(NEW, THIRD) == Renewal(unknown=5)
    assert house.opened(house.ring(OLD)) == PLAIN


def test_a_key_that_is_destroyed_meanwhile_stays_destroyed(house):
    page = house.keys.page(UUID(int=0), limit=10)
    wrapping = Wrapping(NEW, ledger=house.recorder.ledger_id, also=[OLD])
    house.erase(STREAMS[0])
    house.owners.replace([(key, wrapping.renewed(key)) for key in page])
    assert house.opened(house.ring(NEW)) == [None, *PLAIN[1:]]


def test_what_finds_people_and_repeats_is_the_same_after_it(house):
    before = house.ring(OLD)
    told = before.blind_index("ada@example.fi"), before.keyed_hash(b"body")
    house.renew(NEW, OLD)
    after = house.ring(NEW)
    assert (after.blind_index("ada@example.fi"), after.keyed_hash(b"body")) == told


def test_two_that_ask_first_at_once_agree(house):
    one, two = house.ring(OLD), house.ring(OLD)
    house.keys.add_first(one.make_key(house.recorder.ledger_id)[0])
    house.keys.add_first(two.make_key(house.recorder.ledger_id)[0])
    assert one.keyed_hash(b"x") == two.keyed_hash(b"x")


def test_progress_is_told_page_by_page(house):
    told = []
    wrapping = Wrapping(NEW, ledger=house.recorder.ledger_id, also=[OLD])
    renew_all(house.owners, wrapping, progress=lambda done, of: told.append((done, of)))
    assert told == [(5, 5)]


class Command:
    """`keys renew` over the real database."""

    def __init__(self, database, monkeypatch, *, master: bytes, also: bytes | None = None):
        monkeypatch.setenv("STAMPLEDGER_DATABASE_URL", database.app)
        monkeypatch.setenv("STAMPLEDGER_MIGRATE_DATABASE_URL", database.owner)
        monkeypatch.setenv("STAMPLEDGER_MASTER_KEY", b64encode(master).decode())
        if also is not None:
            monkeypatch.setenv("STAMPLEDGER_MASTER_KEY_ALSO", b64encode(also).decode())

    def run(self):
        return CliRunner().invoke(stampledger, ["keys", "renew"])


def test_the_command_tells_when_the_old_key_may_go(house, database, monkeypatch):
    done = Command(database, monkeypatch, master=NEW, also=OLD).run()
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "5 data keys wrapped anew, 0 were so before.",
            "STAMPLEDGER_MASTER_KEY_ALSO is not needed any more.",
        ],
    )


def test_a_half_done_change_goes_on_and_the_end_is_told(house, database, monkeypatch):
    house.renew(THIRD, OLD)
    house.erase(STREAMS[0])
    monkeypatch.setenv("STAMPLEDGER_MASTER_KEY_ALSO", b64encode(THIRD).decode())
    done = Command(database, monkeypatch, master=NEW).run()
    assert done.stdout.startswith("4 data keys wrapped anew, 0 were so before.")


def test_the_command_fails_when_some_are_under_a_third_key(house, database, monkeypatch):
    last = house.keys.page(UUID(int=0), limit=10)[-1]
    alone = Wrapping(THIRD, ledger=house.recorder.ledger_id, also=[OLD])
    house.owners.replace([(last, alone.renewed(last))])
    done = Command(database, monkeypatch, master=NEW, also=OLD).run()
    assert done.exit_code == 1
    assert "1 are under another master key" in done.stderr


def test_nothing_starts_with_a_master_key_that_is_not_the_ledgers(house, database, monkeypatch):
    done = Command(database, monkeypatch, master=NEW).run()
    assert isinstance(done.exception, SettingWrong)
    assert str(done.exception).startswith("STAMPLEDGER_MASTER_KEY is not this ledger's")


@pytest.mark.parametrize("text", ["x", b64encode(bytes(31)).decode(), "A" * 43 + "=,"])
def test_a_malformed_further_key_is_named_and_not_shown(text):
    with pytest.raises(SettingWrong, match=r"^STAMPLEDGER_MASTER_KEY_ALSO must be") as told:
        read_settings({"STAMPLEDGER_MASTER_KEY_ALSO": text})
    assert text == "x" or text not in str(told.value)


def test_an_empty_part_of_the_webhook_secret_is_named():
    told = {"STAMPLEDGER_STRIPE_API_KEY": "k", "STAMPLEDGER_STRIPE_WEBHOOK_SECRET": "a,,b"}
    with pytest.raises(SettingWrong, match=r"STRIPE_WEBHOOK_SECRET must not have an empty part"):
        read_settings(told)


def test_the_application_alone_wraps_nothing_anew(house, database, monkeypatch):
    command = Command(database, monkeypatch, master=NEW, also=OLD)
    monkeypatch.delenv("STAMPLEDGER_MIGRATE_DATABASE_URL")
    done = command.run()
    assert isinstance(done.exception, SettingWrong)
    assert house.opened(house.ring(OLD)) == PLAIN
