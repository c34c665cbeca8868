"""The labelled values of a letter: which order, when, whose."""

from collections.abc import Sequence

from adapters.letters.occasion import Occasion

Fact = tuple[str, str]


def about_order(at: Occasion) -> Sequence[Fact]:
    """Which order a letter is about."""
    return (
        (at.say("Order"), at.order_number),
        (at.say("Ordered on"), at.speech.moment(at.placed_at)),
    )


def about_receipt(at: Occasion, label: str) -> Sequence[Fact]:
    """The receipt's own number and the payment's reference, where there are any."""
    numbered = [(label, str(at.number))] if at.number is not None else []
    reference = at.order.payment_reference
    return (*numbered, *([(at.say("Payment reference"), reference)] if reference else []))


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
