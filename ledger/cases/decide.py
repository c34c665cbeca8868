"""What a case can be asked, and what it answers: plain functions that never look at the world."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from ledger.cases.case import Case
from ledger.cases.stamps import (
    Action,
    CaseKind,
    CaseOpened,
    CaseResolved,
    CaseReturnAccepted,
    CaseReturnFailed,
    CaseReturnRefused,
    CaseReturnRequested,
    CaseStamp,
)
from ledger.kernel.refusals import CaseClosed, CaseNeedsOtherAction, UnknownCase
from ledger.order.commands import Command
from ledger.order.decisions.staff import MANUAL
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, OrderStamp, RefundFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveCase(Command):
    """Somebody resolves a case."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase(ResolveCase):
    """Nothing more is to be done here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignMoney(ResolveCase):
    """Money that is nobody's belongs to this order."""

    order: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnMoney(ResolveCase):
    """Money goes back to where it came from: that which is nobody's, or the surplus of an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryCase(ResolveCase):
    """Ask again for the refund that was refused."""


CaseCommand = CloseCase | AssignMoney | ReturnMoney | RetryCase


CaseFact = CaseReturnAccepted | CaseReturnRefused | CaseReturnFailed


def actions(case: Case) -> tuple[Action, ...]:
    """What a person can do about a case, the likeliest first."""
    if case.opened is None or case.state != "open":
        return ()
    return (*_remedies(case.opened), Action.CLOSE)


def _remedies(opened: CaseOpened) -> tuple[Action, ...]:
    match opened.kind:
        case CaseKind.UNMATCHED_MONEY if opened.payment_reference and opened.amount:
            return (Action.ASSIGN, Action.RETURN)
        case CaseKind.OVERPAID if opened.provider != MANUAL:
            return (Action.RETURN,)
        case CaseKind.REFUND_REFUSED:
            return (Action.RETRY,)
        case _:
            return ()


def decide_case(command: CaseCommand, case: Case) -> Sequence[CaseStamp]:
    """The stamps that a wish calls for on the case; none if they stand; or a refusal.

    A case that an order must answer for is resolved when the order has been asked.
    """
    if case.opened is None:
        raise UnknownCase
    if case.resolved_under == command.correlation_id:
        return ()
    if case.state != "open":
        raise CaseClosed
    action = _action_of(command)
    if action not in actions(case):
        raise CaseNeedsOtherAction(actions=tuple(str(one) for one in actions(case)))
    if case.returned.unanswered:
        raise CaseNeedsOtherAction(actions=())
    if isinstance(command, ReturnMoney) and is_nobodys(case):
        return (_asked_back(command, case),)
    order = command.order if isinstance(command, AssignMoney) else case.opened.order
    return (CaseResolved(action=action, order=order, reason=command.reason),)


def _action_of(command: CaseCommand) -> Action:
    """The word for a wish."""
    match command:
        case CloseCase():
            return Action.CLOSE
        case AssignMoney():
            return Action.ASSIGN
        case ReturnMoney():
            return Action.RETURN
        case RetryCase():
            return Action.RETRY
        case _:
            assert_never(command)


def is_nobodys(case: Case) -> bool:
    """Whether the case holds money that no order has received."""
    return case.opened is not None and case.opened.kind is CaseKind.UNMATCHED_MONEY


def _asked_back(command: ReturnMoney, case: Case) -> CaseReturnRequested:
    opened = case.opened
    assert opened is not None, "only asked of a case that was opened"
    assert opened.amount is not None, "money that can be returned has an amount"
    return CaseReturnRequested(
        provider=opened.provider,
        payment_reference=opened.payment_reference,
        amount=opened.amount,
        try_number=case.returned.last_try + 1,
        reason=command.reason,
    )


def case_fact(fact: OrderStamp) -> CaseFact | None:
    """A provider's word about a refund, as a case's. None for what is no such word."""
    match fact:
        case CreateRefundSuccess():
            return CaseReturnAccepted(
                amount=fact.amount,
                provider_reference=fact.provider_reference,
                try_number=fact.try_number,
            )
        case CreateRefundFailure():
            return CaseReturnRefused(code=fact.code, try_number=fact.try_number)
        case RefundFailed():
            return CaseReturnFailed(
                amount=fact.amount, provider_reference=fact.provider_reference, code=fact.code
            )
        case _:
            return None
