"""What staff take back because it was a mistake; somebody else approves it."""

from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response
from msgspec import Meta

from ledger.order.commands import WithdrawCancellation, WithdrawPayment
from web.api.bodies import Body
from web.api.staff import Reason, Version, answer, begun

# Stored in the clear: an opaque name, such as a token's, and no address.
Approver = Annotated[
    str,
    Meta(
        max_length=50,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]*$",
        description="Who agreed: a name, such as a token's, of somebody else than the caller.",
    ),
]


class WithdrawnPaymentBody(Body, frozen=True):
    """`payment` is its correlation id; the newest that was marked by hand if left out."""

    reason: Reason
    version: Version
    approver: Approver
    payment: UUID | None = None


class WithdrawnCancellationBody(Body, frozen=True):
    """Who approved, and why."""

    reason: Reason
    version: Version
    approver: Approver


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/orders/<order>/mark-paid/withdraw")(payment)
    api.post("/shops/<shop>/orders/<order>/cancel/withdraw")(cancellation)


def payment(shop: str, order: str) -> Response:
    """Money that was marked as paid by hand never came."""
    found, wish, body = begun("withdraw-payment", shop, order, WithdrawnPaymentBody)
    taken = WithdrawPayment(
        **wish,
        reason=body.reason,
        version=body.version,
        approver=body.approver,
        payment=body.payment,
    )
    return answer(found, taken)


def cancellation(shop: str, order: str) -> Response:
    """Ticket sales cancelled the order by mistake; its seats are taken again."""
    found, wish, body = begun("withdraw-cancellation", shop, order, WithdrawnCancellationBody)
    taken = WithdrawCancellation(
        **wish, reason=body.reason, version=body.version, approver=body.approver
    )
    return answer(found, taken)
