"""What needs a second person: asked for, looked at, approved or declined, by identity."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, Response
from msgspec import Meta

from ledger.approvals.approval import Approval
from ledger.approvals.service import Approvable
from ledger.kernel.refusals import UnknownApproval
from ledger.order.commands import (
    CancelOrder,
    CancelPart,
    RefundByHand,
    RefundPayment,
    SwapLines,
    Wanted,
    WithdrawCancellation,
    WithdrawPayment,
)
from ledger.order.order import Order
from ledger.order.part_policy import chosen
from ledger.staff.role import Role
from web.actions import approvals as actions
from web.actions.swap import Instead, swap
from web.actions.wish import Wish
from web.api.bodies import Body, Nothing, as_json, read
from web.api.orders import WantedBody, told
from web.api.staff import Account, Amount, Reason, Version, begun, money
from web.http.access import require
from web.http.addresses import now, uuid_in
from web.http.current import parts


class ApprovalBody(Body, frozen=True):
    """What shall be done once a second person agrees; the fields are those of the call itself.

    `cancel` returns all that is held; `lines` go with `cancel_part` and `swap`, which takes all if
    they are left out. `take` and `price` are those of a swap. `account` is for what is returned by
    hand to a bank.
    """

    act: Literal[
        "refund",
        "refund_by_hand",
        "cancel",
        "cancel_part",
        "swap",
        "withdraw_payment",
        "withdraw_cancellation",
    ]
    reason: Reason
    version: Version
    amount: Amount | None = None
    payment: UUID | None = None
    lines: Annotated[list[WantedBody], Meta(max_length=100)] | None = None
    by_hand: bool = False
    waive_fee: bool = False
    despite_dispute: bool = False
    account: Account = ""
    take: Annotated[list[WantedBody], Meta(max_length=100)] | None = None
    price: Annotated[int, Meta(ge=0, lt=2**53)] | None = None


class DeclineBody(Body, frozen=True):
    """Why not; kept sealed."""

    reason: Reason


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/orders/<order>/approvals")(ask_approval)
    api.get("/shops/<shop>/approvals")(approvals)
    api.post("/shops/<shop>/approvals/<approval>/approve")(approve)
    api.post("/shops/<shop>/approvals/<approval>/decline")(decline)


def ask_approval(shop: str, order: str) -> Response:
    """Ask a second person. The same key again gets the first question back."""
    found, wish, body = begun("approvals", shop, order, ApprovalBody)
    asked = actions.ask(parts(), found.id, _wished(found, wish, body))
    return as_json(approval_json(asked), status=201)


def approvals(shop: str) -> Response:
    """What was asked for within the time to answer, the newest first."""
    require(Role.STAFF, Role.AUDITOR, shop=shop)
    parts().shops.get(shop)
    lately = parts().approvals.lately(now())
    here = [approval_json(one) for one in lately if one.request.shop == shop]
    return as_json({"approvals": here})


def approve(shop: str, approval: str) -> Response:
    """It is done, on the word of whoever calls: somebody else than who asked."""
    asks = require(Role.STAFF, shop=shop)
    read(Nothing)
    found = approval_in(shop, approval)
    return as_json(told(actions.approve(parts(), found.id, actor=asks.actor)))


def decline(shop: str, approval: str) -> Response:
    """It is not done."""
    asks = require(Role.STAFF, shop=shop)
    body, found = read(DeclineBody), approval_in(shop, approval)
    after = actions.decline(parts(), found.id, actor=asks.actor, reason=body.reason)
    return as_json(approval_json(after))


def approval_in(shop: str, approval: str) -> Approval:
    """The approval of this shop; raises `UnknownApproval` for one of another."""
    found = parts().approvals.get(uuid_in(approval))
    if found.request.shop != shop:
        raise UnknownApproval
    return found


def approval_json(one: Approval) -> dict[str, Any]:
    """An approval as it stands now."""
    return actions.document(one, at=now())


def _wished(order: Order, wish: Wish, body: ApprovalBody) -> Approvable:
    amount = money(body.amount, order)
    match body.act:
        case "refund":
            return RefundPayment(
                **wish,
                reason=body.reason,
                version=body.version,
                payment=body.payment,
                amount=amount,
                despite_dispute=body.despite_dispute,
            )
        case "refund_by_hand":
            return RefundByHand(
                **wish,
                reason=body.reason,
                version=body.version,
                payment=body.payment,
                amount=amount,
                account=body.account,
            )
        case "cancel":
            return CancelOrder(**wish, reason=body.reason, version=body.version, refund=True)
        case "cancel_part":
            return _part(order, wish, body)
        case "swap":
            return _swap(order, wish, body)
        case "withdraw_payment":
            return WithdrawPayment(
                **wish,
                reason=body.reason,
                version=body.version,
                approver="",
                payment=body.payment,
            )
        case "withdraw_cancellation":
            return WithdrawCancellation(
                **wish, reason=body.reason, version=body.version, approver=""
            )


def _part(order: Order, wish: Wish, body: ApprovalBody) -> CancelPart:
    return CancelPart(
        **wish,
        reason=body.reason,
        version=body.version,
        pieces=chosen(order, [(one.product, one.quantity) for one in body.lines or ()]),
        by_hand=body.by_hand,
        account=body.account,
        waive_fee=body.waive_fee,
    )


def _swap(order: Order, wish: Wish, body: ApprovalBody) -> SwapLines:
    """Raises what `swap` raises: nothing that comes, too."""
    give = [(one.product, one.quantity) for one in body.lines] if body.lines else None
    instead = Instead(
        order=order,
        pieces=chosen(order, give),
        wanted=tuple(Wanted(product=one.product, quantity=one.quantity) for one in body.take or ()),
        by_hand=body.by_hand,
        shown=money(body.price, order),
    )
    return swap(parts(), wish, instead, reason=body.reason, version=body.version)
