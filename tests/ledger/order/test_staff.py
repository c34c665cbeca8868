"""What staff wish for: the right stamps, the right refusal, the right silence."""

from dataclasses import replace
from typing import Any

from hypothesis import given as given_any
from hypothesis import strategies as st

from ledger.cases.case import Case
from ledger.cases.stamps import CaseKind
from ledger.codec.encode import encode
from ledger.kernel.events import Draft
from ledger.kernel.refusals import (
    AccountMistyped,
    AlreadyCancelled,
    DisputeOpen,
    MistypedReference,
    NothingToRefund,
    NotPayable,
    NotRefundable,
    OrderMoved,
    RefundExceedsHeld,
    SeveralPayments,
    WrongReference,
)
from ledger.order.commands import CancelOrder, MarkPaid, RefundByHand, RefundPayment
from ledger.order.evolve import fold
from ledger.order.issues import troubles
from ledger.order.numbers import payment_reference, reference_fits
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreatePaymentRequest,
    CreateRefundRequest,
    ManualRefund,
    Paid,
    SeatsReleased,
)
from ledger.order.status import Status, status
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CONFIRMED_FREE,
    DISPUTED,
    FREE,
    HANDED_BACK,
    NOON,
    ORDER,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_TWICE,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_REFUSED,
    RELEASED,
    SECOND,
    TIMED_OUT,
    WISH,
    eur,
    given,
    history,
    order_of,
    put,
)

OPEN = (PLACED, ASKED, PAGE)
BOUGHT = (*OPEN, PAID)
TWICE = (*BOUGHT, put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))
BY_HAND = Paid(amount=PRICE, provider="manual", provider_reference="", method="cash")
HANDED_OVER = (
    PLACED,
    put(replace(ASKED, provider="manual", account="")),
    put(BY_HAND),
)


def wish(kind: Any, **changes: Any) -> Any:
    return kind(correlation_id=WISH, actor="token:till", at=NOON, reason="at the door", **changes)


def request(**changes: Any) -> CreateRefundRequest:
    return CreateRefundRequest(
        **{
            "payment": ATTEMPT,
            "payment_reference": "pi_1",
            "provider": "stripe",
            "amount": PRICE,
            "fee": eur(0),
            "cause": Cause.STAFF,
            "reason": "at the door",
            **changes,
        }
    )


def marked(amount: int = 7000, *, reference: str = "", live: bool = False) -> tuple[Any, Any]:
    method = "bank_transfer" if reference else "cash"
    return (
        CreatePaymentRequest(amount=eur(amount), provider="manual", account="", live=live),
        Paid(
            amount=eur(amount),
            provider="manual",
            provider_reference=reference,
            method=method,
            reason="at the door",
        ),
    )


# Marked as paid


def test_cash_pays_what_is_due():
    given(*OPEN).when(wish(MarkPaid)).then(*marked())
    given(PLACED).when(wish(MarkPaid)).then(*marked(live=True))


def test_what_is_lacking_can_be_paid_in_cash():
    part = replace(PAID, amount=eur(5000))
    given(*OPEN, part).when(wish(MarkPaid)).then(*marked(2000))
    given(*OPEN, part).when(wish(MarkPaid, amount=eur(100))).then(*marked(100))


def test_a_transfer_must_carry_the_orders_own_reference():
    reference = order_of(*OPEN).payment_reference
    given(*OPEN).when(wish(MarkPaid, reference=reference)).then(*marked(reference=reference))
    spaced = f"{reference[:5]} {reference[5:]}"
    given(*OPEN).when(wish(MarkPaid, reference=spaced)).then(*marked(reference=reference))
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    given(*OPEN).when(wish(MarkPaid, reference=wrong)).then_refuses(MistypedReference)
    for written in ("RF18", "0", "1", "²", "20260000042２"):
        given(*OPEN).when(wish(MarkPaid, reference=written + "1")).then_refuses(MistypedReference)
    for written in ("0", "000 000", "RF"):
        given(*OPEN).when(wish(MarkPaid, reference=written)).then_refuses(MistypedReference)
    given(*OPEN).when(wish(MarkPaid, reference="  ")).then(*marked())
    padded = f"00000000 {reference}"
    given(*OPEN).when(wish(MarkPaid, reference=padded)).then(*marked(reference=reference))
    others = payment_reference(2027, 43)
    given(*OPEN).when(wish(MarkPaid, reference=others)).then_refuses(WrongReference)


@given_any(st.integers(2026, 2099), st.integers(1, 9_999_999), st.data())
def test_a_reference_with_one_digit_wrong_is_noticed(year, number, data):
    reference = payment_reference(year, number)
    assert reference_fits(reference)
    at = data.draw(st.integers(0, len(reference) - 2))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != reference[at]]))
    assert not reference_fits(reference[:at] + other + reference[at + 1 :])


def test_an_order_that_is_paid_free_or_cancelled_by_somebody_is_not_marked_paid():
    for stack in (BOUGHT, (FREE, CONFIRMED_FREE), (*OPEN, CANCELLED, RELEASED)):
        given(*stack).when(wish(MarkPaid)).then_refuses(NotPayable)


def test_money_for_an_order_that_timed_out_is_stamped_all_the_same():
    given(*OPEN, TIMED_OUT, RELEASED).when(wish(MarkPaid)).then(*marked())


def test_marking_twice_under_one_identity_stamps_nothing():
    stack = (*OPEN, *(put(one, under=WISH) for one in marked()))
    given(*stack).is_(Status.PAID)
    given(*stack).when(wish(MarkPaid)).then()


def test_who_looked_at_an_older_order_looks_again():
    for kind in (MarkPaid, RefundPayment, RefundByHand, CancelOrder):
        given(*BOUGHT).when(wish(kind, version=3)).then_refuses(OrderMoved, version=4)
    given(*OPEN).when(wish(MarkPaid, version=3)).then(*marked())


def test_late_cash_without_room_waits_for_a_person():
    late = (*OPEN, TIMED_OUT, RELEASED, *(put(one, under=WISH) for one in marked()))
    (trouble,) = troubles(order_of(*late))
    assert (trouble.kind, trouble.amount) == (CaseKind.MONEY_TO_RETURN, PRICE)
    returned = ManualRefund(payment=WISH, amount=PRICE, reason="no room")
    assert troubles(order_of(*late, put(returned, under=SECOND))) == ()


# Refunded


def test_all_or_a_part_goes_back_through_the_provider():
    given(*BOUGHT).when(wish(RefundPayment)).then(request())
    given(*BOUGHT).when(wish(RefundPayment, amount=eur(1))).then(request(amount=eur(1)))


def test_never_more_than_is_held():
    given(*BOUGHT).when(wish(RefundPayment, amount=eur(7001))).then_refuses(
        RefundExceedsHeld, asked=eur(7001), held=PRICE
    )
    part = put(ManualRefund(payment=ATTEMPT, amount=eur(3000)), under=SECOND)
    given(*BOUGHT, part).when(wish(RefundByHand, amount=eur(4001))).then_refuses(RefundExceedsHeld)
    given(*BOUGHT, part).when(wish(RefundPayment)).then(request(amount=eur(4000)))


def test_what_is_promised_already_is_not_held():
    asked = (*BOUGHT, put(REFUND_ASKED, under=SECOND))
    given(*asked).when(wish(RefundPayment)).then_refuses(NothingToRefund)
    given(*asked).when(wish(RefundByHand)).then_refuses(NothingToRefund)
    given(*OPEN).when(wish(RefundPayment)).then_refuses(NothingToRefund)


def test_after_a_refusal_the_money_can_be_handed_back():
    refused = (*BOUGHT, put(REFUND_ASKED, under=SECOND), put(REFUND_REFUSED, under=SECOND))
    by_hand = ManualRefund(payment=ATTEMPT, amount=PRICE, reason="at the door")
    given(*refused).is_(Status.REFUND_FAILED)
    given(*refused).when(wish(RefundByHand)).then(by_hand)
    given(*refused, put(by_hand)).is_(Status.REFUNDED)


def test_of_two_payments_the_later_goes_back_first_unless_one_is_named():
    second = {"payment": SECOND, "payment_reference": "pi_2"}
    given(*TWICE).when(wish(RefundPayment)).then(request(**second))
    given(*TWICE).when(wish(RefundPayment, payment=ATTEMPT)).then(request())
    given(*TWICE).when(wish(RefundPayment, payment=WISH)).then_refuses(NothingToRefund)
    emptied = put(ManualRefund(payment=SECOND, amount=eur(6000)), under=OUTSIDE)
    given(*TWICE, emptied).when(wish(RefundPayment, amount=eur(1001))).then(
        request(amount=eur(1001))
    )


def test_a_payment_by_hand_never_goes_back_through_a_provider():
    given(*HANDED_OVER).when(wish(RefundPayment)).then_refuses(NotRefundable)
    given(*HANDED_OVER).when(wish(RefundPayment, payment=ATTEMPT)).then_refuses(NotRefundable)
    given(*HANDED_OVER).when(wish(CancelOrder, refund=True)).then_refuses(NotRefundable)
    by_hand = ManualRefund(payment=ATTEMPT, amount=PRICE, reason="at the door")
    given(*HANDED_OVER).when(wish(RefundByHand)).then(by_hand)


def test_beside_a_dispute_a_refund_is_asked_for_expressly():
    disputed = (*BOUGHT, replace(DISPUTED, amount=eur(2000)))
    given(*disputed).when(wish(RefundPayment)).then_refuses(DisputeOpen)
    given(*disputed).when(wish(RefundPayment, despite_dispute=True)).then(
        request(amount=eur(5000), cause=Cause.DESPITE_DISPUTE)
    )


def test_a_refund_that_stands_is_not_asked_for_again():
    given(*BOUGHT, put(request())).when(wish(RefundPayment)).then()
    given(*BOUGHT, put(HANDED_BACK)).when(wish(RefundByHand)).then()


# Cancelled


def test_cancelling_without_a_refund_frees_the_seats():
    given(*BOUGHT).when(wish(CancelOrder)).then(
        Cancelled(cause=Cause.STAFF, reason="at the door"), SeatsReleased()
    )
    given(*OPEN).when(wish(CancelOrder, refund=True)).then(
        Cancelled(cause=Cause.STAFF, reason="at the door"), SeatsReleased()
    )


def test_cancelling_with_a_refund_asks_all_back():
    given(*BOUGHT).when(wish(CancelOrder, refund=True)).then(
        request(), Cancelled(cause=Cause.STAFF, reason="at the door"), SeatsReleased()
    )


def test_several_payments_are_returned_one_by_one():
    given(*TWICE).when(wish(CancelOrder, refund=True)).then_refuses(SeveralPayments)


def test_cancelled_is_cancelled():
    stack = (*BOUGHT, put(CANCELLED, under=SECOND), RELEASED)
    given(*stack).when(wish(CancelOrder)).then_refuses(AlreadyCancelled)
    given(*BOUGHT, CANCELLED).when(wish(CancelOrder)).then()
    given(*BOUGHT, DISPUTED).when(wish(CancelOrder, refund=True)).then_refuses(DisputeOpen)


def test_a_refused_refund_of_a_cancellation_leaves_it_cancelled():
    stack = (*BOUGHT, put(request()), replace(CANCELLED, cause=Cause.STAFF), RELEASED)
    given(*stack).is_(Status.REFUND_REQUESTED, "refund_unknown")
    given(*stack, REFUND_REFUSED).is_(Status.REFUND_FAILED)
    given(*stack, REFUND_ACCEPTED).is_(Status.REFUND_REQUESTED)


def test_assigned_money_is_a_payment_of_the_order():
    from ledger.cases.resolve import assigned
    from ledger.cases.stamps import CaseOpened, Severity

    opened = CaseOpened(
        kind=CaseKind.UNMATCHED_MONEY,
        severity=Severity.CRITICAL,
        text="",
        provider="stripe",
        account="acct_1",
        amount=PRICE,
        payment_reference="pi_9",
    )
    case = Case(id=WISH, version=1, opened=opened)
    stamp = assigned(case, order_of(*OPEN), reason="it says so")
    order = fold(order_of(*OPEN).id, history(*OPEN, put(stamp, under=WISH)))
    assert status(order) is Status.PAID
    assert order.held_by(WISH) == PRICE
    assert (order.attempts[WISH].reference, order.attempts[WISH].account) == ("pi_9", "acct_1")


def test_the_account_that_money_went_to_has_check_digits_and_is_sealed():
    wish = RefundByHand(correlation_id=WISH, actor="till", at=NOON, reason="cash was gone")
    to_bank = replace(wish, account="fi37 1590 3000 0007 76")
    (stamped,) = given(*HANDED_OVER).when(to_bank).stamps
    assert stamped.account == "FI3715903000000776"
    for mistyped in ("FI37 1590 3000 0007 77", "1590 3000 0007 76", "FI37"):
        given(*HANDED_OVER).when(replace(wish, account=mistyped)).then_refuses(AccountMistyped)
    (by_hand,) = given(*HANDED_OVER).when(wish).stamps
    assert by_hand.account is None
    encoded = encode(Draft(stream=ORDER, stamp=stamped, correlation_id=WISH, actor="till"))
    assert b"1590" not in encoded.body
    assert encoded.private is not None
    assert b"FI3715903000000776" in encoded.private


def test_of_several_payments_one_that_a_provider_can_return_goes_first() -> None:
    by_hand = [replace(one, provider="manual") for one in (ASKED, PAID_TWICE)]
    both = given(*OPEN, PAID, *(put(one, under=SECOND) for one in by_hand))
    who: dict[str, Any] = {"correlation_id": WISH, "actor": "ada", "at": NOON, "reason": "r"}
    (asked,) = both.when(RefundPayment(**who)).stamps
    assert (asked.payment, asked.amount) == (ATTEMPT, PRICE)
    both.when(RefundPayment(**who, payment=SECOND)).then_refuses(NotRefundable)
