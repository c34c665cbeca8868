"""The labelled values of a letter: which order, when, whose."""

from collections.abc import Sequence

from adapters.mail.letters.context import Occasion
from ledger.order.stamps import Cause

Fact = tuple[str, str]


def about_order(at: Occasion) -> Sequence[Fact]:
    """Which order a letter is about."""
    return (
        (at.say("Order"), at.order_number),
        (at.say("Ordered on"), at.speech.moment(at.placed_at)),
    )


def about_receipt(at: Occasion, label: str) -> Sequence[Fact]:
    """The receipt's own number and date and the payment's reference, where there are any."""
    numbered = [(label, str(at.number))] if at.number is not None else []
    if at.issued_at is not None:
        numbered.append((at.say("Date"), at.speech.date(at.issued_at)))
    reference = at.order.payment_reference
    return (*numbered, *([(at.say("Payment reference"), reference)] if reference else []))


def about_withdrawal(at: Occasion) -> Sequence[Fact]:
    """When the customer's own wish to cancel came, where that is what a letter is about (X8)."""
    refund, order = at.order.refund_of(at.correlation_id), at.order
    came = refund.requested_at if refund and refund.request else None
    wished = refund.request.cause if refund and refund.request else None
    if refund is None and order.cancelled == at.correlation_id:
        came, wished = order.cancelled_at, order.cancelled_cause
    if came is None or wished is not Cause.CUSTOMER:
        return ()
    return ((at.say("Withdrawal received on"), at.speech.moment(came)),)


def about_customer(at: Occasion) -> Sequence[Fact]:
    """Who ordered; only that it was removed, once the person was erased."""
    customer = at.order.terms.customer
    if customer is None:
        return ((at.say("Customer"), at.say("removed at the person's request")),)
    rows = (
        (at.say("Name"), f"{customer.first_name} {customer.last_name}"),
        (at.say("E-mail"), customer.email),
        (at.say("Phone"), customer.phone),
    )
    return tuple(row for row in rows if row[1])


def about_everything(at: Occasion, label: str) -> Sequence[Fact]:
    """The head of a receipt."""
    return (*about_order(at), *about_receipt(at, label), *about_customer(at))
