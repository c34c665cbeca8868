"""Approvals as a service: asked for, given together with what was asked, or declined."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict, assert_never
from uuid import UUID

from ledger.approvals.approval import Approval, decline, fold_approval, give
from ledger.approvals.stamps import Act, ApprovalRequested, ApprovalStamp, Instead
from ledger.kernel.events import Draft, derived
from ledger.kernel.money import Money
from ledger.kernel.refusals import Contradicted, OrderMoved, UnknownApproval
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Appended, Conflict, ManyStore
from ledger.order.commands import (
    CancelOrder,
    CancelPart,
    RefundByHand,
    RefundPayment,
    SwapLines,
    WithdrawCancellation,
    WithdrawPayment,
)
from ledger.order.decide import decide
from ledger.order.decisions.second_person import money_of
from ledger.order.order import Order
from ledger.order.service import Beside, Orders
from ledger.order.stamps import ManualRefund, OrderStamp, PaymentWithdrawn

# Whoever has not answered by then is not asked any more.
ANSWER_WITHIN = timedelta(days=7)
Approvable = (
    RefundPayment
    | RefundByHand
    | CancelOrder
    | CancelPart
    | SwapLines
    | WithdrawPayment
    | WithdrawCancellation
)
_ACTS: dict[type, Act] = {
    RefundPayment: Act.REFUND,
    RefundByHand: Act.REFUND_BY_HAND,
    CancelOrder: Act.CANCEL,
    CancelPart: Act.CANCEL_PART,
    SwapLines: Act.SWAP,
    WithdrawPayment: Act.WITHDRAW_PAYMENT,
    WithdrawCancellation: Act.WITHDRAW_CANCELLATION,
}


class Said(TypedDict):
    """What every wish says that was approved."""

    correlation_id: UUID
    actor: str
    at: datetime
    reason: str
    approval: UUID


# How a swap that was asked for is put together: what it places is no part of the question.
Swapped = Callable[[Order, ApprovalRequested, Said], SwapLines]


class Approvals:
    """All of them. `directory` names those that were asked for lately, the newest first.

    `about` names all that were ever asked for about some orders.
    """

    def __init__(
        self,
        store: ManyStore,
        orders: Orders,
        directory: Callable[[datetime], Sequence[UUID]],
        *,
        about: Callable[[Sequence[UUID]], Sequence[UUID]],
    ) -> None:
        self._store, self._orders, self._directory = store, orders, directory
        self._about = about

    def get(self, approval: UUID) -> Approval:
        """As it stands; raises `UnknownApproval`."""
        history = self._store.read(approval)
        if not history or not isinstance(history[0].stamp, ApprovalRequested):
            raise UnknownApproval
        return fold_approval(approval, history)

    def lately(self, at: datetime) -> Sequence[Approval]:
        """Those that were asked for within the time to answer, the newest first."""
        return self._all(self._directory(at - ANSWER_WITHIN))

    def of_orders(self, orders: Sequence[UUID]) -> Sequence[Approval]:
        """Every approval that was ever asked for about these orders."""
        return self._all(self._about(orders)) if orders else []

    def waiting(self, at: datetime) -> Sequence[Approval]:
        """Those that nobody has answered yet, the newest first."""
        return [one for one in self.lately(at) if one.state(at) == "open"]

    def ask(self, order_id: UUID, wish: Approvable) -> Approval:
        """Ask a second person for this; the same wish again gives the first question back.

        Raises whatever would stand in its way today.
        """
        approval = derived(wish.correlation_id, "approval")

        def attempt() -> Approval | Conflict:
            known = fold_approval(approval, self._store.read(approval))
            if known.asked is not None:
                return known
            return self._appended(known, _asked(wish, self._orders.get(order_id)), wish.actor)

        return again_on_conflict(approval, attempt)

    def decline(self, approval: UUID, *, actor: str, reason: str, at: datetime) -> Approval:
        """Nothing is done. Raises `ApprovalOver`, `UnknownApproval`."""

        def attempt() -> Approval | Conflict:
            known = self.get(approval)
            return self._appended(known, decline(known, reason=reason, at=at), actor)

        return again_on_conflict(approval, attempt)

    def given(
        self, approval: UUID, *, actor: str, at: datetime, swapped: Swapped
    ) -> tuple[Approvable, Beside]:
        """What is to be done on the word of this person, and that word, to be stamped beside it.

        Raises `OwnApproval`, `ApprovalOver`, `UnknownApproval`, and `OrderMoved` where something
        else would come of it than what was asked; and what `swapped` raises.
        """
        question = self.get(approval)
        order = self._orders.get(question.request.order)
        known = self.get(approval)  # after the order: whoever says yes moves both in one append
        give(known, actor=actor, at=at)
        wish = _wish(known, order, approver=actor, at=at, swapped=swapped)
        if _amount(decide(wish, order), order) != known.request.amount:
            raise OrderMoved(version=order.version)

        def word() -> Append:
            now = self.get(approval)
            draft = _draft(now, give(now, actor=actor, at=at), actor)
            return Append(drafts=[draft], expected={approval: now.version})

        return wish, word

    def _all(self, approvals: Sequence[UUID]) -> Sequence[Approval]:
        """These as they stand, in this order."""
        found = self._store.read_opened(approvals) if approvals else {}
        return [fold_approval(one, found[one]) for one in approvals if one in found]

    def _appended(self, before: Approval, stamp: ApprovalStamp, actor: str) -> Approval | Conflict:
        append = Append(drafts=[_draft(before, stamp, actor)], expected={before.id: before.version})
        match self._store.append(append)[0]:
            case Appended():
                return self.get(before.id)
            case Conflict() as conflict:
                return conflict
            case _:
                raise Contradicted


def _draft(approval: Approval, stamp: ApprovalStamp, actor: str) -> Draft[object]:
    return Draft(stream=approval.id, stamp=stamp, correlation_id=approval.id, actor=actor)


def _asked(wish: Approvable, order: Order) -> ApprovalRequested:
    """The question, if what it is about could be done today."""
    stamps = decide(replace(wish, approval=derived(wish.correlation_id, "approval")), order)
    payments = [one.payment for one in stamps if hasattr(one, "payment")]
    by_hand = next((one for one in stamps if isinstance(one, ManualRefund)), None)
    return ApprovalRequested(
        order=order.id,
        shop=order.terms.shop_slug,
        act=_ACTS[type(wish)],
        amount=_amount(stamps, order),
        until=wish.at + ANSWER_WITHIN,
        payment=payments[0] if payments else None,
        pieces=wish.pieces if isinstance(wish, CancelPart | SwapLines) else (),
        by_hand=isinstance(wish, CancelPart | SwapLines) and wish.by_hand,
        waive_fee=isinstance(wish, CancelPart) and wish.waive_fee,
        despite_dispute=isinstance(wish, RefundPayment) and wish.despite_dispute,
        instead=_instead(wish),
        price=wish.place.expected_total if isinstance(wish, SwapLines) else None,
        reason=wish.reason,
        account=by_hand.account if by_hand else None,
        payee=by_hand.payee if by_hand else None,
    )


def _instead(wish: Approvable) -> tuple[Instead, ...]:
    if not isinstance(wish, SwapLines):
        return ()
    return tuple(Instead(product=one.product, quantity=one.quantity) for one in wish.place.lines)


def _amount(stamps: Sequence[OrderStamp], order: Order) -> Money:
    withdrawn = [one.amount for one in stamps if isinstance(one, PaymentWithdrawn)]
    return withdrawn[0] if withdrawn else money_of(stamps, order)


def _wish(
    approval: Approval, order: Order, *, approver: str, at: datetime, swapped: Swapped
) -> Approvable:
    """The command that was asked for, done in the name of whoever asked."""
    asked = approval.request
    said = Said(
        correlation_id=derived(approval.id, "act"),
        actor=approval.asked_by,
        at=at,
        reason=asked.reason or "",
        approval=approval.id,
    )
    match asked.act:
        case Act.REFUND:
            return RefundPayment(
                **said,
                payment=asked.payment,
                amount=asked.amount,
                despite_dispute=asked.despite_dispute,
            )
        case Act.REFUND_BY_HAND:
            return _by_hand(asked, said)
        case Act.CANCEL:
            return CancelOrder(**said, refund=bool(asked.amount))
        case Act.CANCEL_PART:
            return _part(asked, said)
        case Act.SWAP:
            return swapped(order, asked, said)
        case Act.WITHDRAW_PAYMENT:
            return WithdrawPayment(**said, approver=approver, payment=asked.payment)
        case Act.WITHDRAW_CANCELLATION:
            return WithdrawCancellation(**said, approver=approver)
        case _:
            assert_never(asked.act)


def _by_hand(asked: ApprovalRequested, said: Said) -> RefundByHand:
    return RefundByHand(
        **said,
        payment=asked.payment,
        amount=asked.amount,
        account=asked.account or "",
        payee=asked.payee or "",
    )


def _part(asked: ApprovalRequested, said: Said) -> CancelPart:
    return CancelPart(
        **said,
        pieces=asked.pieces,
        by_hand=asked.by_hand,
        account=asked.account or "",
        waive_fee=asked.waive_fee,
    )
