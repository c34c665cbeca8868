"""What an order is found by, shown with and told of: in rare orders, and each word alone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ledger.cases.case import Case, fold_case
from ledger.cases.stamps import (
    Action,
    CaseKind,
    CaseOpened,
    CaseResolved,
    CaseReturnAccepted,
    CaseReturnFailed,
    CaseReturnRequested,
    Severity,
)
from ledger.grants.grantee import Grantee
from ledger.grants.stamps import GrantLetter
from ledger.kernel.events import Recorded
from ledger.kernel.values import replace as copied
from ledger.order.cancellation_policy import Why, eligibility
from ledger.order.letter_delivery import Posting
from ledger.order.stamps import Pieces, SeatsReleased, TicketCheckInUndone
from projections.cases import cases
from projections.door import door_tickets
from projections.engine.derive import Folds, Known, derive
from projections.engine.projection import Projection
from projections.grantees import grantees
from projections.order_events import event_document, events_of
from projections.order_json import order_page
from projections.order_search import end_of
from projections.order_words import Wanted
from projections.outbox import outbox
from projections.persons_kept import of_case
from projections.provider_references import provider_references
from projections.reports.forms import ParquetMissing
from tests.kits import spec
from tests.kits.beside_orders import ADA, LISTED
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    DISPUTED,
    ISSUED,
    LINE,
    LOST,
    NOON,
    ORDER,
    PAGE,
    PAID,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUNDED,
    RELEASED,
    RETAKEN,
    SECOND,
    WISH,
    WON,
    eur,
    history,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAGE, PAID)
NOBODY = replace(spec.ADA, first_name="", last_name="")


# Found by.


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ada@example.org", True),
        (" ADA@Example.ORG ", True),
        ("bea@example.org", True),
        ("eve@example.org", False),
        ("ada@example", False),
        ((ISSUED.codes or ("",))[0], True),
        ("ZZZZZZZZZZZZZZZP", False),
        ("bea", True),
        ("eve", False),
    ],
)
def test_an_address_or_a_code_is_compared_whole_also_one_that_a_ticket_was_sent_to(text, meant):
    order = order_of(*BOUGHT, ISSUED, spec.SENT_ON)
    assert Wanted(text).matches(order) is meant


def test_an_order_of_which_nothing_but_the_address_is_known_is_found_by_it():
    order = order_of(replace(PLACED, customer=NOBODY))
    assert Wanted("ada@example.org").matches(order)
    assert not Wanted("ada").matches(order)


LAST = UUID(int=2**128 - 1)


@pytest.mark.parametrize(
    ("until", "end"),
    [
        (None, (datetime(9999, 1, 1, tzinfo=UTC), LAST)),
        (NOON, (NOON, UUID(int=0))),
    ],
)
def test_orders_are_listed_from_their_end_or_from_a_time_that_is_no_part_of_them(until, end):
    assert end_of(until) == end


# Shown with.


def test_the_answer_about_a_cancellation_is_that_of_whoever_asked_already():
    order = order_of(*BOUGHT)
    told = replace(eligibility(order, NOON), why=Why.TOO_LATE, deadline=NOON)
    page = order_page(order, NOON, "en", answer=told)
    assert page["cancellation"] == {
        "allowed": False,
        "reason": "too_late",
        "why": "too_late",
        "deadline": "2027-01-10T12:00:00Z",
        "parts": False,
    }


IN_PARTS = replace(PLACED, cancellation=replace(spec.POLICY, parts=True))
ONE = replace(IN_PARTS, lines=(replace(LINE, quantity=1),), total=eur(3500))
PAID_ONE = (ONE, replace(ASKED, amount=eur(3500)), PAGE, replace(PAID, amount=eur(3500)))


@pytest.mark.parametrize(
    ("stack", "parts"),
    [
        ((IN_PARTS, ASKED, PAGE, PAID), True),
        (BOUGHT, False),
        (PAID_ONE, False),
        ((IN_PARTS, ASKED, PAGE), False),
        ((IN_PARTS, ASKED, PAGE, PAID, DISPUTED), False),
    ],
    ids=["two pieces", "of a shop that takes back all or none", "one piece", "unpaid", "disputed"],
)
def test_parts_can_be_chosen_of_more_than_one_piece_that_may_be_cancelled(stack, parts):
    assert order_page(order_of(*stack), NOON, "en")["cancellation"]["parts"] is parts


def test_a_page_tells_the_flags_of_its_order():
    assert order_page(order_of(*BOUGHT, DISPUTED), NOON, "en")["flags"] == ["disputed"]


# Told of.


def kinds(*stack: Any) -> list[str]:
    told = history(*stack)
    found = events_of(ORDER, told, [one.position for one in told])
    return [str(one.kind).removeprefix("order.") for one in found]


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ((DISPUTED, WON), ["disputed", "dispute_closed"]),
        ((DISPUTED, LOST), ["disputed", "dispute_closed"]),
        (
            (REFUND_ASKED, REFUND_ACCEPTED, REFUNDED, REFUND_FAILED),
            ["refund_requested", "refund_accepted", "refunded", "refund_failed"],
        ),
        ((CANCELLED, RELEASED, put(RETAKEN, under=SECOND)), ["cancelled", "revived"]),
    ],
)
def test_only_money_that_comes_pays_an_order_whatever_else_makes_it_paid_again(then, told):
    assert kinds(*BOUGHT, *then) == ["placed", "paid", *told]


def test_a_mistake_about_a_scan_that_the_ledger_does_not_hold_is_told_without_a_ticket():
    undone = put(TicketCheckInUndone(reason="wrong person"), under=spec.SCAN)
    told = history(*BOUGHT, ISSUED, undone)
    (event,) = events_of(ORDER, told, [6])
    document = event_document(event, id=ORDER, personal=False)
    assert document["type"] == "order.ticket_check_in_undone"
    assert "ticket" not in document["data"]


def test_a_letter_to_a_holder_is_owed_since_their_ticket_was_sent_on():
    sent = order_of(*BOUGHT, ISSUED, put(spec.SENT_ON, at=NOON.replace(hour=20)))
    (letter,) = (one for one in outbox(sent) if one.letter == "ticket")
    assert letter.since == NOON.replace(hour=20)


def test_a_name_leads_to_its_payment_only_if_it_is_known_whose_name_it_is():
    order = order_of(*BOUGHT)
    nameless = copied(order.attempts[ATTEMPT], provider="")
    assert provider_references(order)
    assert not provider_references(copied(order, attempts={ATTEMPT: nameless}))


# Doors.


def test_a_ticket_of_which_there_is_no_code_is_at_no_door_also_when_it_was_sent_on():
    sent = order_of(*BOUGHT, ISSUED, spec.SENT_ON)
    assert len(door_tickets(sent)) == 3
    assert door_tickets(copied(sent, tickets=None)) == []
    assert door_tickets(copied(sent, placed=None)) == []


# Cases.

STRAY = CaseOpened(
    kind=CaseKind.UNMATCHED_MONEY,
    severity=Severity.CRITICAL,
    text="nobody's money",
    provider="stripe",
    payment_reference="pi_9",
    amount=PRICE,
)
RETURN = CaseReturnRequested(payment_reference="pi_9", provider="stripe", amount=PRICE)
ACCEPTED = CaseReturnAccepted(provider_reference="re_9", amount=PRICE)
FAILED = CaseReturnFailed(amount=PRICE, provider_reference="re_9", code="closed")
BACK = CaseResolved(action=Action.RETURN, order=None, reason="nobody's")
CLOSED = CaseResolved(action=Action.CLOSE, order=None, reason="the payer rang")


def case_of(*stamps: Any) -> Case:
    return fold_case(
        ADA,
        [
            Recorded[object](
                stream=ADA,
                version=number,
                position=number,
                recorded_at=NOON.replace(minute=number),
                stamp=stamp,
                correlation_id=WISH,
                actor="test",
            )
            for number, stamp in enumerate(stamps, 1)
        ],
    )


@pytest.mark.parametrize(
    ("stamps", "since"),
    [
        ((STRAY,), None),
        ((STRAY, RETURN), NOON.replace(minute=2)),
        ((STRAY, RETURN, ACCEPTED), None),
    ],
)
def test_a_case_says_since_when_its_money_was_asked_back_until_there_is_an_answer(stamps, since):
    (row,) = cases(case_of(*stamps))
    assert row.returning_since == since


SETTLED = case_of(STRAY, CLOSED)


@pytest.mark.parametrize(
    ("case", "since"),
    [
        (SETTLED, NOON.replace(minute=2)),
        (replace(SETTLED, opened=None), None),
        (replace(SETTLED, resolved=None), None),
        (replace(SETTLED, resolved_at=None), None),
        (replace(SETTLED, erased=True), None),
        (case_of(STRAY, RETURN, ACCEPTED, BACK), NOON.replace(minute=4)),
        (case_of(STRAY, RETURN, ACCEPTED, BACK, FAILED), None),
    ],
    ids=[
        "resolved",
        "never opened",
        "open",
        "resolved at no known time",
        "erased",
        "its money went back",
        "its money came back again",
    ],
)
def test_whoever_a_case_is_about_is_kept_from_when_it_was_resolved_for_good(case, since):
    assert [one.since for one in of_case(case)] == ([since] if since else [])


# People.


@pytest.mark.parametrize(
    ("tries", "told"), [({1: "sent"}, "sent"), ({1: "failed"}, ""), ({1: "started"}, "")]
)
def test_who_is_owed_no_letter_was_told_something_only_if_one_went_out(tries, told):
    postings = {(WISH, GrantLetter.VOUCHER): Posting(tries=tries)}
    person = Grantee(id=ADA, listed=LISTED, listed_at=NOON, postings=postings)
    (row,) = grantees(person)
    assert (row.letter, row.letter_due) == (told, False)


# Streams.


def test_what_stumbled_over_all_stamps_at_once_and_over_none_of_them_alone_is_taken():
    stumbles = [True, False, False, False, False]

    def rows(order: Any) -> Any:
        if stumbles.pop(0):
            raise MemoryError
        return (order.version,)

    once = Projection(name="one", version=1, row=int, key=(), rows={type(order_of()): rows})
    made: Any = derive(history(*BOUGHT), None, projections=[once])
    assert (made.first, made.poison, made.rows) == (1, None, {"one": (4,)})
    assert made.state == order_of(*BOUGHT)


def test_a_stream_that_was_asked_for_again_is_forgotten_last():
    streams, folds = [UUID(int=number) for number in range(3)], Folds(most=2)
    for one in (streams[0], streams[1], streams[0], streams[2]):
        folds.keep(one, Known(order_of(PLACED), {}))
    second = history(PLACED, ASKED)[1]
    known = [folds.before(copied(second, stream=one)) is not None for one in streams]
    assert known == [True, False, True]


def test_pieces_that_were_given_up_open_no_door():
    one = SeatsReleased(pieces=(Pieces(line=0, quantity=1),))
    states = [row.state for row in door_tickets(order_of(*BOUGHT, ISSUED, one))]
    assert states == ["valid", "revoked"]


def test_who_wants_a_parquet_file_is_told_what_to_install():
    assert "stampledger[parquet]" in str(ParquetMissing())
