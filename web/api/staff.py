"""What staff do about an order: return money, mark it paid, cancel it, send a letter again."""

from typing import Annotated, Literal, TypeVar
from uuid import UUID

from flask import Blueprint, Response
from msgspec import Meta

from ledger.kernel.money import Money
from ledger.order.commands import (
    CancelOrder,
    CancelPart,
    MarkPaid,
    RefundByHand,
    RefundPayment,
    ResendLetter,
    RetryRefund,
    StaffWish,
)
from ledger.order.order import Order
from ledger.order.part_policy import chosen
from ledger.order.stamps import Letter
from ledger.staff.role import Role
from web.actions.back_office import carry_out
from web.actions.manual_refunds import returned_by_hand
from web.actions.wish import Wish
from web.api.bodies import Body, as_json, read
from web.api.orders import WantedBody, told
from web.api.repeats import answered_before, correlation_id, request_under
from web.http.access import for_roles, require
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.identity import Identity
from web.http.problems import ProblemRaised

_B = TypeVar("_B", bound=Body)
Reason = Annotated[str, Meta(min_length=1, max_length=500, description="Why; kept sealed.")]
Amount = Annotated[int, Meta(gt=0, lt=2**53, description="In minor units.")]
Account = Annotated[
    str,
    Meta(max_length=50, description="The IBAN that money by hand went to; kept sealed."),
]
Version = Annotated[
    int, Meta(ge=1, lt=2**31, description="The order's version that was looked at.")
]


class RefundBody(Body, frozen=True):
    """`amount` in minor units, all that is held if left out; `retry` names a refused refund.

    `account` is for what was returned by hand to a bank.
    """

    method: Literal["provider", "manual"]
    reason: Reason
    version: Version
    amount: Amount | None = None
    payment: UUID | None = None
    retry: UUID | None = None
    despite_dispute: bool = False
    account: Account = ""


class PaidBody(Body, frozen=True):
    """`reference` is that of a bank transfer; cash has none. `amount`: all that is due.

    `transfer` is the bank's own name of the transfer: with it the same one counts once, and it is
    news: no `version` is asked for.
    """

    reason: Reason
    version: Version | None = None
    reference: Annotated[str, Meta(max_length=50)] = ""
    amount: Amount | None = None
    transfer: Annotated[str, Meta(max_length=64, pattern="^[ -~]*$")] = ""


class CancelBody(Body, frozen=True):
    """With `refund` all that is held goes back through its provider."""

    reason: Reason
    version: Version
    refund: bool = False


class CancelPartBody(Body, frozen=True):
    """Which pieces, by product. Their price goes back through its provider, or went by hand.

    The fee of the shop's policy is kept unless `waive_fee`; `quote` is the refund that was shown,
    in minor units, if one was.
    """

    reason: Reason
    version: Version
    lines: Annotated[list[WantedBody], Meta(min_length=1, max_length=100)]
    method: Literal["provider", "manual"] = "provider"
    account: Account = ""
    waive_fee: bool = False
    quote: Annotated[int, Meta(ge=0, lt=2**53)] | None = None


class LetterBody(Body, frozen=True):
    """The newest letter, unless one is named by its correlation id and kind."""

    reason: Reason
    receipt: UUID | None = None
    letter: Letter | None = None


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/orders/<order>/refunds")(refund)
    api.get("/shops/<shop>/orders/<order>/refunds-by-hand")(by_hand)
    api.post("/shops/<shop>/orders/<order>/mark-paid")(mark_paid)
    api.post("/shops/<shop>/orders/<order>/cancel")(cancel)
    api.post("/shops/<shop>/orders/<order>/cancel-part")(cancel_part)
    api.post("/shops/<shop>/orders/<order>/receipts")(send_again)


def refund(shop: str, order: str) -> Response:
    """Return money of one payment: all that is held, or a part; or retry what was refused."""
    found, wish, body = begun("refunds", shop, order, RefundBody)
    if body.retry is not None:
        again: Wish = {**wish, "correlation_id": body.retry}
        return answer(found, RetryRefund(**again, version=body.version))
    amount = money(body.amount, found)
    if body.method == "manual":
        by_hand = RefundByHand(
            **wish,
            reason=body.reason,
            version=body.version,
            payment=body.payment,
            amount=amount,
            account=body.account,
        )
        return answer(found, by_hand)
    asked = RefundPayment(
        **wish,
        reason=body.reason,
        version=body.version,
        payment=body.payment,
        amount=amount,
        despite_dispute=body.despite_dispute,
    )
    return answer(found, asked)


@for_roles(Role.STAFF)
def by_hand(shop: str, order: str) -> Response:
    """What was returned by hand, and to which accounts."""
    found = returned_by_hand(parts(), order_in(shop, order).id)
    return as_json(
        {
            "refunds": [
                {
                    "correlation_id": one.correlation_id,
                    "payment": one.payment,
                    "amount": one.amount.amount,
                    "currency": one.amount.currency,
                    "account": one.account,
                    "recorded_at": one.at,
                    "actor": one.actor,
                }
                for one in found
            ]
        }
    )


def mark_paid(shop: str, order: str) -> Response:
    """Cash, or a bank transfer that carried the order's payment reference."""
    found, wish, body = begun("mark-paid", shop, order, PaidBody)
    paid = MarkPaid(
        **wish,
        reason=body.reason,
        version=body.version,
        reference=body.reference,
        amount=money(body.amount, found),
        transfer=body.transfer,
    )
    if paid.transfer.strip():
        # A transfer is the same wish whoever enters it: its name counts, not the caller's key.
        return as_json(told(_acted(found, paid)))
    if paid.version is None:
        raise ProblemRaised("invalid-body", detail="Without a transfer a version is needed.")
    return answer(found, paid)


def cancel(shop: str, order: str) -> Response:
    """Cancel, with or without sending back what was paid."""
    found, wish, body = begun("cancel", shop, order, CancelBody)
    cancelled = CancelOrder(**wish, reason=body.reason, version=body.version, refund=body.refund)
    return answer(found, cancelled)


def cancel_part(shop: str, order: str) -> Response:
    """Cancel some pieces, whatever their time to cancel; the rest of the order lives."""
    found, wish, body = begun("cancel-part", shop, order, CancelPartBody)
    part = CancelPart(
        **wish,
        reason=body.reason,
        version=body.version,
        pieces=chosen(found, [(one.product, one.quantity) for one in body.lines]),
        by_hand=body.method == "manual",
        account=body.account,
        waive_fee=body.waive_fee,
        quote=money(body.quote, found),
    )
    return answer(found, part)


def send_again(shop: str, order: str) -> Response:
    """A letter that was sent, or could not be, goes out once more."""
    found, wish, body = begun("receipts", shop, order, LetterBody)
    again = ResendLetter(**wish, reason=body.reason, receipt=body.receipt, letter=body.letter)
    return answer(found, again)


def begun(call: str, shop: str, order: str, struct: type[_B]) -> tuple[Order, Wish, _B]:
    """The order, who asks under which identity, and what; a problem if they may not."""
    asks = require(Role.STAFF, shop=shop)
    found = order_in(shop, order)
    cause, body = correlation_id(call, shop, order, asks.name), read(struct)
    return found, wish_of(asks, cause, body), body


def wish_of(asks: Identity, cause: UUID, body: Body) -> Wish:
    """What they wish with this body."""
    return Wish(
        correlation_id=cause,
        actor=asks.actor,
        at=now(),
        request=request_under(cause, body),
    )


def money(amount: int | None, order: Order) -> Money | None:
    """An amount of a body, in the order's currency."""
    return None if amount is None else Money(amount, order.currency)


def answer(found: Order, wish: StaffWish) -> Response:
    """The order after the wish; the first answer again when the wish was granted before."""
    before = answered_before(found.id, wish.request)
    return as_json(told(before or _acted(found, wish)))


def _acted(found: Order, wish: StaffWish) -> Order:
    """Whoever asked the same at the same moment gets the same answer."""
    after = carry_out(parts(), found.id, wish)
    return answered_before(found.id, wish.request) or after
