"""A part of an order is cancelled: what is gone, what goes back, and what lives on (ADR 0027)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import uuid5

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from ledger.kernel.money import vat_included
from ledger.kernel.refusals import (
    LinkInvalid,
    NotCancellable,
    NothingChosen,
    NotRefundable,
    OrderMoved,
    PiecesNotLeft,
    QuoteChanged,
)
from ledger.order.cancellation_policy import eligibility, quote
from ledger.order.commands import (
    CancelPart,
    CompleteCancellation,
    ConfirmCancellation,
    ReleaseSeats,
    RetryRefund,
)
from ledger.order.issues import troubles
from ledger.order.next_step import next_step
from ledger.order.order import Order
from ledger.order.part_policy import chosen, vat_returned
from ledger.order.part_policy import quote as part_quote
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    Letter,
    ManualRefund,
    OrderAmended,
    Pieces,
    Refunded,
    RefundFailed,
    SeatClaim,
    SeatsReleased,
)
from ledger.order.status import Status, flags, status
from ledger.shop.stamps import CancellationPolicy, Release, quota_id
from tests.kits.examples import examples
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CODE,
    CONFIRMED_FREE,
    DISPUTED,
    FREE,
    LINE,
    LINK,
    LOST,
    NOON,
    ORDER,
    OUTSIDE,
    PAID,
    PLACED,
    PLACING,
    SHOP,
    WEEKEND,
    WISH,
    eur,
    given,
    order_of,
    put,
)

SOON = NOON + timedelta(hours=1)
FRIDAY = quota_id(SHOP, "friday")
POLICY = CancellationPolicy(period_days=14, fee_fixed=eur(0), parts=True)
LINES = (
    replace(LINE, quantity=2, quotas=(WEEKEND,)),
    replace(LINE, product="friday", unit_price=eur(1333), vat_percent="24", quotas=(FRIDAY,)),
)
PRICE = eur(2 * 3500 + 2 * 1333)
BOTH = replace(
    PLACED,
    total=PRICE,
    lines=LINES,
    seats=(SeatClaim(quota=WEEKEND, seats=2), SeatClaim(quota=FRIDAY, seats=2)),
    cancellation=POLICY,
)
CAME = replace(PAID, amount=PRICE)
BOUGHT = (BOTH, replace(ASKED, amount=PRICE), CAME)
LINKED = (*BOUGHT, LINK)
ONE = (Pieces(line=0, quantity=1),)
LAST = (Pieces(line=0, quantity=1, which=(1,)),)  # what that comes to where nobody came in
PART, LATER = (uuid5(ORDER, name) for name in ("part", "later part"))
ASKED_BACK = CreateRefundRequest(
    payment=ATTEMPT,
    payment_reference="pi_1",
    provider="stripe",
    amount=eur(3500),
    fee=eur(0),
    cause=Cause.CUSTOMER,
    pieces=LAST,
)
ACCEPTED = CreateRefundSuccess(payment=ATTEMPT, amount=eur(3500), provider_reference="re_1")
REFUSED = CreateRefundFailure(code="insufficient_funds")
BACK = Refunded(payment=ATTEMPT, amount=eur(3500), provider_reference="re_1")
FAILED = RefundFailed(payment=ATTEMPT, amount=eur(3500), provider_reference="re_1", code="closed")
AMENDED = OrderAmended(pieces=LAST, amount=eur(3500), fee=eur(0), cause=Cause.CUSTOMER)
FREED = SeatsReleased(pieces=LAST)
DONE = (*LINKED, ASKED_BACK, ACCEPTED, put(AMENDED, under=WISH), FREED)


def by(kind: Any, *, under: Any = WISH, **fields: Any) -> Any:
    return kind(correlation_id=under, actor="test", at=SOON, **fields)


def confirming(pieces: Sequence[Pieces] = ONE, shown: int = 3500) -> ConfirmCancellation:
    wish: ConfirmCancellation = by(
        ConfirmCancellation, code=CODE, quote=eur(shown), pieces=tuple(pieces)
    )
    return wish


def by_sales(pieces: Sequence[Pieces] = ONE, **fields: Any) -> CancelPart:
    wish: CancelPart = by(CancelPart, under=OUTSIDE, reason="ill", pieces=tuple(pieces), **fields)
    return wish


def under(policy: CancellationPolicy) -> tuple[Any, ...]:
    return (replace(BOTH, cancellation=policy), *LINKED[1:])


# The right stamps


def test_a_confirmed_part_asks_for_its_share_and_waits_for_the_answer():
    given(*LINKED).when(confirming()).then(ASKED_BACK)


def test_an_accepted_share_takes_the_pieces_and_their_seats_out_of_the_order():
    asked = given(*LINKED, ASKED_BACK, ACCEPTED)
    step = next_step(asked.order, SOON)
    assert step == CompleteCancellation(correlation_id=WISH, actor="ledger", at=SOON)
    asked.when(step).then(AMENDED, FREED)
    assert next_step(order_of(*DONE), SOON) is None


def test_the_rest_lives():
    order = order_of(*DONE, BACK)
    assert (order.alive, status(order), flags(order)) == (True, Status.PARTIALLY_REFUNDED, ())
    assert [line.quantity for line in order.lines] == [1, 2]
    assert order.seats == {WEEKEND: (0, 1), FRIDAY: (0, 2)}
    assert (order.due, order.held, order.covered) == (eur(6166), eur(6166), eur(6166))
    assert (order.confirmed, order.lacking, order.missing) == (True, False, eur(0))
    assert order.freed_pieces == order.cancelled_pieces == {0: 1}
    assert eligibility(order, SOON).allowed
    assert quote(order).amount == eur(6166)


def test_at_request_the_pieces_are_gone_whatever_the_answer():
    at_once = replace(POLICY, release=Release.AT_REQUEST)
    given(*under(at_once)).when(confirming()).then(ASKED_BACK, AMENDED, FREED)
    order = order_of(*under(at_once), ASKED_BACK, put(AMENDED, under=WISH), FREED, REFUSED)
    assert order.seats[WEEKEND] == (0, 1)
    assert (status(order), flags(order)) == (Status.REFUND_FAILED, ())  # it is owed, no surplus
    assert [one.kind for one in troubles(order)] == ["refund_refused"]


def test_when_settled_the_seats_wait_for_the_money():
    late = replace(POLICY, release=Release.AT_REFUND_SETTLED)
    stack = (*under(late), ASKED_BACK, ACCEPTED)
    given(*stack).when(by(CompleteCancellation)).then(AMENDED)
    amended = (*stack, put(AMENDED, under=WISH))
    assert order_of(*amended).seats[WEEKEND] == (0, 2)
    assert next_step(order_of(*amended), SOON) is None
    assert next_step(order_of(*amended, BACK), SOON) == ReleaseSeats(
        correlation_id=WISH, actor="ledger", at=SOON
    )
    given(*amended, BACK).when(by(ReleaseSeats)).then(FREED)
    given(*amended, BACK, FREED).when(by(ReleaseSeats)).then()


def test_a_refused_share_leaves_the_pieces_and_opens_a_case():
    order = order_of(*LINKED, ASKED_BACK, REFUSED)
    assert next_step(order, SOON) is None
    assert ([line.quantity for line in order.lines], order.due) == ([2, 2], PRICE)
    assert [one.kind for one in troubles(order)] == ["refund_refused"]
    retried = replace(ASKED_BACK, try_number=2)
    given(*LINKED, ASKED_BACK, REFUSED).when(by(RetryRefund)).then(retried)


def test_a_free_piece_is_gone_at_once():
    free = replace(FREE, lines=(replace(FREE.lines[0], quotas=(WEEKEND,)),), cancellation=POLICY)
    amended = replace(AMENDED, amount=eur(0))
    given(free, CONFIRMED_FREE, LINK).when(confirming(shown=0)).then(amended, FREED)
    order = order_of(free, CONFIRMED_FREE, LINK, put(amended, under=WISH), FREED)
    assert (status(order), order.seats) == (Status.PAID, {WEEKEND: (0, 1)})
    given(free, CONFIRMED_FREE, LINK, put(amended, under=WISH), FREED).owes(
        (PLACING, Letter.PAID), (WISH, Letter.CANCELLED)
    )


def test_the_last_pieces_are_the_order():
    every = (Pieces(line=0, quantity=2), Pieces(line=1, quantity=2))
    whole = replace(ASKED_BACK, amount=PRICE, pieces=())
    given(*LINKED).when(confirming(every, PRICE.amount)).then(whole)
    rest = (Pieces(line=0, quantity=1), Pieces(line=1, quantity=2))
    again = put(LINK, under=LATER, at=NOON + timedelta(minutes=30))
    asked = by(ConfirmCancellation, under=LATER, code=CODE, quote=eur(6166), pieces=rest)
    given(*DONE, BACK, again).when(asked).then(replace(whole, amount=eur(6166)))


def test_ticket_sales_cancel_a_part_at_any_time_with_the_shop_s_fee_or_without():
    policy = replace(POLICY, period_days=0, fee_fixed=eur(200))
    bought = under(policy)[:3]
    asked = replace(ASKED_BACK, cause=Cause.STAFF, reason="ill")
    kept = replace(asked, amount=eur(3300), fee=eur(200))
    given(*bought).when(by_sales()).then(kept)
    given(*bought).when(by_sales(waive_fee=True)).then(asked)
    given(*bought).when(by_sales(version=2)).then_refuses(OrderMoved, version=3)
    given(*bought).when(by_sales(quote=eur(1))).then_refuses(QuoteChanged, quote=eur(3300))


def test_ticket_sales_return_by_hand_what_came_by_hand():
    asked = replace(ASKED, amount=PRICE, provider="manual", account="")
    bought = (BOTH, asked, replace(CAME, provider="manual"))
    given(*bought).when(by_sales()).then_refuses(NotRefundable)
    amended = replace(AMENDED, cause=Cause.STAFF, reason="ill")
    handed = ManualRefund(payment=ATTEMPT, amount=eur(3500), reason="ill")
    given(*bought).when(by_sales(by_hand=True)).then(handed, amended, FREED)
    every = (Pieces(line=0, quantity=2), Pieces(line=1, quantity=2))
    given(*bought).when(by_sales(every, by_hand=True)).then(
        replace(handed, amount=PRICE), Cancelled(cause=Cause.STAFF, reason="ill"), SeatsReleased()
    )


# The right refusals, and the right silence


@pytest.mark.parametrize(
    ("pieces", "refusal"),
    [
        ((Pieces(line=0, quantity=3),), PiecesNotLeft),
        ((Pieces(line=2, quantity=1),), PiecesNotLeft),
        ((Pieces(line=0, quantity=0),), PiecesNotLeft),
        ((Pieces(line=-1, quantity=1),), PiecesNotLeft),
        ((*ONE, *ONE), NothingChosen),
    ],
)
def test_only_what_the_order_has_can_be_chosen(pieces, refusal):
    given(*LINKED).when(confirming(pieces)).then_refuses(refusal)
    given(*BOUGHT).when(by_sales(pieces)).then_refuses(refusal)


def test_a_choice_is_made_by_product():
    order = order_of(*BOUGHT)
    assert chosen(order, [("friday", 1), ("weekend", 0)]) == (Pieces(line=1, quantity=1),)
    for wrong in ([("weekend", 0)], [("weekend", 1), ("weekend", 1)]):
        with pytest.raises(NothingChosen):
            chosen(order, wrong)
    with pytest.raises(PiecesNotLeft):
        chosen(order, [("thursday", 1)])


def test_pieces_that_are_gone_are_gone():
    gone = (Pieces(line=0, quantity=2),)
    given(*DONE, BACK).when(by_sales(gone)).then_refuses(PiecesNotLeft, product="weekend", left=1)


def test_a_shop_that_does_not_allow_it_does_not():
    never = under(replace(POLICY, parts=False))
    given(*never).when(confirming()).then_refuses(NotCancellable, code="no_parts")
    given(*never[:3]).when(by_sales()).then_refuses(NotCancellable, code="no_parts")


def test_what_would_be_left_has_a_price():
    lines = (LINES[0], replace(LINES[1], unit_price=eur(0)))
    stack = (replace(BOTH, total=eur(7000), lines=lines), ASKED, PAID, LINK)
    both = (Pieces(line=0, quantity=2),)
    given(*stack).when(confirming(both, 7000)).then_refuses(NotCancellable, code="rest_is_free")


def test_one_thing_at_a_time():
    """Two parts at once, part and whole, part and refund, part and dispute: the first one wins."""
    under_way = given(*LINKED, ASKED_BACK)
    under_way.when(confirming()).then_refuses(LinkInvalid)
    under_way.when(by_sales()).then_refuses(NotCancellable, code="refund_under_way")
    whole = by(ConfirmCancellation, code=CODE, quote=PRICE)
    under_way.when(whole).then_refuses(LinkInvalid)
    given(*LINKED, put(replace(ASKED_BACK, pieces=()), under=OUTSIDE)).when(
        confirming()
    ).then_refuses(NotCancellable, code="refund_under_way")
    disputed = given(*LINKED, DISPUTED)
    disputed.when(confirming()).then_refuses(NotCancellable, code="disputed")
    disputed.when(by_sales()).then_refuses(NotCancellable, code="disputed")


def test_nobody_confirms_a_refund_that_was_not_shown():
    given(*LINKED).when(confirming(shown=3501)).then_refuses(QuoteChanged, quote=eur(3500))


def test_the_same_wish_twice_stamps_nothing():
    asked = replace(ASKED_BACK, cause=Cause.STAFF)
    given(*BOUGHT, put(asked, under=OUTSIDE)).when(by_sales()).then()
    given(*DONE).when(by(CompleteCancellation)).then()


def test_a_refused_share_is_not_asked_for_again_when_other_parts_went_since():
    fee = replace(POLICY, fee_fixed=eur(200))
    asked = replace(ASKED_BACK, amount=eur(3300), fee=eur(200))
    by_hand = ManualRefund(payment=ATTEMPT, amount=eur(1133))
    other = OrderAmended(
        pieces=(Pieces(line=1, quantity=1),), amount=eur(1133), fee=eur(200), cause=Cause.STAFF
    )
    stack = (*under(fee), asked, REFUSED, put(by_hand, under=LATER), put(other, under=LATER))
    given(*stack).when(by(RetryRefund)).then_refuses(QuoteChanged, quote=eur(3500))


def test_a_share_that_was_made_after_all_never_takes_more_than_is_left():
    elsewhere = replace(AMENDED, pieces=(Pieces(line=0, quantity=2),), amount=eur(7000))
    freed = SeatsReleased(pieces=elsewhere.pieces)
    gone = (put(elsewhere, under=OUTSIDE), put(freed, under=OUTSIDE))
    stack = (*LINKED, ASKED_BACK, REFUSED, *gone)
    order = order_of(*stack, replace(ACCEPTED, try_number=2))
    assert next_step(order, SOON) is None
    given(*stack, replace(ACCEPTED, try_number=2)).when(by(CompleteCancellation)).then()


# Money to the cent


CENTS = st.integers(1, 10_000)
SHOPS = st.tuples(
    st.lists(st.tuples(st.integers(1, 3), CENTS, st.sampled_from(["0", "10", "13.5", "25.5"])),
             min_size=1, max_size=3),
    st.integers(0, 3_000),
    st.sampled_from(["0", "2.5", "10", "33.333", "100"]),
)  # fmt: skip


@examples(150)
@each(SHOPS, st.randoms(use_true_random=False))
def test_in_however_many_parts_it_comes_to_the_same_as_at_once(shop, random):
    lines, fixed, percent = shop
    sold = tuple(
        replace(LINE, product=f"p{at}", quantity=n, unit_price=eur(cents), vat_percent=rate)
        for at, (n, cents, rate) in enumerate(lines)
    )
    price = eur(sum(n * cents for n, cents, _ in lines))
    policy = replace(POLICY, fee_fixed=eur(fixed), fee_percent=percent)
    stack: list[Any] = [
        replace(BOTH, total=price, lines=sold, cancellation=policy),
        replace(ASKED, amount=price),
        replace(CAME, amount=price),
    ]
    whole = quote(order_of(*stack))
    left = [place for place, line in enumerate(sold) for _ in range(line.quantity)]
    random.shuffle(left)
    back, fees, vat = 0, 0, 0
    while left:
        place = left.pop()
        part = uuid5(ORDER, f"part {len(left)}")
        offer = part_quote(order_of(*stack), (Pieces(line=place, quantity=1),))
        assert offer.whole is (not left)
        assert min(offer.amount.amount, offer.fee.amount) >= 0
        assert sum(one.base.amount + one.vat.amount for one in offer.vat) == offer.amount.amount
        assert all(min(one.base.amount, one.vat.amount) >= 0 for one in offer.vat)
        back, fees = back + offer.amount.amount, fees + offer.fee.amount
        vat += sum(one.vat.amount for one in offer.vat)
        if offer.amount:
            gone = ManualRefund(payment=ATTEMPT, amount=offer.amount)
            stack.append(put(gone, under=part))
        if left:
            amended = OrderAmended(
                pieces=offer.pieces, amount=offer.amount, fee=offer.fee, cause=Cause.STAFF
            )
            stack += [put(amended, under=part), put(SeatsReleased(pieces=offer.pieces), under=part)]
        order = order_of(*stack)
        assert order.held == price - eur(back)
        assert not left or order.confirmed
        assert not left or (order.due, order.surplus) == (order.held, eur(0))
    assert (back, fees) == (whole.amount.amount, whole.fee.amount)
    if not fees:
        by_rate: dict[Decimal, int] = {}
        for n, cents, rate in lines:
            by_rate[Decimal(rate)] = by_rate.get(Decimal(rate), 0) + n * cents
        assert vat == sum(vat_included(eur(g), rate).amount for rate, g in by_rate.items())


def test_the_vat_of_a_part_is_that_of_its_own_rates():
    order = order_of(*BOUGHT)
    offer = part_quote(order, (Pieces(line=1, quantity=1),))
    assert [(one.rate, one.base, one.vat) for one in offer.vat] == [("24", eur(1075), eur(258))]
    assert vat_returned(order, offer.lines, offer.amount, before=99) == offer.vat


def test_the_vat_of_three_parts_is_that_of_the_whole():
    """Rounded one by one, three times 19 cents would be returned of 58."""
    lines = (replace(LINE, quantity=4, unit_price=eur(100), vat_percent="24"),)
    stack: list[Any] = [
        replace(BOTH, total=eur(400), lines=lines),
        replace(ASKED, amount=eur(400)),
        replace(CAME, amount=eur(400)),
    ]
    vat = []
    for number in range(4):
        offer = part_quote(order_of(*stack), ONE)
        vat.append(offer.vat[0].vat.amount)
        amended = OrderAmended(pieces=ONE, amount=eur(100), fee=eur(0), cause=Cause.STAFF)
        under = uuid5(ORDER, f"one of four {number}")
        gone = ManualRefund(payment=ATTEMPT, amount=eur(100))
        stack += [put(gone, under=under), put(amended, under=under)]
    assert sum(vat) == vat_included(eur(400), Decimal(24)).amount == 77


# Letters


def test_each_part_has_its_credit_note_and_the_rest_its_receipt():
    given(*DONE).owes((ATTEMPT, Letter.PAID), (WISH, Letter.REFUNDED))
    given(*LINKED, ASKED_BACK, ACCEPTED).owes((ATTEMPT, Letter.PAID), (WISH, Letter.REFUNDED))
    given(*LINKED, ASKED_BACK).owes((ATTEMPT, Letter.PAID), (WISH, Letter.WITHDRAWAL))
    given(*LINKED, ASKED_BACK, REFUSED).owes((ATTEMPT, Letter.PAID), (WISH, Letter.WITHDRAWAL))


def test_a_part_that_is_gone_though_its_refund_was_refused_is_told():
    at_once = under(replace(POLICY, release=Release.AT_REQUEST))
    gone = (*at_once, ASKED_BACK, put(AMENDED, under=WISH), FREED)
    given(*gone).owes((ATTEMPT, Letter.PAID), (WISH, Letter.WITHDRAWAL))
    given(*gone, REFUSED).owes((ATTEMPT, Letter.PAID), (WISH, Letter.CANCELLED))


# In any order


SECOND_PART = uuid5(ORDER, "second part")
TWO = (Pieces(line=1, quantity=1),)
BY_HAND = put(ManualRefund(payment=ATTEMPT, amount=eur(1133)), under=SECOND_PART)
OURS = (*LINKED, BY_HAND, ASKED_BACK)
NEWS = (
    ACCEPTED,
    BACK,
    FAILED,
    DISPUTED,
    LOST,
    put(AMENDED, under=WISH),
    FREED,
    put(
        OrderAmended(pieces=TWO, amount=eur(1133), fee=eur(200), cause=Cause.STAFF),
        under=SECOND_PART,
    ),
    put(SeatsReleased(pieces=TWO), under=SECOND_PART),
)


def standing(order: Order) -> Any:
    return (
        status(order),
        order.lines,
        order.seats,
        order.due,
        order.held,
        order.covered,
        order.surplus,
        order.confirmed,
        order.lacking,
        order.sold,
        order.fee_kept,
        {cause: (one.pieces, one.amount, one.fee) for cause, one in order.amendments.items()},
        {(one.kind, one.mark) for one in troubles(order)},
    )


@examples(400)
@each(
    st.lists(st.sampled_from(NEWS), unique_by=id).flatmap(
        lambda news: st.tuples(st.permutations(news), st.permutations([*news, *news[:2]]))
    )
)
def test_parts_and_news_in_any_order_and_however_often_come_to_the_same(orders):
    one, other = orders
    assert standing(order_of(*OURS, *one)) == standing(order_of(*OURS, *other))


def test_the_parts_themselves_may_come_in_any_order():
    ours = [
        one for one in NEWS if isinstance(getattr(one, "stamp", one), OrderAmended | SeatsReleased)
    ]
    found = [standing(order_of(*BOUGHT, *news)) for news in permutations(ours)]
    assert len(ours) == 4
    assert all(one == found[0] for one in found)
