"""What becomes of an order whose whole shop is cancelled or moved."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from ledger.cases.stamps import CaseKind
from ledger.kernel.events import derived
from ledger.kernel.refusals import LinkInvalid, NotCancellable, NotWithdrawable
from ledger.order.cancellation_policy import eligibility
from ledger.order.commands import (
    CancelWithShop,
    ChooseAfterMove,
    MoveWithShop,
    OrderCommand,
    ReturnPayment,
    WithdrawCancellation,
)
from ledger.order.decisions.shop_change import Fate, fate
from ledger.order.issues import troubles
from ledger.order.next_step import next_step
from ledger.order.stamps import Cause, Letter, Refunded
from ledger.order.status import Status
from ledger.shop.stamps import Surplus
from tests.kits.clock_changes import CHANGES, across, around
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CODE,
    CONFIRMED_FREE,
    DISPUTED,
    FREE,
    GIVEN_UP,
    KEPT,
    LATER,
    LINK,
    LOST,
    MOVE,
    MOVED,
    NOON,
    OPENING,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_TWICE,
    PLACED,
    PLACING,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    RELEASED,
    SECOND,
    TIMED_OUT,
    VOID_ASKED,
    WISH,
    WON,
    given,
    order_of,
    put,
    releasing,
)
from tests.kits.spec import eur as euros

BOUGHT = (PLACED, ASKED, PAGE, PAID)
BY_HAND = (PLACED, replace(ASKED, provider="manual"), replace(PAID, provider="manual"))
BACK = replace(REFUND_ASKED, cause=Cause.SHOP_CANCELLED)
CHOSEN = replace(REFUND_ASKED, cause=Cause.SHOP_MOVED)
CALLED_OFF = CancelWithShop(
    correlation_id=WISH, actor="worker", at=NOON, reason="The hall burnt down."
)
MOVING = MoveWithShop(
    correlation_id=WISH,
    actor="worker",
    at=NOON,
    move=MOVE,
    starts_at=MOVED.starts_at,
    reason=MOVED.reason,
    refunds_until=MOVED.refunds_until,
    code=CODE,
)


def choice(*, refund: bool, code: str = CODE, days: float = 1, under: UUID = WISH) -> OrderCommand:
    at = NOON + timedelta(days=days)
    return ChooseAfterMove(correlation_id=under, actor="customer", at=at, code=code, refund=refund)


def test_everything_that_is_held_goes_back_whatever_the_policy_keeps():
    strict = releasing(PLACED.cancellation.release, fee=euros(500), percent="50")
    strict = replace(strict, cancellation=replace(strict.cancellation, period_days=0))
    given(strict, ASKED, PAGE, PAID).when(CALLED_OFF).then(BACK, GIVEN_UP, RELEASED)


def test_whoever_asks_again_is_told_nothing_more():
    given(*BOUGHT, BACK, GIVEN_UP, RELEASED).when(CALLED_OFF).then()
    given(PLACED, ASKED, TIMED_OUT, RELEASED).when(CALLED_OFF).then()


def test_unpaid_and_free_orders_end_and_authorizations_are_given_up():
    given(PLACED, ASKED, PAGE).when(CALLED_OFF).then(GIVEN_UP, RELEASED)
    given(FREE, CONFIRMED_FREE).when(CALLED_OFF).then(GIVEN_UP, RELEASED)
    given(LATER, ASKED, PAGE, AUTHORIZED).when(CALLED_OFF).then(GIVEN_UP, RELEASED, VOID_ASKED)


def test_a_customer_who_is_cancelling_comes_to_an_end_first_and_a_refusal_lets_the_shop_follow():
    given(*BOUGHT, LINK, REFUND_ASKED).when(CALLED_OFF).then()
    given(*BOUGHT, LINK, REFUND_ASKED, REFUND_ACCEPTED).when(CALLED_OFF).then()
    under = replace(CALLED_OFF, correlation_id=OUTSIDE)
    refused = (*BOUGHT, LINK, REFUND_ASKED, REFUND_REFUSED)
    given(*refused).when(under).then(BACK, GIVEN_UP, RELEASED)


def test_a_second_payment_goes_back_too_each_once():
    second = (put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))
    gone = (*BOUGHT, *second, BACK, GIVEN_UP, RELEASED)
    step = next_step(order_of(*gone), NOON)
    assert isinstance(step, ReturnPayment)
    assert (step.payment, step.cause) == (SECOND, Cause.SHOP_CANCELLED)
    assert step.correlation_id == derived(SECOND, "shop")
    asked = replace(BACK, payment=SECOND, payment_reference="pi_2")
    given(*gone).when(step).then(asked)
    assert next_step(order_of(*gone, put(asked, under=step.correlation_id)), NOON) is None


def test_the_surplus_rule_of_the_shop_does_not_ask_for_it_a_second_time():
    owing = replace(PLACED, overpaid=Surplus.REFUND)
    second = (put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))
    gone = (owing, *BOUGHT[1:], *second, BACK, GIVEN_UP, RELEASED)
    step = next_step(order_of(*gone), NOON)
    assert isinstance(step, ReturnPayment)
    assert step.cause is Cause.SHOP_CANCELLED


def test_beside_a_dispute_nothing_goes_back_before_it_is_won():
    given(*BOUGHT, DISPUTED).when(CALLED_OFF).then(GIVEN_UP, RELEASED)
    gone = (*BOUGHT, DISPUTED, GIVEN_UP, RELEASED)
    assert next_step(order_of(*gone), NOON) is None
    assert next_step(order_of(*gone, LOST), NOON) is None
    step = next_step(order_of(*gone, WON), NOON)
    assert isinstance(step, ReturnPayment)
    assert step.cause is Cause.SHOP_CANCELLED


def test_a_refund_that_is_refused_is_for_people_and_not_asked_for_again():
    gone = (*BOUGHT, BACK, GIVEN_UP, RELEASED, REFUND_REFUSED)
    assert next_step(order_of(*gone), NOON) is None
    assert [one.kind for one in troubles(order_of(*gone))] == [CaseKind.REFUND_REFUSED]
    failed = (*BOUGHT, BACK, REFUND_ACCEPTED, GIVEN_UP, RELEASED, REFUND_FAILED)
    assert next_step(order_of(*failed), NOON) is None


def test_what_is_left_after_a_smaller_refund_in_the_dashboard_stays_on_the_desk():
    gone = (*BOUGHT, BACK, GIVEN_UP, RELEASED, REFUND_REFUSED)
    some = put(
        Refunded(payment=ATTEMPT, amount=euros(1000), provider_reference="re_2"), under=OUTSIDE
    )
    (trouble,) = troubles(order_of(*gone, some))
    assert (trouble.kind, trouble.amount) == (CaseKind.MONEY_TO_RETURN, PRICE - euros(1000))
    rest = put(
        Refunded(payment=ATTEMPT, amount=PRICE - euros(1000), provider_reference="re_3"),
        under=SECOND,
    )
    assert troubles(order_of(*gone, some, rest)) == ()
    assert troubles(order_of(*BOUGHT, BACK, GIVEN_UP, RELEASED)) == ()


def test_money_that_came_by_hand_goes_back_by_hand_and_is_a_case():
    given(*BY_HAND).when(CALLED_OFF).then(GIVEN_UP, RELEASED)
    (trouble,) = troubles(order_of(*BY_HAND, GIVEN_UP, RELEASED))
    assert (trouble.kind, trouble.amount) == (CaseKind.MONEY_TO_RETURN, PRICE)


def test_money_that_comes_later_goes_back():
    gone = (PLACED, ASKED, PAGE, GIVEN_UP, RELEASED, PAID)
    step = next_step(order_of(*gone), NOON)
    assert isinstance(step, ReturnPayment)


def test_one_letter_tells_of_it_all_and_waits_for_the_answer():
    paid = (ATTEMPT, Letter.PAID)
    asked = (*BOUGHT, BACK, GIVEN_UP, RELEASED)
    given(*asked).owes(paid)
    given(*asked, REFUND_ACCEPTED).owes(paid, (WISH, Letter.REFUNDED))
    given(*asked, REFUND_REFUSED).owes(paid, (WISH, Letter.CANCELLED))
    given(PLACED, ASKED, PAGE, GIVEN_UP, RELEASED).owes((WISH, Letter.CANCELLED))
    free = (FREE, CONFIRMED_FREE, GIVEN_UP, RELEASED)
    given(*free).owes((PLACING, Letter.PAID), (WISH, Letter.CANCELLED))


def test_nobody_takes_it_back():
    wish = WithdrawCancellation(
        correlation_id=OUTSIDE, actor="token:till", at=NOON, reason="oops", approver="boss"
    )
    given(*BOUGHT, GIVEN_UP, RELEASED).when(wish).then_refuses(NotWithdrawable)


@pytest.mark.parametrize(
    ("stack", "word"),
    [
        (BOUGHT, Fate.REFUND),
        (BY_HAND, Fate.BY_HAND),
        ((LATER, ASKED, PAGE, AUTHORIZED), Fate.VOID),
        ((FREE, CONFIRMED_FREE), Fate.FREE),
        ((PLACED, ASKED), Fate.UNPAID),
        ((*BOUGHT, DISPUTED), Fate.DISPUTED),
        ((*BOUGHT, DISPUTED, LOST), Fate.RETURNED),
        ((*BOUGHT, LINK, REFUND_ASKED), Fate.LEAVING),
        ((PLACED, ASKED, TIMED_OUT), Fate.CANCELLED),
    ],
)
def test_what_is_previewed(stack, word):
    assert fate(order_of(*stack)) is word


def test_a_move_tells_every_living_order_once():
    given(*BOUGHT).when(MOVING).then(MOVED)
    given(PLACED, ASKED).when(MOVING).then(MOVED)
    given(*BOUGHT, MOVED).when(MOVING).then()
    given(PLACED, ASKED, TIMED_OUT, RELEASED).when(MOVING).then()
    given(replace(PLACED, starts_at=MOVED.starts_at), ASKED).when(MOVING).then()


def test_without_a_date_there_is_no_choice():
    plain = replace(MOVED, refunds_until=None, code_hash="", code=None)
    given(*BOUGHT).when(replace(MOVING, refunds_until=None)).then(plain)
    given(*BOUGHT, plain).when(choice(refund=True)).then_refuses(LinkInvalid)


def test_who_is_paid_gets_one_letter_and_who_has_not_paid_none_yet():
    given(*BOUGHT, MOVED).owes((ATTEMPT, Letter.PAID), (WISH, Letter.MOVED))
    given(PLACED, ASKED, MOVED).owes()
    given(*BOUGHT, MOVED, GIVEN_UP).owes((ATTEMPT, Letter.PAID), (WISH, Letter.CANCELLED))


def test_only_the_last_of_several_moves_is_told():
    again = replace(MOVED, before=MOVED.starts_at, starts_at=OPENING + timedelta(days=90))
    twice = (*BOUGHT, MOVED, put(again, under=SECOND))
    given(*twice).owes((ATTEMPT, Letter.PAID), (SECOND, Letter.MOVED))
    assert order_of(*twice).starts_at == again.starts_at
    given(*twice).when(choice(refund=True)).then_refuses(LinkInvalid)


def test_the_customer_chooses_once():
    given(*BOUGHT, MOVED).when(choice(refund=False)).then(KEPT)
    given(*BOUGHT, MOVED, KEPT).when(choice(refund=False)).then()
    given(*BOUGHT, MOVED, KEPT).when(choice(refund=True)).then_refuses(NotCancellable, code="kept")
    chosen = replace(GIVEN_UP, cause=Cause.SHOP_MOVED, reason=None)
    given(*BOUGHT, MOVED).when(choice(refund=True)).then(CHOSEN, chosen, RELEASED)
    gone = (*BOUGHT, MOVED, CHOSEN, chosen, RELEASED)
    given(*gone).when(choice(refund=True)).then()
    given(*gone).when(choice(refund=False)).then_refuses(NotCancellable, code="cancelled")
    given(*gone).is_(Status.REFUND_REQUESTED, "refund_unknown")


def test_after_its_date_it_is_kept():
    given(*BOUGHT, MOVED).when(choice(refund=True, days=20)).then_refuses(
        NotCancellable, code="too_late"
    )
    given(*BOUGHT, MOVED).when(choice(refund=True, days=19.99)).then(
        CHOSEN, replace(GIVEN_UP, cause=Cause.SHOP_MOVED, reason=None), RELEASED
    )


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("refund", [True, False], ids=["back", "kept"])
def test_the_choice_ends_with_its_second_across_a_change_of_the_clocks(change, refund):
    zone, begun, until = across(change)
    moved = replace(MOVED, refunds_until=until, starts_at=until + timedelta(days=30))
    bought = (replace(PLACED, timezone=zone), ASKED, PAGE, PAID, moved)
    stack = [put(one, at=begun) for one in bought]
    for at, in_time in zip(around(until), (True, False, False), strict=True):
        wish = replace(choice(refund=refund), at=at)
        answer = given(*stack).when(wish)
        assert bool(answer.stamps) is in_time
        assert getattr(answer.refusal, "code", "") == ("" if in_time else "too_late")


def test_another_code_is_not_valid():
    given(*BOUGHT, MOVED).when(choice(refund=True, code="x" * 43)).then_refuses(LinkInvalid)


def test_a_move_never_takes_time_to_cancel_away():
    late = put(replace(PLACED, starts_at=NOON + timedelta(days=5)), at=NOON)
    earlier = replace(MOVED, starts_at=NOON + timedelta(days=2))
    later = replace(MOVED, starts_at=NOON + timedelta(days=90))
    before = eligibility(order_of(late, *BOUGHT[1:]), NOON).deadline
    assert before == NOON + timedelta(days=5)
    assert eligibility(order_of(late, *BOUGHT[1:], earlier), NOON).deadline == before
    assert eligibility(order_of(late, *BOUGHT[1:], later), NOON).deadline == NOON + timedelta(
        days=14
    )
