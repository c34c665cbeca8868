"""A message and the first stamp that cites it stand together, or neither does."""

from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import pytest

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.working.inbox import PostgresInbox
from adapters.store.ledger import StampLedger
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.inbox.ports import InHand
from ledger.kernel.events import Draft
from ledger.kernel.store import Append, Conflict
from ledger.order.order import Order
from ledger.order.stamps import PaymentPending
from tests.conftest import Database
from tests.kits.worker import World


@dataclass
class Room:
    """A ledger and an inbox of one process; what they wrote."""

    database: Database
    world: World
    inbox: PostgresInbox
    hints: list[str]

    def brought(self, body: bytes = b"{}") -> AbstractContextManager[InHand]:
        return self.inbox.in_hand(
            "stripe",
            "stripe",
            body=body,
            headers={},
            verdict="signed",
            provider_event_id="evt",
            received_at=self.world.clock(),
        )

    def kept(self) -> list[tuple[str, bool]]:
        """What became of each message, and whether a stamp was committed together with it."""
        with psycopg.connect(self.database.owner) as owner:
            found = owner.execute(
                "select state, exists (select from ledger.stamps where stamps.xmin = inbox.xmin)"
                " from ledger.inbox join working.inbox_marks on inbox_id = id"
                " order by inbox.received_at, inbox.xmin::text::bigint"
            )
            return [(state, together) for state, together in found.fetchall()]

    def order(self) -> Order:
        return self.world.opened(self.world.place())


@pytest.fixture
def room(database: Database):
    recorder, hints = PostgresStampRecorder(database.app, readers=2), []
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    store = StampLedger(recorder, keyring=keyring)
    inbox = PostgresInbox(
        database.app,
        keyring=keyring,
        after_keeping=lambda: hints.append("hint"),
        taken_up=store.in_hand,
    )
    with closing(store), closing(inbox):
        yield Room(database, World(store=store), inbox, hints)


def test_one_fact_stands_with_its_message_which_is_done(room: Room):
    order = room.order()
    with room.brought() as message:
        message.one_fact = True
        room.world.pay(order, evidence=message.evidence.hash)
        assert room.kept() == [("done", True)], "before the block ends"
        message.done = True
    assert room.kept() == [("done", True)]
    assert room.hints == []


def test_of_many_facts_the_first_brings_the_message_which_waits_for_the_others(room: Room):
    one, two = room.order(), room.order()
    with room.brought() as message:
        room.world.pay(one, evidence=message.evidence.hash)
        assert room.kept() == [("waiting", True)], "who dies here has left the other fact"
        room.world.pay(two, evidence=message.evidence.hash)
        message.done = True
    assert room.kept() == [("done", True)]


def test_what_a_case_calls_for_is_found_by_reading_the_message_again(room: Room):
    opened = CaseOpened(kind=CaseKind.UNBOUND_FACT, severity=Severity.WARNING, text="Whose?")
    with room.brought() as message:
        message.one_fact = True
        room.world.cases.open(
            opened, correlation_id=uuid4(), actor="test", evidence=message.evidence.hash
        )
        assert room.kept() == [("waiting", True)]
        message.done = True
    assert room.kept() == [("done", True)]


def test_whatever_goes_wrong_it_is_kept_and_waits(room: Room):
    with pytest.raises(ZeroDivisionError), room.brought():
        raise ZeroDivisionError
    assert room.kept() == [("waiting", False)]
    assert room.hints == ["hint"]
    assert len(room.inbox.unfinished()) == 1


def test_what_says_nothing_new_is_kept_by_itself_as_done(room: Room):
    order = room.order()
    for _ in range(2):
        with room.brought() as message:
            message.one_fact = True
            room.world.pay(room.world.orders.get(order.id), evidence=message.evidence.hash)
            message.done = True
    assert room.kept() == [("done", True), ("done", False)]
    assert room.hints == []


def test_a_refused_append_leaves_no_message(room: Room):
    """Another version was expected: whoever tries again brings it."""
    order = room.order()
    with room.brought() as message:
        draft = Draft(
            stream=order.id,
            stamp=PaymentPending(provider_reference="cs"),
            correlation_id=next(iter(order.attempts)),
            actor="test",
            evidence=message.evidence.hash,
        )
        stale = Append(drafts=[draft], expected={order.id: order.version - 1})
        (outcome,) = room.world.store.append(stale)
        assert isinstance(outcome, Conflict)
        assert room.kept() == []
        room.world.pay(order, evidence=message.evidence.hash)
        assert room.kept() == [("waiting", True)]


def test_of_two_that_say_the_same_at_once_each_is_kept(room: Room):
    order = room.order()
    with room.brought() as first, room.brought() as second:
        assert first.evidence.hash == second.evidence.hash
        room.world.pay(order, evidence=second.evidence.hash)
        first.done = second.done = True
    assert sorted(room.kept()) == [("done", False), ("done", True)]
    opened = [room.inbox.open(one.id) for one in room.inbox.archive()]
    assert [one.body for one in opened if one] == [b"{}", b"{}"]


def test_a_message_that_was_kept_by_itself_comes_with_no_later_stamp(room: Room):
    order = room.order()
    with room.brought() as message:
        pass
    room.world.pay(order, evidence=message.evidence.hash)
    assert room.kept() == [("waiting", False)]
