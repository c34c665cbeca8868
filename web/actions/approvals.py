"""What needs a second person: asked for, given, declined, from whichever door."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from ledger.approvals.approval import Approval
from ledger.approvals.service import Approvable, Said
from ledger.approvals.stamps import ApprovalRequested
from ledger.kernel.refusals import ApprovalOver
from ledger.order.commands import SwapLines, Wanted
from ledger.order.order import Order
from web.actions.back_office import carry_out
from web.actions.swap import Instead, foreseen, swap
from web.actions.wish import Wish
from web.wiring.parts import Parts


def ask(parts: Parts, order_id: UUID, wish: Approvable) -> Approval:
    """Ask a second person for this wish; nothing of the order moves. Raises what forbids it."""
    if isinstance(wish, SwapLines):
        agreed = replace(wish, approval=wish.correlation_id)
        foreseen(parts, parts.orders.get(order_id), agreed)
    return parts.approvals.ask(order_id, wish)


def approve(parts: Parts, approval: UUID, *, actor: str) -> Order:
    """The order after what was asked for, done on the word of this second person.

    Raises `OwnApproval`, `ApprovalOver`, `UnknownApproval`, `OrderMoved`, and what the order says.
    Of two who say yes at once one is the second person, and the other is told.
    """
    wish, word = parts.approvals.given(
        approval, actor=actor, at=parts.clock(), swapped=partial(_swapped, parts)
    )
    known = parts.approvals.get(approval)
    order = carry_out(parts, known.request.order, wish, beside=word)
    if parts.approvals.get(approval).given_by != actor:
        raise ApprovalOver
    return order


def _swapped(parts: Parts, order: Order, asked: ApprovalRequested, said: Said) -> SwapLines:
    """Raises what `swap` raises: another price than was shown, too."""
    instead = Instead(
        order=order,
        pieces=asked.pieces,
        wanted=tuple(Wanted(product=one.product, quantity=one.quantity) for one in asked.instead),
        by_hand=asked.by_hand,
        shown=asked.price,
    )
    wish = Wish(correlation_id=said["correlation_id"], actor=said["actor"], at=said["at"])
    made = swap(parts, wish, instead, reason=said["reason"], version=None)
    return replace(made, approval=said["approval"])


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
