"""How long an order needs its person, and until when the shop's books need its receipts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.kernel.clocks import LAST
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.values import replace as with_envelope
from ledger.order.evolve import fold
from ledger.order.numbers import receipt_numbers
from ledger.order.order import Order
from ledger.order.retention import (
    KeptReceipt,
    due_at,
    event_over_at,
    kept_receipts,
    named_until,
    over_since,
    person_is_here,
    years_later,
)
from ledger.order.stamps import Letter, NoteWritten, ReceiptSendStarted, ReceiptSent, Visit
from ledger.shop.stamps import Retention
from tests.kits.spec import (
    ASKED,
    CANCELLED,
    NOON,
    OPENING,
    ORDER,
    OUTSIDE,
    PAID,
    PLACED,
    RELEASED,
    SHOP,
    history,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAID)
DAY = timedelta(days=1)
ERASED = put(Erased(subject=ORDER, ground=Ground.ASKED), under=OUTSIDE)
RULE = Retention(people_years=3, receipts_years=6)
NAMED = replace(RULE, named_receipts=True)


def visit(**told: Any) -> Visit:
    return Visit(**{"venue": {}, "address": "", "doors_at": None, "ends_at": None, **told})


def numbered(*letters: Letter, at: datetime = NOON, number: int | None = 7) -> Order:
    """A paid order whose letters went out then, each with this number if it draws one."""
    told: list[Any] = []
    for letter in letters:
        about: dict[str, Any] = {"letter": letter, "try_number": 1}
        shop = SHOP if number is not None else None
        told.append(put(ReceiptSendStarted(**about, numbered_for=shop), at=at))
        told.append(put(ReceiptSent(**about, message_id="<1>", body_hash="h"), at=at))
    drawn = {} if number is None else {receipt_numbers(SHOP): number}
    stamps = history(*BOUGHT, *told)
    return fold(ORDER, [with_envelope(one, numbers=drawn) for one in stamps])


def test_an_event_is_over_when_its_shop_says_so_and_else_a_day_after_it_began():
    ends = OPENING + timedelta(hours=30)
    assert event_over_at(order_of(PLACED)) == OPENING + DAY
    assert event_over_at(order_of(replace(PLACED, visit=visit()))) == OPENING + DAY
    assert event_over_at(order_of(replace(PLACED, visit=visit(ends_at=ends)))) == ends


def test_a_ticket_is_waited_for_until_its_event_is_over_and_no_other_order_is():
    paid = order_of(*BOUGHT)
    assert over_since(paid) == OPENING + DAY
    assert over_since(order_of(PLACED)) == NOON
    cancelled = order_of(*BOUGHT, CANCELLED, RELEASED)
    assert over_since(cancelled) == cancelled.changed_at


def test_what_happens_after_the_event_is_waited_for_too():
    late = OPENING + 9 * DAY
    order = order_of(*BOUGHT, put(NoteWritten(text="They rang."), under=OUTSIDE, at=late))
    assert over_since(order) == late


@pytest.mark.parametrize(
    ("stack", "here"),
    [
        ((), False),
        ((ASKED,), False),
        ((PLACED,), True),
        ((*BOUGHT, ERASED), False),
        ((*BOUGHT, ERASED, put(NoteWritten(text="They rang."), under=OUTSIDE)), True),
    ],
    ids=["nothing", "never placed", "placed", "erased", "told of again"],
)
def test_a_person_is_here_until_erased_and_again_with_whatever_is_told_since(stack, here):
    assert person_is_here(order_of(*stack)) is here


@pytest.mark.parametrize("letter", [Letter.PAID, Letter.REFUNDED, Letter.CANCELLED])
def test_a_numbered_receipt_is_kept_so_many_years_from_the_end_of_its_own(letter):
    assert [*kept_receipts(numbered(letter), RULE)] == [
        KeptReceipt(
            number=7,
            letter=letter,
            issued_at=NOON,
            until=datetime(2033, 12, 31, 22, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize(
    ("hour", "until"),
    [(21, datetime(2033, 12, 31, 22, tzinfo=UTC)), (22, datetime(2034, 12, 31, 22, tzinfo=UTC))],
    ids=["the old year", "the new year"],
)
def test_the_year_of_a_receipt_ends_by_the_clocks_of_its_shop(hour, until):
    issued = datetime(2027, 12, 31, hour, 59 if hour == 21 else 0, tzinfo=UTC)
    (kept,) = kept_receipts(numbered(Letter.PAID, at=issued), RULE)
    assert kept.until == until


def test_what_drew_no_number_or_is_no_receipt_is_in_no_books():
    assert [*kept_receipts(numbered(Letter.PAID, number=None), RULE)] == []
    assert [*kept_receipts(numbered(Letter.LINK), RULE)] == []
    mixed = kept_receipts(numbered(Letter.LINK, Letter.REFUNDED), RULE)
    assert [one.letter for one in mixed] == [Letter.REFUNDED]


def test_a_person_is_erased_so_many_years_after_the_order_is_over():
    order = numbered(Letter.PAID)
    assert named_until(order, RULE) is None
    assert due_at(order, RULE) == (OPENING + DAY).replace(year=2030)


def test_where_the_law_wants_the_name_on_receipts_it_stays_as_long_as_they_do():
    order = numbered(Letter.PAID)
    (kept,) = kept_receipts(order, NAMED)
    assert named_until(order, NAMED) == kept.until
    assert due_at(order, NAMED) == kept.until
    longer = replace(NAMED, people_years=9)
    assert due_at(order, longer) == (OPENING + DAY).replace(year=2036)


def test_without_a_receipt_no_law_wants_a_name():
    order = order_of(*BOUGHT)
    assert named_until(order, NAMED) is None
    assert due_at(order, NAMED) == (OPENING + DAY).replace(year=2030)


@pytest.mark.parametrize(
    ("moment", "years", "later"),
    [
        (datetime(2027, 1, 10, tzinfo=UTC), 3, datetime(2030, 1, 10, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), 4, datetime(2032, 2, 29, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), 3, datetime(2031, 3, 1, tzinfo=UTC)),
        (datetime(2027, 1, 10, tzinfo=UTC), 9999, LAST),
    ],
    ids=["the same day", "a leap day", "none in that year", "beyond all years"],
)
def test_years_later_is_the_same_day_or_the_first_that_there_is(moment, years, later):
    assert years_later(moment, years) == later
