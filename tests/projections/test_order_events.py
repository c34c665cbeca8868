"""What integrators are told: one event for each stamp that is one, as of that stamp."""

from dataclasses import replace
from uuid import UUID

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.order import stamps
from ledger.order.stamps import TicketCheckInUndone
from projections.order_events import KINDS, EventKind, event_document, events_of
from tests.kits import spec
from tests.kits.spec import (
    ASKED,
    CANCELLED,
    CHECKED_IN,
    CHECKED_OUT,
    CONFIRMED_FREE,
    FREE,
    ISSUED,
    ORDER,
    PAGE,
    PAID,
    PAID_TWICE,
    PLACED,
    PRICE,
    RELEASED,
    SECOND,
    TIMED_OUT,
    eur,
    history,
    put,
)

ID = UUID(int=7)
DOOR = put(CHECKED_IN, under=spec.SCAN)
PART = replace(PAID, amount=eur(100))


def kinds(*stack):
    told = history(*stack)
    return [str(one.kind) for one in events_of(ORDER, told, [one.position for one in told])]


@pytest.mark.parametrize(
    ("stack", "told"),
    [
        ((PLACED, ASKED, PAGE, PAID), ["order.placed", "order.paid"]),
        ((PLACED, ASKED, PAGE, PART), ["order.placed", "order.payment_received"]),
        (
            (PLACED, ASKED, PAGE, PAID, put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND)),
            ["order.placed", "order.paid", "order.payment_received"],
        ),
        (
            (PLACED, ASKED, PAGE, TIMED_OUT, RELEASED, PAID),
            ["order.placed", "order.cancelled", "order.payment_received"],
        ),
        ((FREE, CONFIRMED_FREE), ["order.placed", "order.paid"]),
    ],
)
def test_money_pays_an_order_or_is_a_part_a_surplus_or_too_late(stack, told):
    assert kinds(*stack) == told


def test_only_the_positions_that_are_asked_for_are_told_each_as_of_then():
    told = history(PLACED, ASKED, PAGE, PAID, CANCELLED)
    assert events_of(ORDER, told, []) == []
    assert events_of(ORDER, told, [2, 3, 99]) == []
    (paid,) = events_of(ORDER, told, [4])
    assert (paid.kind, paid.recorded, paid.order.version) == (EventKind.PAID, told[3], 4)
    assert paid.order.alive
    (first,) = events_of(ORDER, told, [1])
    assert (first.kind, first.order.version) == (EventKind.PLACED, 1)


def test_types_of_events_are_published():
    assert {str(one) for one in KINDS.values()} <= {str(one) for one in EventKind}
    assert stamps.NoteWritten not in KINDS


def test_an_event_tells_how_the_order_stood():
    told = history(PLACED, ASKED, PAGE, PAID)
    (paid,) = events_of(ORDER, told, [4])
    document = event_document(paid, id=ID, personal=False)
    assert (document["type"], document["timestamp"]) == ("order.paid", "2027-01-10T12:03:00Z")
    data = document["data"]
    assert data == {
        "id": str(ID),
        "position": 4,
        "shop": "winterfest",
        "order": str(ORDER),
        "number": 423,
        "version": 4,
        "status": "PAID",
        "currency": "EUR",
        "total": 7000,
        "money": data["money"],
    }
    assert (data["money"]["received"], data["money"]["due"]) == (PRICE.amount, PRICE.amount)


def test_who_ordered_is_told_to_whom_it_may_be_until_they_are_erased():
    told = history(PLACED, TIMED_OUT, RELEASED, Erased(subject=ORDER, ground=Ground.ASKED))
    (placed,) = events_of(ORDER, told, [1])
    assert event_document(placed, id=ID, personal=True)["data"]["customer"] == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.org",
        "phone": "",
    }
    closed = history(replace(PLACED, customer=None))
    (sealed,) = events_of(ORDER, closed, [1])
    assert event_document(sealed, id=ID, personal=True)["data"]["customer"] is None


BEFORE = (PLACED, ASKED, PAGE, PAID, ISSUED)


def scanned(*stack):
    told = history(*BEFORE, *stack)
    (event,) = events_of(ORDER, told, [told[-1].position])
    return event_document(event, id=ID, personal=False)


def test_a_scan_at_a_door_tells_its_ticket_and_no_code():
    document = scanned(DOOR)
    assert document["type"] == "order.ticket_checked_in"
    assert document["data"]["ticket"] == {
        "number": 1,
        "product": "weekend",
        "scan": str(CHECKED_IN.scan),
        "door": "main",
        "day": "2027-01-10",
        "scanned_at": "2027-01-10T12:00:00Z",
        "offline": False,
        "stands": True,
    }
    out = scanned(DOOR, put(CHECKED_OUT, under=SECOND))
    assert (out["type"], out["data"]["ticket"]["stands"]) == ("order.ticket_checked_out", True)
    undone = scanned(DOOR, put(TicketCheckInUndone(reason="x"), under=spec.SCAN))
    assert undone["type"] == "order.ticket_check_in_undone"
    assert undone["data"]["ticket"]["stands"] is False
    offline = scanned(put(replace(CHECKED_IN, queued=True), under=spec.SCAN))
    assert offline["data"]["ticket"]["offline"] is True


def test_a_ticket_that_was_never_issued_has_no_number():
    document = scanned(put(replace(CHECKED_IN, ticket="0" * 64), under=spec.SCAN))
    assert document["data"]["ticket"]["number"] is None
    assert document["data"]["ticket"]["product"] is None


def test_other_events_tell_no_ticket():
    assert "ticket" not in scanned(DOOR, put(CANCELLED, under=spec.SCAN))["data"]
