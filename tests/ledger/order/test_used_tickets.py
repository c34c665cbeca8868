"""A part is cancelled although somebody came in: whose tickets nobody used (ADR 0064)."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid5

import pytest

from ledger.kernel.refusals import NotCancellable, PiecesNotLeft
from ledger.order.admission import TicketState, state, tickets, used_pieces
from ledger.order.cancellation_policy import Why, eligibility
from ledger.order.commands import (
    CancelPart,
    CompleteCancellation,
    ConfirmCancellation,
    RequestCancellation,
)
from ledger.order.next_step import next_step
from ledger.order.order import Order
from ledger.order.part_policy import hindrance, quote, ticket_numbers, unused_pieces
from ledger.order.stamps import (
    CancellationRequested,
    Cause,
    CreateRefundRequest,
    CreateRefundSuccess,
    OrderAmended,
    Pieces,
    SeatClaim,
    SeatsReleased,
)
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CHECKED_IN,
    CODE,
    ISSUED,
    LINE,
    LINK,
    NOON,
    ORDER,
    OUTSIDE,
    PAID,
    PLACED,
    POLICY,
    SHOP,
    UNDONE,
    WEEKEND,
    WISH,
    eur,
    given,
    order_of,
    put,
)
from tests.kits.ticket_codes import codes

SOON = NOON + timedelta(hours=1)
FAMILY = replace(LINE, product="family", quantity=1, unit_price=eur(5000), tickets=2)
# Tickets 1 to 4 are of the weekend, 5 and 6 of one family ticket.
BOUGHT = replace(
    PLACED,
    total=eur(19000),
    lines=(replace(LINE, quantity=4, quotas=(WEEKEND,)), FAMILY),
    seats=(SeatClaim(quota=WEEKEND, seats=4),),
    cancellation=replace(POLICY, fee_fixed=eur(0), parts=True),
)
DRAWN = codes(6)
TICKETS = replace(
    ISSUED, hashes=tuple(one.hash for one in DRAWN), codes=tuple(one.code for one in DRAWN)
)
PAID_FOR = (BOUGHT, replace(ASKED, amount=eur(19000)), replace(PAID, amount=eur(19000)), TICKETS)


def came_in(*numbers: int) -> tuple[Any, ...]:
    return tuple(
        put(replace(CHECKED_IN, ticket=DRAWN[one - 1].hash), under=uuid5(SHOP, f"scan {one}"))
        for one in numbers
    )


def pieces(quantity: int, *which: int, line: int = 0) -> tuple[Pieces, ...]:
    return (Pieces(line=line, quantity=quantity, which=which),)


def confirming(wanted: tuple[Pieces, ...], shown: int) -> ConfirmCancellation:
    return ConfirmCancellation(
        correlation_id=WISH, actor="test", at=SOON, code=CODE, quote=eur(shown), pieces=wanted
    )


def asked_back(which: tuple[Pieces, ...], amount: int) -> CreateRefundRequest:
    return CreateRefundRequest(
        payment=ATTEMPT,
        payment_reference="pi_1",
        provider="stripe",
        amount=eur(amount),
        fee=eur(0),
        cause=Cause.CUSTOMER,
        pieces=which,
    )


def valid(order: Order) -> list[int]:
    return [one.number for one in order.valid_tickets]


def test_a_used_ticket_stays_and_the_last_unused_ones_go():
    let_in = (*PAID_FOR, *came_in(4), LINK)
    gone = pieces(2, 1, 2)
    given(*let_in).when(confirming(pieces(2), 7000)).then(asked_back(gone, 7000))
    accepted = CreateRefundSuccess(payment=ATTEMPT, amount=eur(7000), provider_reference="re_1")
    answered = (*let_in, asked_back(gone, 7000), accepted)
    amended = OrderAmended(pieces=gone, amount=eur(7000), fee=eur(0), cause=Cause.CUSTOMER)
    freed = SeatsReleased(pieces=gone)
    complete = CompleteCancellation(correlation_id=WISH, actor="ledger", at=SOON)
    assert next_step(order_of(*answered), SOON) == complete
    given(*answered).when(complete).then(amended, freed)
    order = order_of(*answered, put(amended, under=WISH), put(freed, under=WISH))
    assert valid(order) == [1, 4, 5, 6]
    assert order.seats == {WEEKEND: (0, 2)}
    assert [str(state(order, one)) for one in tickets(order)[:4]] == [
        TicketState.CONFIRMED,
        TicketState.REVOKED,
        TicketState.REVOKED,
        TicketState.CHECKED_IN,
    ]


def test_whoever_says_which_tickets_gets_those():
    let_in = (*PAID_FOR, *came_in(4), LINK)
    given(*let_in).when(confirming(pieces(1, 0), 3500)).then(asked_back(pieces(1, 0), 3500))
    given(*let_in).when(confirming(pieces(1, 7), 3500)).then_refuses(PiecesNotLeft)
    given(*let_in).when(confirming(pieces(2, 0), 7000)).then_refuses(PiecesNotLeft)
    given(*let_in).when(confirming(pieces(2, 0, 0), 7000)).then_refuses(PiecesNotLeft)


def test_a_used_one_is_only_taken_back_by_ticket_sales():
    let_in = (*PAID_FOR, *came_in(2, 4), LINK)
    for some in (pieces(3), pieces(1, 3), pieces(1, 1)):
        back = 3500 * some[0].quantity
        refused = given(*let_in).when(confirming(some, back))
        refused.then_refuses(NotCancellable, code="ticket_used", why=Why.PIECES_USED)
    wish = CancelPart(
        correlation_id=OUTSIDE, actor="sales", at=SOON, reason="ill", pieces=pieces(3)
    )
    by_sales = replace(asked_back(pieces(3, 0, 2, 3), 10500), cause=Cause.STAFF, reason="ill")
    given(*let_in).when(wish).then(by_sales)


def test_one_ticket_of_a_piece_is_enough_to_have_used_it():
    order = order_of(*PAID_FOR, *came_in(5))
    assert used_pieces(order) == {1: {0}}
    assert quote(order, pieces(1, line=1)).used
    assert unused_pieces(order) == pieces(4, 0, 1, 2, 3)
    assert ticket_numbers(order, unused_pieces(order)) == (1, 2, 3, 4)
    assert ticket_numbers(order, pieces(1, 0, line=1)) == (5, 6)


def test_the_whole_order_stays_where_somebody_came_in_and_the_link_still_goes_out():
    let_in = (*PAID_FOR, *came_in(1))
    answer = eligibility(order_of(*let_in), SOON)
    assert (answer.why, answer.allowed, answer.possible) == (Why.SOME_USED, False, True)
    wish = RequestCancellation(correlation_id=WISH, actor="test", at=SOON, code=CODE)
    given(*let_in).when(wish).then(CancellationRequested(code_hash=LINK.code_hash, code=CODE))
    whole = replace(confirming((), 19000), pieces=())
    given(*let_in, LINK).when(whole).then_refuses(NotCancellable, why=Why.SOME_USED)
    every = (*pieces(4), *pieces(1, line=1))
    all_of_it = given(*let_in, LINK).when(confirming(every, 19000))
    all_of_it.then_refuses(NotCancellable, why=Why.SOME_USED)


@pytest.mark.parametrize(
    "placed",
    [
        replace(BOUGHT, cancellation=replace(BOUGHT.cancellation, parts=False)),
        replace(BOUGHT, cancellation=replace(BOUGHT.cancellation, period_days=0)),
    ],
    ids=["whole-orders-only", "no-self-service"],
)
def test_nothing_can_be_cancelled_where_the_shop_takes_no_parts_back(placed):
    order = order_of(placed, *PAID_FOR[1:], *came_in(1))
    answer = eligibility(order, SOON)
    assert (answer.why, answer.possible) == (Why.TICKET_USED, False)
    assert hindrance(order, SOON) is Why.TICKET_USED


def test_nothing_is_left_to_cancel_once_every_piece_was_used():
    order = order_of(*PAID_FOR, *came_in(1, 2, 3, 4, 6))
    assert eligibility(order, SOON).why is Why.TICKET_USED


def test_a_scan_that_was_a_mistake_uses_nothing():
    mistake = put(UNDONE, under=uuid5(SHOP, "scan 1"))
    assert used_pieces(order_of(*PAID_FOR, *came_in(1), mistake)) == {}


def test_a_ticket_that_is_used_after_the_wish_goes_as_was_promised():
    """The choice is stamped with the wish: what is scanned later changes no ticket of another."""
    gone = pieces(1, 3)
    amended = put(
        OrderAmended(pieces=gone, amount=eur(3500), fee=eur(0), cause=Cause.CUSTOMER), under=WISH
    )
    freed = put(SeatsReleased(pieces=gone), under=WISH)
    for news in permutations((*came_in(4), amended, freed)):
        assert valid(order_of(*PAID_FOR, *news)) == [1, 2, 3, 5, 6]


def test_parts_from_before_take_the_last_ones_that_no_part_names_in_any_order():
    parts = [
        (uuid5(ORDER, f"part {at}"), some)
        for at, some in enumerate((pieces(1), pieces(1, 3), pieces(1)))
    ]
    stamps = [
        one
        for under, some in parts
        for one in (
            put(
                OrderAmended(pieces=some, amount=eur(3500), fee=eur(0), cause=Cause.STAFF),
                under=under,
            ),
            put(SeatsReleased(pieces=some), under=under),
        )
    ]
    for news in permutations(stamps):
        order = order_of(*PAID_FOR, *news)
        assert valid(order) == [1, 5, 6]
        assert order.which_cancelled == order.which_freed == {0: {1, 2, 3}}
        assert [line.quantity for line in order.lines] == [1, 1]


def test_a_part_whose_very_pieces_are_gone_is_not_taken_from_others():
    gone = pieces(1, 2)
    elsewhere = OrderAmended(pieces=gone, amount=eur(3500), fee=eur(0), cause=Cause.STAFF)
    accepted = CreateRefundSuccess(payment=ATTEMPT, amount=eur(3500), provider_reference="re_1")
    freed = put(SeatsReleased(pieces=gone), under=OUTSIDE)
    there = (put(elsewhere, under=OUTSIDE), freed)
    order = order_of(*PAID_FOR, LINK, asked_back(gone, 3500), *there, accepted)
    assert next_step(order, SOON) is None
