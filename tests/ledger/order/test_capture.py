"""Authorize now, capture later: whoever commits first wins, and nothing is taken twice (SPEC G)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.cases.stamps import CaseKind, Severity
from ledger.kernel.events import derived
from ledger.kernel.refusals import LateCancel, NotPayable, PartialCapture
from ledger.order.commands import (
    CancelInGrace,
    CancelUnpaid,
    CaptureAuthorization,
    RequestPayment,
    RetakeSeats,
    VoidAuthorization,
)
from ledger.order.decisions.capture import (
    MOST_TRIES,
    capture_due_at,
    grace_ends,
    in_grace,
    void_due_at,
)
from ledger.order.issues import troubles
from ledger.order.next_step import next_step, without_room
from ledger.order.stamps import CancellationWithdrawn, Letter
from ledger.order.status import Status
from tests.kits.clock_changes import CHANGES, across, around
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    CAPTURE_ASKED,
    CAPTURE_REFUSED,
    CONFIRMED_FREE,
    EXPIRED,
    FREE,
    LAPSED,
    LATER,
    NOON,
    PAGE,
    PAID,
    PENDING,
    PLACED,
    RELEASED,
    RETAKEN,
    SECOND,
    TIMED_OUT,
    VOID_ASKED,
    VOID_REFUSED,
    VOIDED,
    WEEKEND,
    WISH,
    eur,
    given,
    order_of,
    put,
)

KEPT = (LATER, ASKED, PAGE, AUTHORIZED)
ENDS = NOON + timedelta(hours=1)
EARLY, LATE = ENDS - timedelta(seconds=1), ENDS
AGAIN = put(ASKED, under=SECOND)
KEPT_AGAIN = put(replace(AUTHORIZED, provider_reference="pi_2"), under=SECOND)
PART = replace(PAID, amount=eur(3000))


def cancel(at: datetime = EARLY) -> CancelInGrace:
    return CancelInGrace(correlation_id=WISH, actor="customer", at=at)


def capture(at: datetime = LATE) -> CaptureAuthorization:
    return CaptureAuthorization(correlation_id=ATTEMPT, actor="worker", at=at)


def void(at: datetime = LATE) -> VoidAuthorization:
    under = derived(ATTEMPT, "void")
    return VoidAuthorization(correlation_id=under, actor="worker", at=at, payment=ATTEMPT)


# Status, money, seats, letters


def test_an_authorized_order_is_authorized_and_has_brought_no_money():
    given(*KEPT).is_(Status.AUTHORIZED)
    order = order_of(*KEPT)
    assert (order.received, order.reserved) == (eur(0), eur(7000))
    assert order.seats == {WEEKEND: (2, 0)}
    given(*KEPT).owes()


def test_what_is_being_captured_is_still_authorized():
    given(*KEPT, CAPTURE_ASKED).is_(Status.AUTHORIZED)
    given(*KEPT, CAPTURE_ASKED, CAPTURE_REFUSED).is_(Status.AUTHORIZED)


def test_a_captured_order_is_paid_once():
    stack = (*KEPT, CAPTURE_ASKED, PAID)
    given(*stack).is_(Status.PAID)
    given(*stack).owes((ATTEMPT, Letter.PAID))
    assert order_of(*stack).seats == {WEEKEND: (0, 2)}
    assert order_of(*stack).reserved == eur(0)


@pytest.mark.parametrize("end", [VOIDED, LAPSED])
def test_an_authorization_that_ended_leaves_the_order_payable(end):
    given(*KEPT, end).is_(Status.FAILED)
    wish = RequestPayment(
        correlation_id=SECOND,
        actor="customer",
        at=EARLY,
        provider="stripe",
        account="acct_1",
        live=False,
    )
    given(*KEPT, end).when(wish).then(ASKED)
    given(*KEPT).when(wish).then_refuses(NotPayable, status=Status.AUTHORIZED)


@pytest.mark.parametrize("news", [EXPIRED, PENDING])
def test_news_of_the_page_makes_no_difference_once_it_is_authorized(news):
    given(*KEPT, news).is_(Status.AUTHORIZED)
    given(LATER, ASKED, PAGE, news, AUTHORIZED).is_(Status.AUTHORIZED)


def test_an_authorization_whose_page_was_never_answered_answers_it():
    assert not [*order_of(LATER, ASKED, AUTHORIZED).unanswered_payments()]


def test_an_authorized_order_does_not_time_out():
    months = NOON + timedelta(days=90)
    given(*KEPT).when(CancelUnpaid(correlation_id=WISH, actor="worker", at=months)).then()


# Cancelling within grace


def test_cancelling_in_grace_cancels_frees_the_seats_and_asks_for_the_void_at_once():
    given(*KEPT).when(cancel()).then(CANCELLED, RELEASED, VOID_ASKED)


def test_cancelling_again_stamps_nothing():
    given(*KEPT, CANCELLED, RELEASED, VOID_ASKED).when(cancel()).then()
    given(*KEPT, CANCELLED, RELEASED, VOID_ASKED, VOIDED).when(cancel(LATE)).then()


def test_what_is_on_its_way_out_is_not_given_up_twice():
    """Staff cancelled, took that back, and now the customer cancels: the void is asked for."""
    back = put(CancellationWithdrawn(cancellation=WISH, approver="boss"), under=SECOND)
    stack = (*KEPT, CANCELLED, RELEASED, VOID_ASKED, back)
    again = replace(cancel(), correlation_id=SECOND)
    given(*stack).when(again).then(CANCELLED, RELEASED)
    second = replace(VOID_ASKED, try_number=2)
    given(*stack, VOID_REFUSED).when(again).then(CANCELLED, RELEASED, second)


def test_an_order_that_nobody_paid_for_yet_needs_no_void():
    given(LATER, ASKED, PAGE).when(cancel()).then(CANCELLED, RELEASED)
    free = replace(FREE, grace_period=3600)
    given(free, CONFIRMED_FREE).when(cancel()).then(CANCELLED, RELEASED)


def test_every_authorization_of_an_order_is_given_up():
    other = replace(VOID_ASKED, payment=SECOND, provider_reference="pi_2")
    stack = (*KEPT, AGAIN, KEPT_AGAIN)
    given(*stack).when(cancel()).then(CANCELLED, RELEASED, VOID_ASKED, other)


@pytest.mark.parametrize(
    "stack",
    [
        (*KEPT, CAPTURE_ASKED),
        (*KEPT, CAPTURE_ASKED, CAPTURE_REFUSED),
        (*KEPT, CAPTURE_ASKED, PAID),
        (LATER, ASKED, PAGE, PAID),
        (PLACED, ASKED, PAGE, AUTHORIZED),
    ],
    ids=["under way", "refused", "captured", "paid at once", "no grace at all"],
)
def test_what_is_captured_or_under_way_is_too_late(stack):
    given(*stack).when(cancel()).then_refuses(LateCancel)


def test_the_end_of_the_grace_period_is_too_late_to_the_second():
    assert grace_ends(order_of(*KEPT)) == ENDS
    assert (in_grace(order_of(*KEPT), EARLY), in_grace(order_of(*KEPT), ENDS)) == (True, False)
    given(*KEPT).when(cancel(LATE)).then_refuses(LateCancel)


@pytest.mark.parametrize("change", CHANGES)
def test_the_grace_period_is_so_many_seconds_across_a_change_of_the_clocks(change):
    """Of cancelling and capturing each second belongs to one: never to both, never to none."""
    zone, begun, ends = across(change)
    later = replace(LATER, timezone=zone, grace_period=48 * 3600)
    stack = [put(one, at=begun) for one in (later, ASKED, PAGE, AUTHORIZED)]
    assert grace_ends(order_of(*stack)) == ends
    for at, in_time in zip(around(ends), (True, False, False), strict=True):
        cancelled = given(*stack).when(cancel(at))
        assert isinstance(cancelled.refusal, LateCancel) is not in_time
        captured = given(*stack).when(capture(at)).stamps
        assert bool(captured) is not in_time


def test_a_partial_capture_is_no_case_for_a_void():
    given(*KEPT, CAPTURE_ASKED, PART).when(cancel()).then_refuses(PartialCapture)
    given(*KEPT, CAPTURE_ASKED, PART).when(cancel(LATE)).then_refuses(PartialCapture)


# Capturing


def test_capturing_waits_for_the_end_of_the_grace_period():
    given(*KEPT).when(capture(EARLY)).then()
    given(*KEPT).when(capture()).then(CAPTURE_ASKED)


def test_capturing_again_stamps_nothing():
    given(*KEPT, CAPTURE_ASKED).when(capture()).then()
    given(*KEPT, CAPTURE_ASKED, PAID).when(capture()).then()


@pytest.mark.parametrize(
    "gone", [(CANCELLED, RELEASED, VOID_ASKED), (VOIDED,), (LAPSED,)], ids=["cancelled", "v", "l"]
)
def test_what_is_cancelled_or_gone_is_not_captured(gone):
    given(*KEPT, *gone).when(capture()).then()


def test_an_authorization_without_grace_is_captured_at_once():
    given(PLACED, ASKED, PAGE, AUTHORIZED).when(capture(NOON)).then(CAPTURE_ASKED)


def test_a_refused_capture_is_a_new_try_with_a_new_number():
    again = replace(CAPTURE_ASKED, try_number=2)
    given(*KEPT, CAPTURE_ASKED, CAPTURE_REFUSED).when(capture()).then(again)


def test_never_more_is_captured_than_the_order_costs_or_than_was_authorized():
    more = replace(AUTHORIZED, amount=eur(9000))
    given(LATER, ASKED, PAGE, more).when(capture()).then(CAPTURE_ASKED)
    less = replace(AUTHORIZED, amount=eur(6000))
    asked = replace(CAPTURE_ASKED, amount=eur(6000))
    given(LATER, ASKED, PAGE, less).when(capture()).then(asked)


def test_a_smaller_capture_is_received_and_underpaid():
    given(*KEPT, CAPTURE_ASKED, PART).is_(Status.PENDING, "underpaid")


def test_of_two_authorizations_one_is_captured_and_then_the_other_given_up():
    both = (*KEPT, AGAIN, KEPT_AGAIN)
    second = replace(capture(), correlation_id=SECOND)
    given(*both, CAPTURE_ASKED).when(second).then()
    order = order_of(*both, CAPTURE_ASKED, PAID)
    step = next_step(order, LATE)
    assert isinstance(step, VoidAuthorization)
    assert step.payment == SECOND
    paid = given(*both, CAPTURE_ASKED, PAID)
    paid.when(second).then()
    paid.when(step).then(replace(VOID_ASKED, payment=SECOND, provider_reference="pi_2"))


# Giving up


def test_a_void_that_failed_is_flagged_until_it_succeeds():
    stack = (*KEPT, CANCELLED, RELEASED, VOID_ASKED)
    given(*stack).is_(Status.CANCELLED)
    given(*stack, VOID_REFUSED).is_(Status.CANCELLED, "void_failed")
    again = put(replace(VOID_ASKED, try_number=2), under=derived(ATTEMPT, "void"))
    given(*stack, VOID_REFUSED).when(void()).then(again.stamp)
    given(*stack, VOID_REFUSED, again).is_(Status.CANCELLED, "void_failed")
    given(*stack, VOID_REFUSED, again, replace(VOID_REFUSED, try_number=2)).is_(
        Status.CANCELLED, "void_failed"
    )
    for end in (VOIDED, LAPSED):
        given(*stack, VOID_REFUSED, end).is_(Status.CANCELLED)
        given(*stack, VOID_REFUSED, end).when(void()).then()


def test_what_somebody_needs_is_not_given_up():
    given(*KEPT).when(void()).then()
    given(*KEPT, CANCELLED, RELEASED, VOID_ASKED).when(void()).then()


def test_what_was_captured_although_it_was_cancelled_goes_back():
    stack = (*KEPT, CANCELLED, RELEASED, VOID_ASKED, VOID_REFUSED, PAID)
    step = next_step(order_of(*stack), LATE)
    assert step is not None
    (asked,) = given(*stack).when(step).stamps
    assert (asked.payment, asked.amount) == (ATTEMPT, eur(7000))
    assert kinds(*stack) == {CaseKind.CAPTURED_AFTER_VOID}


def test_an_authorization_after_the_customer_s_cancellation_is_given_up():
    stack = (LATER, ASKED, PAGE, CANCELLED, RELEASED, AUTHORIZED)
    step = next_step(order_of(*stack), LATE)
    assert step is not None
    given(*stack).when(step).then(VOID_ASKED)
    assert next_step(order_of(*stack, VOID_ASKED), LATE) is None


def test_an_authorization_after_the_time_out_takes_the_seats_again_if_there_is_room():
    stack = (LATER, ASKED, PAGE, put(TIMED_OUT, under=SECOND), put(RELEASED, under=SECOND))
    order = order_of(*stack, AUTHORIZED)
    step = next_step(order, LATE)
    assert isinstance(step, RetakeSeats)
    given(*stack, AUTHORIZED).when(step).then(RETAKEN)
    given(*stack, AUTHORIZED, RETAKEN).is_(Status.AUTHORIZED)
    given(*stack, AUTHORIZED, RETAKEN).when(capture()).then(CAPTURE_ASKED)
    full = without_room(order, order.attempts[ATTEMPT], LATE)
    assert full is not None
    given(*stack, AUTHORIZED).when(full).then(VOID_ASKED)


# Cases, and when something is due


def kinds(*stack: Any) -> set[CaseKind]:
    return {one.kind for one in troubles(order_of(*stack)) if one.kind is not CaseKind.OVERPAID}


def test_troubles_of_authorizations():
    gone = (CANCELLED, RELEASED, VOID_ASKED)
    assert kinds(*KEPT) == set()
    assert kinds(*KEPT, *gone) == set()
    assert kinds(*KEPT, *gone, VOID_REFUSED) == {CaseKind.VOID_FAILED}
    assert kinds(*KEPT, *gone, VOID_REFUSED, VOIDED) == set()
    assert kinds(*KEPT, CAPTURE_ASKED, CAPTURE_REFUSED) == {CaseKind.CAPTURE_FAILED}
    assert kinds(*KEPT, LAPSED) == {CaseKind.AUTHORIZATION_LOST}
    assert kinds(*KEPT, *gone, LAPSED) == set()
    assert kinds(*KEPT, LAPSED, AGAIN, put(PAID, under=SECOND)) == set()


def test_a_void_that_failed_is_critical_and_one_case_whatever_the_try():
    stack = (*KEPT, CANCELLED, RELEASED, VOID_ASKED, VOID_REFUSED)
    again = put(replace(VOID_ASKED, try_number=2), under=derived(ATTEMPT, "void"))
    (first,) = troubles(order_of(*stack))
    (second,) = troubles(order_of(*stack, again, replace(VOID_REFUSED, try_number=2)))
    assert first.severity is Severity.CRITICAL
    assert first.correlation_id == second.correlation_id


def capture_due(*stack: Any) -> datetime | None:
    order = order_of(*stack)
    return capture_due_at(order, order.attempts[ATTEMPT])


def void_due(*stack: Any) -> datetime | None:
    order = order_of(*stack)
    return void_due_at(order, order.attempts[ATTEMPT])


def test_a_capture_is_due_when_the_grace_period_ends_and_not_while_it_is_asked_for():
    assert capture_due(*KEPT) == ENDS
    assert capture_due(*KEPT, CAPTURE_ASKED) is None
    assert capture_due(*KEPT, CAPTURE_ASKED, PAID) is None
    assert capture_due(*KEPT, CANCELLED, RELEASED) is None
    assert void_due(*KEPT) is None


def test_after_a_refusal_the_pause_grows_and_somewhen_a_person_must():
    refused = NOON + timedelta(minutes=5)
    tries: list[Any] = []
    for number in range(1, MOST_TRIES + 1):
        asked = put(replace(CAPTURE_ASKED, try_number=number), at=refused)
        tries += [asked, put(replace(CAPTURE_REFUSED, try_number=number), at=refused)]
        due = capture_due(*KEPT, *tries)
        assert due is None if number == MOST_TRIES else due is not None
        if due is not None and number < 7:
            assert due == refused + timedelta(minutes=10) * 2 ** (number - 1)


def test_a_void_is_due_as_long_as_it_fails():
    stack = (*KEPT, CANCELLED, RELEASED)
    assert void_due(*stack) is not None
    assert void_due(*stack, VOID_ASKED) is None
    refused = put(VOID_REFUSED, at=NOON)
    assert void_due(*stack, VOID_ASKED, refused) == NOON + timedelta(minutes=10)
    assert void_due(*stack, VOID_ASKED, refused, VOIDED) is None


def test_what_is_being_given_up_is_not_captured():
    assert capture_due(*KEPT, VOID_ASKED) is None
    assert capture_due(*KEPT, VOID_ASKED, VOID_REFUSED) is None


def test_before_the_bank_keeps_anything_nothing_is_due():
    for stack in ((LATER, ASKED), (LATER, ASKED, PAGE), (LATER, ASKED, PAGE, CANCELLED)):
        assert (capture_due(*stack), void_due(*stack)) == (None, None)


def test_the_first_void_waits_for_no_refusal_of_a_capture():
    refused = put(CAPTURE_REFUSED, at=NOON + timedelta(hours=2))
    stack = (*KEPT, CAPTURE_ASKED, refused)
    order = order_of(*stack, CANCELLED, RELEASED)
    kept = order.attempts[ATTEMPT].authorization
    assert kept is not None
    assert void_due_at(order, order.attempts[ATTEMPT]) == kept.authorized_at
