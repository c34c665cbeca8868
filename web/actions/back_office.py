"""What ticket sales staff do about an order or a case, from the API or the command line."""

from typing import Any, assert_never
from uuid import UUID

from ledger.cases.case import Case
from ledger.cases.decide import AssignMoney, CaseCommand, CloseCase, RetryCase, ReturnMoney
from ledger.cases.resolve import Resolutions
from ledger.cases.stamps import Action, CaseKind, CaseOpened
from ledger.order.commands import (
    AddLabel,
    CancelOrder,
    CancelPart,
    ChangeContact,
    CorrectAnswers,
    MarkPaid,
    RefundByHand,
    RefundPayment,
    RemoveLabel,
    ResendLetter,
    RetryRefund,
    StaffWish,
    SwapLines,
    WithdrawCancellation,
    WithdrawPayment,
    WriteNote,
)
from ledger.order.order import Order
from ledger.order.service import Beside, alone
from ledger.payments.mark_paid import mark_paid
from ledger.payments.refund import refund_payment, retry_refund
from projections.cases import CaseRow
from web.actions.cancel import cancel_by_staff, swap_lines
from web.actions.pay import close_pages
from web.actions.wish import Wish
from web.wiring.parts import Parts


def carry_out(parts: Parts, order_id: UUID, wish: StaffWish, *, beside: Beside = alone) -> Order:
    """The order after a wish of staff, and after all that follows from it by itself.

    Raises the refusals of the wish; what a provider has not answered is left to recovery. What is
    stamped `beside` it, such as a second person's word, stands in the same append.
    """
    match wish:
        case RefundPayment():
            refund_payment(parts.orders, parts.providers, order_id, wish, beside=beside)
        case RetryRefund():
            retry_refund(parts.orders, parts.providers, order_id, wish)
        case MarkPaid():
            mark_paid(parts.orders, parts.cases, parts.store, order_id, wish)
            close_pages(parts, parts.orders.get(order_id))
        case CancelOrder() | CancelPart():
            cancel_by_staff(parts, order_id, wish, beside=beside)
        case SwapLines():
            swap_lines(parts, order_id, wish, beside=beside)
        case (
            RefundByHand()
            | WithdrawPayment()
            | WithdrawCancellation()
            | ResendLetter()
            | ChangeContact()
            | CorrectAnswers()
            | WriteNote()
            | AddLabel()
            | RemoveLabel()
        ):
            parts.orders.handle(order_id, wish, beside=beside)
        case _:
            assert_never(wish)
    return parts.orders.follow(order_id, parts.clock())


# What a person may say; the other actions are the ledger's own.
BY_PEOPLE = (Action.ASSIGN, Action.RETURN, Action.RETRY, Action.CLOSE)


class OrderNeeded(ValueError):
    """Money is assigned to an order, and none was named."""


def resolve_case(
    parts: Parts, case_id: UUID, wish: Wish, *, action: Action, reason: str, order: UUID | None
) -> Case:
    """The case after it; `order` is asked for by `assign` only. Raises `OrderNeeded`, refusals."""
    desk = Resolutions(
        parts.store, orders=parts.orders, cases=parts.cases, providers=parts.providers
    )
    command = case_command(wish, action, reason=reason, order=order)
    return desk.resolve(case_id, command)


def case_command(wish: Wish, action: Action, *, reason: str, order: UUID | None) -> CaseCommand:
    """The wish of the ledger that these words mean. Raises `OrderNeeded`."""
    if action is Action.ASSIGN:
        if order is None:
            raise OrderNeeded
        return AssignMoney(**wish, reason=reason, order=order)
    if action is Action.RETURN:
        return ReturnMoney(**wish, reason=reason)
    command = RetryCase if action is Action.RETRY else CloseCase
    return command(**wish, reason=reason)


def case_json(case: CaseRow) -> dict[str, Any]:
    """One case as a document. Its text holds no personal data."""
    return {
        "id": case.stream,
        "kind": case.kind,
        "severity": case.severity,
        "state": case.state,
        "order": case.order_id,
        "provider": case.provider or None,
        "amount": case.amount,
        "currency": case.currency,
        "opened_at": case.opened_at,
        "text": case.text,
        "asleep_until": case.asleep_until,
        "keeper": case.keeper or None,
    }


def is_failed_payout(opened: CaseOpened) -> bool:
    """Whether a case tells of a payout that was told as paid, and failed."""
    return opened.kind is CaseKind.CONTRADICTION and opened.about.startswith("payout/")
