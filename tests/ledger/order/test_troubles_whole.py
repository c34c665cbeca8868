"""Every trouble of an order, whole: what a person is told of it, and when there is none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.cases.stamps import CaseKind, Severity
from ledger.kernel.events import derived
from ledger.order.issues import (
    Trouble,
    payments_overdue,
    refund_of_unknown_fate,
    troubles,
)
from ledger.order.letter_delivery import DECLINED
from ledger.order.stamps import (
    Cause,
    CreateRefundFailure,
    DisputeClosed,
    Letter,
    ManualRefund,
    ReceiptFailed,
    ReceiptSent,
)
from ledger.order.transitions import Situation
from tests.kits import spec
from tests.kits.situations import BY_CARD, BY_HAND, KEPT_READY, STACKS, UNPAID
from tests.kits.spec import (
    ATTEMPT,
    CHECKED_IN,
    GIVEN_UP,
    NOON,
    ORDER,
    OUTSIDE,
    PRICE,
    SECOND,
    WISH,
    eur,
    order_of,
    put,
)

CALLED_OFF = put(GIVEN_UP, under=OUTSIDE)
BY_STAFF = put(spec.CANCELLED, under=OUTSIDE)
_TEXTS = {
    CaseKind.REFUND_REFUSED: "The provider refused a refund. This try returned nothing.",
    CaseKind.REFUND_FAILED: "A refund failed after it had been accepted. The money is back here.",
    CaseKind.DISPUTE: "The payer's bank disputes a payment: answer before its deadline.",
    CaseKind.CAPTURE_FAILED: "The provider refused to capture an authorized payment.",
    CaseKind.CAPTURED_AFTER_VOID: "A payment was captured although we gave it up.",
    CaseKind.AUTHORIZATION_LOST: "An authorized payment ended at the provider without money.",
    CaseKind.VOID_FAILED: "Void failed, manual void required: the payer's money is still kept.",
}
AT_STRIPE = {"provider": "stripe", "provider_reference": "pi_1"}


def of_payment(kind: CaseKind, **changes: Any) -> Trouble:
    critical = kind in (CaseKind.CAPTURE_FAILED, CaseKind.VOID_FAILED)
    known = {
        "severity": Severity.CRITICAL if critical else Severity.WARNING,
        "about": ATTEMPT,
        "text": _TEXTS.get(kind, ""),
        "amount": PRICE,
        **AT_STRIPE,
    }
    return Trouble(kind=kind, **{**known, **changes})


def of_refund(kind: CaseKind, **changes: Any) -> Trouble:
    known = {
        "severity": Severity.CRITICAL,
        "about": WISH,
        "mark": "1",
        "text": _TEXTS[kind],
        "amount": PRICE,
        **AT_STRIPE,
    }
    return Trouble(kind=kind, **{**known, **changes})


def to_return(text: str, **changes: Any) -> Trouble:
    return of_payment(CaseKind.MONEY_TO_RETURN, text=text, **changes)


LATE = "Money came by hand after the cancellation. Return it by hand, too."
OWED = "The shop was cancelled or moved, and this money came by hand. Return it by hand, too."
REST = "The shop was cancelled or moved, and some of this money is here still. Return it, too."
HAND = {"provider": "manual"}
SHOPS = replace(spec.REFUND_ASKED, cause=Cause.SHOP_CANCELLED)
REFUSED_WHOLE = (*BY_CARD, CALLED_OFF, SHOPS, spec.REFUND_REFUSED)
SMALLER = put(ManualRefund(payment=ATTEMPT, amount=eur(3000), reason="cash"), under=SECOND)
SOME_DISPUTED = replace(spec.DISPUTED, amount=eur(1000))
DISPUTE = Trouble(
    kind=CaseKind.DISPUTE,
    severity=Severity.CRITICAL,
    about=ATTEMPT,
    mark="dp_1",
    text=_TEXTS[CaseKind.DISPUTE],
    amount=PRICE,
    provider="stripe",
    provider_reference="dp_1",
)


def check(stack: Any, *found: Trouble) -> Any:
    return stack, [*found]


@pytest.mark.parametrize(
    ("stack", "found"),
    [
        check((spec.PLACED, *BY_HAND)),
        check((spec.PLACED, *BY_HAND, BY_STAFF)),
        check((spec.PLACED, *BY_HAND, CALLED_OFF), to_return(OWED, **HAND)),
        check(
            (spec.PLACED, BY_HAND[0], CALLED_OFF, BY_HAND[1]),
            to_return(LATE, **HAND),
        ),
        check((spec.PLACED, BY_HAND[0], BY_STAFF, BY_HAND[1]), to_return(LATE, **HAND)),
        check((*UNPAID, spec.PAID)),
    ],
)
def test_money_that_came_by_hand_goes_back_by_hand_where_it_is_owed(stack, found):
    assert [*troubles(order_of(*stack))] == found


@pytest.mark.parametrize(
    ("stack", "found"),
    [
        check((*BY_CARD, CALLED_OFF)),
        check((*BY_CARD, CALLED_OFF, SHOPS)),
        check(REFUSED_WHOLE, of_refund(CaseKind.REFUND_REFUSED)),
        check((*REFUSED_WHOLE, SMALLER), to_return(REST, amount=eur(4000))),
        check(
            (*REFUSED_WHOLE, SMALLER, SOME_DISPUTED),
            replace(DISPUTE, amount=eur(1000)),
        ),
        check(
            (*BY_CARD, CALLED_OFF, SHOPS, spec.REFUND_ACCEPTED, spec.REFUND_FAILED),
            of_refund(CaseKind.REFUND_FAILED),
        ),
    ],
)
def test_what_is_left_of_money_that_a_shop_owes_is_told_once(stack, found):
    assert [*troubles(order_of(*stack))] == found


NOTHING = CreateRefundFailure(code="unknown")


@pytest.mark.parametrize(
    ("stack", "found"),
    [
        check(
            (*BY_CARD, put(NOTHING, under=WISH)),
            of_refund(CaseKind.REFUND_REFUSED, amount=None, provider="", provider_reference=""),
        ),
        check(
            (*BY_CARD, put(replace(SHOPS, payment=SECOND)), spec.REFUND_REFUSED),
            of_refund(CaseKind.REFUND_REFUSED, provider="", provider_reference=""),
        ),
        check((*BY_CARD, spec.DISPUTED), DISPUTE),
        check(
            (*BY_CARD, replace(spec.DISPUTED, payment=SECOND)),
            replace(DISPUTE, about=SECOND, provider=""),
        ),
        check((*BY_CARD, spec.DISPUTED, spec.WON)),
        check(
            (*BY_CARD, DisputeClosed(payment=ATTEMPT, provider_reference="dp_1", won=False)),
        ),
    ],
)
def test_a_trouble_names_the_payment_as_far_as_it_is_known(stack, found):
    assert [*troubles(order_of(*stack))] == found


def letter(kind: type, **fields: Any) -> Any:
    return kind(letter=Letter.PAID, try_number=2, **fields)


BOUNCED = letter(ReceiptFailed, code="550", permanent=True)
UNDELIVERED = Trouble(
    kind=CaseKind.LETTER_FAILED,
    severity=Severity.WARNING,
    about=ATTEMPT,
    mark="paid/2",
    text="The letter “paid” could not be delivered.",
)


@pytest.mark.parametrize(
    ("posted", "found"),
    [
        check((BOUNCED,), UNDELIVERED),
        check((letter(ReceiptFailed, code="451", permanent=False),)),
        check((letter(ReceiptFailed, code=DECLINED, permanent=True),)),
        check((BOUNCED, letter(ReceiptSent, message_id="<1@shop>", body_hash="00"))),
    ],
)
def test_a_letter_is_a_trouble_once_it_can_never_arrive(posted, found):
    assert [*troubles(order_of(*BY_CARD, *posted))] == found


GIVEN_BACK = (*KEPT_READY, spec.VOID_ASKED, spec.VOIDED)
LESS = replace(spec.PAID, amount=eur(5000))
BACK = replace(spec.REFUND_ASKED, amount=eur(5000))
ALL_BUT_ONE = replace(spec.REFUNDED, amount=eur(4999))
AFTER_VOID = of_payment(CaseKind.CAPTURED_AFTER_VOID, amount=eur(5000))
UNDERPAID = of_payment(
    CaseKind.UNDERPAID, amount=eur(2000), text="Less money is there than the order costs."
)


@pytest.mark.parametrize(
    ("stack", "found"),
    [
        check((*KEPT_READY, spec.CAPTURE_ASKED, spec.PAID)),
        check((*GIVEN_BACK, LESS), UNDERPAID, AFTER_VOID),
        check((*GIVEN_BACK, LESS, BACK), AFTER_VOID),
        check((*GIVEN_BACK, LESS, put(replace(BACK, payment=SECOND))), UNDERPAID, AFTER_VOID),
        check((*GIVEN_BACK, LESS, BACK, replace(spec.REFUNDED, amount=eur(5000)))),
        check(
            (
                *GIVEN_BACK,
                LESS,
                replace(BACK, amount=eur(4999)),
                replace(spec.REFUNDED, amount=eur(4999)),
            ),
            UNDERPAID,
            AFTER_VOID,
        ),
        check(
            (*KEPT_READY, spec.CAPTURE_ASKED, spec.CAPTURE_REFUSED),
            of_payment(CaseKind.CAPTURE_FAILED),
        ),
        check((*KEPT_READY, spec.CAPTURE_ASKED, spec.CAPTURE_REFUSED, BY_STAFF)),
        check((*KEPT_READY, spec.VOID_ASKED, spec.VOID_REFUSED), of_payment(CaseKind.VOID_FAILED)),
        check((*KEPT_READY, spec.LAPSED), of_payment(CaseKind.AUTHORIZATION_LOST)),
        check((*KEPT_READY, spec.VOIDED), of_payment(CaseKind.AUTHORIZATION_LOST)),
        check(GIVEN_BACK),
        check((*KEPT_READY, spec.LAPSED, BY_STAFF)),
        check(
            (
                *KEPT_READY,
                spec.LAPSED,
                put(spec.ASKED, under=SECOND),
                put(spec.PAID_TWICE, under=SECOND),
            )
        ),
    ],
)
def test_an_authorization_is_in_one_trouble_at_most(stack, found):
    assert [*troubles(order_of(*stack))] == found


def at_the_door(name: str, device: str, *, minutes: int) -> Any:
    scan = replace(
        CHECKED_IN,
        scan=derived(ORDER, name),
        device=device,
        scanned_at=NOON + timedelta(minutes=minutes),
    )
    return put(scan, under=derived(ORDER, f"scanned/{name}"))


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, "2027-01-10T12:00:00+00:00 by south"),
        (7, "2027-01-10T12:07:00+00:00 by south"),
    ],
)
def test_the_same_ticket_twice_at_a_door_is_told_with_both_scans(minutes, told):
    first = at_the_door("first", "north", minutes=0)
    second = at_the_door("second", "south", minutes=minutes)
    order = order_of(*BY_CARD, spec.ISSUED, first, second)
    place = "/".join(("door", CHECKED_IN.ticket, "2027-01-10", "main"))
    assert troubles(order) == (
        Trouble(
            kind=CaseKind.CHECK_IN_CONFLICT,
            severity=Severity.WARNING,
            about=derived(ORDER, place),
            mark="1",
            text="One ticket let somebody in twice at main on 2027-01-10:"
            f" 2027-01-10T12:00:00+00:00 by north, which stands, and {told}.",
        ),
    )


def test_of_what_is_under_way_for_too_long_the_asked_amount_is_told():
    assert [*payments_overdue(order_of(*STACKS[Situation.AT_THE_BANK]))] == [
        of_payment(
            CaseKind.PAYMENT_OVERDUE,
            provider_reference="",
            text="A payment has been pending at the payer's bank for longer than any takes.",
        )
    ]
    assert [*payments_overdue(order_of(*BY_CARD))] == []


@pytest.mark.parametrize(
    ("asked", "amount"),
    [(spec.REFUND_ASKED, PRICE), (spec.REFUND_ACCEPTED, None)],
)
def test_a_refund_of_unknown_fate_is_told_with_what_was_asked(asked, amount):
    order = order_of(*BY_CARD, asked)
    (refund,) = order.refunds.values()
    assert refund_of_unknown_fate(refund, order) == Trouble(
        kind=CaseKind.REFUND_UNKNOWN,
        severity=Severity.CRITICAL,
        about=WISH,
        mark="1",
        text="The provider does not tell whether the refund was made.",
        amount=amount,
        **AT_STRIPE,
    )
