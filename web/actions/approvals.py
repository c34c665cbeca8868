"""What needs a second person: asked for, given, declined, from whichever door."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.approvals.approval import Approval
from ledger.approvals.service import Approvable
from ledger.kernel.refusals import ApprovalOver
from ledger.order.order import Order
from web.actions.back_office import carry_out
from web.wiring.parts import Parts


def ask(parts: Parts, order_id: UUID, wish: Approvable) -> Approval:
    """Ask a second person for this wish; nothing of the order moves. Raises what forbids it."""
    return parts.approvals.ask(order_id, wish)


def approve(parts: Parts, approval: UUID, *, actor: str) -> Order:
    """The order after what was asked for, done on the word of this second person.

    Raises `OwnApproval`, `ApprovalOver`, `UnknownApproval`, `OrderMoved`, and what the order says.
    Of two who say yes at once one is the second person, and the other is told.
    """
    wish, word = parts.approvals.given(approval, actor=actor, at=parts.clock())
    known = parts.approvals.get(approval)
    order = carry_out(parts, known.request.order, wish, beside=word)
    if parts.approvals.get(approval).given_by != actor:
        raise ApprovalOver
    return order


def decline(parts: Parts, approval: UUID, *, actor: str, reason: str) -> Approval:
    """No. Raises `ApprovalOver`, `UnknownApproval`."""
    return parts.approvals.decline(approval, actor=actor, reason=reason, at=parts.clock())


def document(one: Approval, *, at: datetime) -> dict[str, Any]:
    """An approval as it stands at a moment: who by identity, and nothing of the reasons."""
    asked = one.request
    return {
        "id": one.id,
        "order": asked.order,
        "act": asked.act,
        "amount": asked.amount.amount,
        "currency": asked.amount.currency,
        "state": one.state(at),
        "asked_by": one.asked_by,
        "asked_at": one.asked_at,
        "until": asked.until,
        "decided_by": one.given_by or one.declined_by or None,
    }
