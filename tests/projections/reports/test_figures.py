"""What an order adds to reports: its outcome, its money by payment and by line, its tickets."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.grants.grantee import Grantee
from ledger.grants.stamps import PersonConfirmed, VoucherWithdrawn
from ledger.kernel.events import Recorded
from ledger.kernel.values import replace as copied
from ledger.order import stamps
from ledger.order.evolve import fold
from ledger.order.stamps import (
    Cause,
    CreateRefundRequest,
    Line,
    OrderAmended,
    Pieces,
    TicketCheckInUndone,
)
from ledger.vouchers.stamps import VoucherRedeemed
from projections.reports.allocation import Share, allocation, shared
from projections.reports.entries import entries, entries_of_person
from projections.reports.figures import (
    Counted,
    Figure,
    Kind,
    Outcome,
    figures,
    in_minor_units,
    outcome,
)
from projections.reports.voucher_figures import opened, used_by
from tests.kits import spec
from tests.kits.beside_orders import DONE, KNOWN, LISTED, MADE_UP
from tests.kits.example_stamps import example
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CHECKED_IN,
    CHECKED_OUT,
    CONFIRMED_FREE,
    DECLINED,
    DISPUTED,
    EXPIRED,
    FREE,
    HANDED_BACK,
    ISSUED,
    LINE,
    LOST,
    NOON,
    PAGE,
    PAID,
    PAID_OUT,
    PAID_TWICE,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUNDED,
    RELEASED,
    SECOND,
    TIMED_OUT,
    WISH,
    WON,
    eur,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAGE, PAID)
BACK = (REFUND_ASKED, REFUND_ACCEPTED, REFUNDED)
AGAIN = put(ASKED, under=SECOND)
# 80.00 in all: two weekends at 13.5 %, a sauna at 25.5 %.
SAUNA = Line(
    product="sauna",
    revision=1,
    title={"en": "Sauna"},
    quantity=1,
    unit_price=eur(1000),
    vat_percent="25.5",
)
MIXED = replace(PLACED, lines=(LINE, SAUNA), total=eur(8000))


def of(kind: Kind, *stack: Any) -> list[tuple[Figure, Counted]]:
    return [
        (figure, told) for figure, told in figures(order_of(*stack)).items() if figure.kind is kind
    ]


def counted(kind: Kind, *stack: Any) -> Counted:
    """Of one kind, whatever else tells its figures apart."""
    found = [told for _, told in of(kind, *stack)]
    return Counted(*(sum(one) for one in zip(*found, strict=True)))


@pytest.mark.parametrize(
    ("stack", "became"),
    [
        ((PLACED,), Outcome.NOT_ATTEMPTED),
        ((PLACED, ASKED, PAGE), Outcome.UNDER_WAY),
        ((PLACED, ASKED, PAGE, DECLINED), Outcome.FAILED),
        ((PLACED, ASKED, PAGE, EXPIRED), Outcome.FAILED),
        ((PLACED, ASKED, PAGE, DECLINED, AGAIN), Outcome.UNDER_WAY),
        ((PLACED, ASKED, PAGE, replace(PAID, amount=eur(10))), Outcome.PARTLY),
        (BOUGHT, Outcome.AT_FIRST),
        ((PLACED, ASKED, PAGE, DECLINED, PAID), Outcome.AFTER_FAILURES),
        ((PLACED, ASKED, PAGE, AGAIN, put(PAID, under=SECOND)), Outcome.AFTER_FAILURES),
        ((PLACED, ASKED, PAGE, AGAIN, PAID), Outcome.AT_FIRST),
        ((FREE, CONFIRMED_FREE), Outcome.FREE),
        ((*BOUGHT, *BACK, CANCELLED, RELEASED), Outcome.AT_FIRST),
    ],
)
def test_what_became_of_an_orders_payment_whatever_went_back_later(stack, became):
    assert outcome(order_of(*stack)) is became
    ((figure, told),) = of(Kind.ORDERS, *stack)
    total = stack[0].total.amount
    assert (figure.outcome, told) == (became, Counted(1, total, 0))
    assert figure.since == NOON


@pytest.mark.parametrize(
    ("stack", "became"),
    [
        ((PLACED, ASKED), Outcome.UNDER_WAY),
        ((PLACED, ASKED, PAGE, DECLINED), Outcome.FAILED),
        ((PLACED, ASKED, PAGE, DECLINED, PAID), Outcome.OK),
    ],
)
def test_an_attempt_counts_by_when_it_began(stack, became):
    ((figure, told),) = of(Kind.ATTEMPTS, *stack)
    assert (figure.outcome, figure.provider, told) == (became, "stripe", Counted(1))
    assert figure.since == NOON + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("kind", "stack", "told"),
    [
        (Kind.RECEIVED, (PLACED, ASKED), Counted()),
        (Kind.RECEIVED, BOUGHT, Counted(1, 7000)),
        (Kind.RECEIVED, (*BOUGHT, AGAIN, put(PAID_TWICE, under=SECOND)), Counted(2, 14000)),
        (Kind.REFUND_PENDING, (*BOUGHT, REFUND_ASKED), Counted(1, 7000)),
        (Kind.REFUND_PENDING, (*BOUGHT, *BACK), Counted()),
        (Kind.REFUNDED, (*BOUGHT, REFUND_ASKED), Counted()),
        (Kind.REFUNDED, (*BOUGHT, *BACK), Counted(1, 7000)),
        (Kind.HANDED_BACK, (*BOUGHT, *BACK), Counted()),
        (Kind.HANDED_BACK, (*BOUGHT, HANDED_BACK), Counted(1, 7000)),
        (Kind.REFUNDED, (*BOUGHT, HANDED_BACK), Counted(1, 7000)),
        (Kind.DISPUTED, (*BOUGHT, DISPUTED), Counted(1, 7000)),
        (Kind.CHARGED_BACK, (*BOUGHT, DISPUTED), Counted()),
        (Kind.DISPUTED, (*BOUGHT, DISPUTED, LOST), Counted()),
        (Kind.CHARGED_BACK, (*BOUGHT, DISPUTED, LOST), Counted(1, 7000)),
        (Kind.DISPUTED, (*BOUGHT, DISPUTED, WON), Counted()),
        (Kind.CHARGED_BACK, (*BOUGHT, DISPUTED, WON), Counted()),
    ],
)
def test_money_by_payment(kind, stack, told):
    assert counted(kind, *stack) == told if told != Counted() else not of(kind, *stack)
    for figure, _ in of(kind, *stack):
        assert (figure.provider, figure.currency, figure.since) == ("stripe", "EUR", NOON)


def test_a_payout_brings_a_payment_its_fee_and_what_our_books_have_otherwise():
    (figure, told) = of(Kind.PAID_OUT, *BOUGHT, PAID_OUT)[0]
    assert told == Counted(1, 7000)
    assert (figure.payout, figure.bank_reference, figure.day) == ("po_1", "4566", NOON.isoformat())
    assert counted(Kind.PAYOUT_FEES, *BOUGHT, PAID_OUT) == Counted(0, 437_500)
    assert not of(Kind.PAYOUT_DIFFERENCE, *BOUGHT, PAID_OUT)
    short = replace(PAID_OUT, amount=PRICE - eur(1))
    assert counted(Kind.PAYOUT_DIFFERENCE, *BOUGHT, short) == Counted(0, -1)


def test_a_refund_is_kept_back_from_a_payout_and_brought_again_if_it_failed():
    kept = replace(PAID_OUT, kept_back=True, provider_reference="re_1", payout="po_2")
    stack = (*BOUGHT, *BACK, put(kept, under=SECOND))
    assert counted(Kind.KEPT_BACK, *stack) == Counted(1, 7000)
    assert not of(Kind.PAID_OUT, *stack)
    assert not of(Kind.PAYOUT_DIFFERENCE, *stack)
    more = put(replace(kept, amount=PRICE + eur(1)), under=SECOND)
    assert counted(Kind.PAYOUT_DIFFERENCE, *BOUGHT, *BACK, more) == Counted(0, -1)
    again = put(replace(kept, kept_back=False, payout="po_3"), under=WISH)
    assert [told for _, told in of(Kind.KEPT_BACK, *stack, again)] == [
        Counted(1, 7000),
        Counted(-1, -7000),
    ]
    assert not of(Kind.PAYOUT_DIFFERENCE, *stack, again)


@pytest.mark.parametrize(
    ("millionths", "currency", "minor"),
    [(434_600, "EUR", 43), (435_000, "EUR", 44), (1_500_000, "JPY", 2), (437_500, "KWD", 438)],
)
def test_fees_are_told_in_millionths_and_rounded_once(millionths, currency, minor):
    assert in_minor_units((Kind.PAYOUT_FEES,), millionths, currency) == minor
    assert in_minor_units((Kind.PAID_OUT,), millionths, currency) == millionths


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (100, [1, 2], [33, 67]),
        (5, [0, 3], [0, 5]),
        (7, [3, 4], [3, 4]),
        (7, [0, 0], [0, 0]),
        (0, [3, 4], [0, 0]),
        (7, [], []),
    ],
)
def test_an_amount_is_shared_in_proportion_to_the_last_cent(amount, weights, parts):
    assert shared(amount, weights) == parts


def part(amount: int, *, line: int = 0, under: UUID = WISH) -> tuple[Any, ...]:
    """One piece of a line was given up for so much."""
    pieces = (Pieces(line=line, quantity=1),)
    wish = CreateRefundRequest(
        payment=ATTEMPT,
        payment_reference="pi_1",
        provider="stripe",
        amount=eur(amount),
        fee=eur(0),
        cause=Cause.CUSTOMER,
    )
    done = replace(REFUND_ACCEPTED, amount=eur(amount))
    settled = replace(REFUNDED, amount=eur(amount))
    amended = OrderAmended(pieces=pieces, amount=eur(amount), fee=eur(0), cause=Cause.CUSTOMER)
    return tuple(put(one, under=under) for one in (wish, amended, done, settled))


MUCH = replace(PAID, amount=eur(8000))
SOLD = (MIXED, ASKED, PAGE, MUCH)
WHOLE = (Share(place=0, amount=7000, vat=833), Share(place=1, amount=1000, vat=203))


def test_what_came_is_shared_among_the_lines_with_the_vat_in_it():
    found = allocation(order_of(*SOLD))
    assert found.came == (
        Share(place=0, amount=7000, vat=833),
        Share(place=1, amount=1000, vat=203),
    )
    assert (found.returned, found.taken) == ((), ())


def test_a_part_of_the_price_is_shared_in_proportion():
    found = allocation(order_of(MIXED, ASKED, PAGE, replace(PAID, amount=eur(800))))
    assert found.came == (Share(place=0, amount=700, vat=83), Share(place=1, amount=100, vat=20))


def test_what_is_more_than_the_price_no_line_had_asked_for():
    found = allocation(order_of(*SOLD, AGAIN, put(PAID_TWICE, under=SECOND)))
    assert found.came[2:] == (Share(place=None, amount=7000),)
    unwanted = replace(REFUND_ASKED, payment=SECOND, payment_reference="pi_2", cause=Cause.OVERPAID)
    told = (unwanted, replace(REFUND_ACCEPTED, payment=SECOND), replace(REFUNDED, payment=SECOND))
    back = allocation(order_of(*SOLD, AGAIN, put(PAID_TWICE, under=SECOND), *told))
    assert back.returned == (Share(place=None, amount=7000),)


def test_what_came_too_late_for_a_cancelled_order_is_no_sale():
    late = allocation(order_of(PLACED, ASKED, PAGE, TIMED_OUT, RELEASED, PAID))
    assert late.came == (Share(place=None, amount=7000),)
    kept = allocation(order_of(*BOUGHT, CANCELLED, RELEASED))
    assert kept.came == (Share(place=0, amount=7000, vat=833),)
    gone = allocation(order_of(PLACED, ASKED, PAGE, TIMED_OUT, RELEASED, PAID, *BACK))
    assert gone.returned == (Share(place=None, amount=7000),)


def test_a_refund_of_some_pieces_is_theirs_and_any_other_takes_what_is_left():
    some = allocation(order_of(*SOLD, *part(900, line=1)))
    assert some.returned == (Share(place=1, amount=900, vat=183),)
    rest = replace(REFUND_ASKED, amount=eur(7100))
    done = replace(REFUND_ACCEPTED, amount=eur(7100)), replace(REFUNDED, amount=eur(7100))
    every = (put(one, under=SECOND) for one in (rest, *done))
    whole = allocation(order_of(*SOLD, *part(900, line=1), *every))
    assert whole.returned == (
        Share(place=0, amount=7000, vat=833),
        Share(place=1, amount=1000, vat=203),
    )


def test_banks_take_from_what_is_left_of_the_lines():
    lost = replace(DISPUTED, amount=eur(4100)), LOST
    found = allocation(order_of(*SOLD, *part(3500), *lost))
    assert found.returned == (Share(place=0, amount=3500, vat=417),)
    assert [(one.place, one.amount) for one in found.taken] == [(0, 3189), (1, 911)]
    assert sum(one.vat for one in found.taken) == 379 + 185


def test_lines_of_one_rate_share_its_vat_that_is_rounded_once():
    third = replace(LINE, quantity=1, unit_price=eur(333))
    terms = replace(PLACED, lines=(third, third, SAUNA), total=eur(1666))
    found = allocation(order_of(terms, ASKED, PAGE, replace(PAID, amount=eur(1666))))
    assert [one.vat for one in found.came] == [40, 39, 203]
    assert sum(one.vat for one in found.came[:2]) == 79, "of 6.66 at 13.5 %"


def test_pieces_and_tickets_by_line_that_were_sold_and_given_up():
    two = replace(MIXED, lines=(replace(LINE, tickets=2), SAUNA))
    sold = {figure.product: told for figure, told in of(Kind.SOLD, two, ASKED, PAGE, MUCH)}
    assert sold == {"weekend": Counted(2, 7000, 833), "sauna": Counted(1, 1000, 203)}
    tickets = {figure.product: told for figure, told in of(Kind.TICKETS, two, ASKED, PAGE, MUCH)}
    assert tickets == {"weekend": Counted(4), "sauna": Counted(1)}
    assert not of(Kind.TICKETS_BACK, two, ASKED, PAGE, MUCH)
    gone = (two, ASKED, PAGE, MUCH, CANCELLED, RELEASED)
    assert counted(Kind.TICKETS_BACK, *gone) == Counted(5)
    assert counted(Kind.RETURNED, *gone) == Counted(3)
    assert not of(Kind.TICKETS, PLACED, ASKED, PAGE)


def test_figures_of_a_line_say_product_revision_rate_and_currency():
    ((figure, _),) = of(Kind.TICKETS, *BOUGHT)
    assert figure == Figure(
        Kind.TICKETS, NOON, product="weekend", revision=1, rate="13.5", currency="EUR"
    )
    late = of(Kind.SOLD, PLACED, ASKED, PAGE, TIMED_OUT, RELEASED, PAID)
    assert [figure for figure, told in late if told.amount] == [
        Figure(Kind.SOLD, NOON, currency="EUR")
    ]


ISSUED_ONE = (*BOUGHT, ISSUED)


def test_a_ticket_waits_until_it_lets_somebody_in():
    assert counted(Kind.WAITING, *ISSUED_ONE) == Counted(2)
    came = (*ISSUED_ONE, put(CHECKED_IN, under=spec.SCAN))
    assert (counted(Kind.WAITING, *came), counted(Kind.EXCHANGED, *came)) == (
        Counted(1),
        Counted(1),
    )
    undone = (*came, put(TicketCheckInUndone(reason="wrong person"), under=spec.SCAN))
    assert counted(Kind.WAITING, *undone) == Counted(2)
    assert not of(Kind.EXCHANGED, *undone)
    assert not of(Kind.WAITING, *ISSUED_ONE, CANCELLED, RELEASED)
    used = counted(Kind.EXCHANGED, *came, CANCELLED, RELEASED)
    assert used == Counted(1), "whatever became of it"


def test_who_came_and_went_by_door_and_day_each_time():
    out = put(CHECKED_OUT, under=SECOND)
    stack = (*ISSUED_ONE, put(CHECKED_IN, under=spec.SCAN), out)
    for kind in (Kind.CAME, Kind.WENT):
        ((figure, told),) = of(kind, *stack)
        assert (figure.door, figure.day, figure.product) == ("main", "2027-01-10", "weekend")
        assert told == Counted(1)
    assert not of(Kind.BESIDE, *stack)
    someday = put(replace(CHECKED_IN, day="someday"), under=spec.SCAN)
    ((figure, _),) = of(Kind.CAME, *ISSUED_ONE, someday)
    assert figure.day == ""
    unknown = put(replace(CHECKED_IN, ticket="0" * 64), under=spec.SCAN)
    assert not of(Kind.CAME, *ISSUED_ONE, unknown)


STILL = [
    stamps.ContactChanged,
    stamps.NoteWritten,
    stamps.Labelled,
    stamps.LinesSwapped,
    stamps.CancellationRequested,
    stamps.StartMoved,
    stamps.StartAccepted,
    stamps.BuyerAddressed,
    stamps.LetterWordsUsed,
    stamps.ReceiptSendStarted,
    stamps.ReceiptSent,
    stamps.ReceiptFailed,
    stamps.ReceiptUnknown,
    stamps.ReceiptResendRequested,
    stamps.TicketsIssued,
    stamps.CreateCaptureRequest,
]


@pytest.mark.parametrize("kind", STILL)
def test_a_stamp_that_changes_nothing_that_is_counted_is_not_looked_into(kind):
    order = order_of(*BOUGHT)
    recorded = Recorded[object](
        stream=order.id,
        version=5,
        position=5,
        recorded_at=NOON,
        stamp=example(kind),
        correlation_id=WISH,
        actor="test",
    )
    assert entries(None, order, recorded) == ()


def test_entries_add_up_to_the_figures_and_go_where_they_were_wrong():
    history = spec.history(*BOUGHT, *BACK)
    found: Counter[tuple[Any, ...]] = Counter()
    before = None
    for recorded in history:
        after = fold(recorded.stream, history[: recorded.version])
        for nth, row in enumerate(entries(before, after, recorded)):
            assert (row.nth, row.position, row.at) == (nth, recorded.version, recorded.recorded_at)
            assert (row.stream, row.shop) == (after.id, "winterfest")
            found[row.kind, row.outcome] += row.amount
        before = after
    wanted: Counter[tuple[Any, ...]] = Counter()
    for figure, told in figures(fold(history[0].stream, history)).items():
        wanted[str(figure.kind), str(figure.outcome)] += told.amount
    assert +found == +wanted
    assert found["orders", "not_attempted"] == 0


def test_nothing_is_entered_of_an_order_that_was_never_placed():
    (recorded,) = spec.history(ASKED)
    assert entries(None, order_of(), recorded) == ()
    assert figures(copied(order_of(*BOUGHT), placed=None)) == {}
    assert figures(copied(order_of(*BOUGHT), placed_at=None)) == {}


def test_money_that_a_bank_took_of_a_payment_that_never_came_is_nobodys():
    stack = (PLACED, ASKED, PAGE, DISPUTED, LOST)
    assert allocation(order_of(*stack)).taken == (Share(place=None, amount=7000),)
    assert counted(Kind.TAKEN, *stack) == Counted(0, 7000)


def test_uses_of_a_voucher_that_nobody_redeemed_are_worth_nothing():
    voucher = replace(KNOWN, issued_at=NOON)
    assert used_by(voucher, spec.ORDER) == {}
    redeemed = VoucherRedeemed(order=spec.ORDER, uses=3, reduction=eur(1000))
    ((figure, told),) = used_by(
        replace(voucher, first_uses={spec.ORDER: redeemed}), spec.ORDER
    ).items()
    assert (figure.kind, figure.currency, told) == (Kind.VOUCHERS_USED, "EUR", Counted(2, 667))
    other = replace(voucher, first_uses={SECOND: redeemed})
    assert used_by(other, SECOND) == {}, "it has none any more"
    assert {one.kind for one in opened(voucher)} == {Kind.VOUCHERS_ISSUED}
    assert {one.kind for one in opened(replace(voucher, revoked_at=NOON))} == {
        Kind.VOUCHERS_ISSUED,
        Kind.VOUCHERS_WITHDRAWN,
    }
    assert opened(replace(voucher, issued=None)) == {}


def test_only_news_of_a_voucher_enter_something_of_its_person():
    made = replace(MADE_UP, create=DONE)
    person = Grantee(id=WISH, listed=LISTED, vouchers=(made,))
    (recorded,) = spec.history(PersonConfirmed())
    assert entries_of_person(None, person, recorded) == ()
    (news,) = spec.history(example(VoucherWithdrawn))
    assert [one.kind for one in entries_of_person(None, person, news)] == ["vouchers_issued"]
    assert entries_of_person(person, person, news) == []
    assert entries_of_person(None, replace(person, listed=None), news) == ()
