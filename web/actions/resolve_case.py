"""What people do about a case, from the API or the command line."""

from typing import Any
from uuid import UUID

from ledger.cases.case import Case
from ledger.cases.commands import AssignMoney, CaseCommand, CloseCase, RetryCase, ReturnMoney
from ledger.cases.resolve import Resolutions
from ledger.cases.stamps import Action
from projections.cases import CaseRow
from web.actions.wish import Wish
from web.wiring.parts import Parts

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
    return desk.resolve(case_id, _command(wish, action, reason=reason, order=order))


def _command(wish: Wish, action: Action, *, reason: str, order: UUID | None) -> CaseCommand:
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
    }
