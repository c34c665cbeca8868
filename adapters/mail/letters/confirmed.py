"""The letter that confirms an order: the receipt of a payment, or of a free order."""

from datetime import datetime

from adapters.mail.letters.context import (
    Occasion,
    about_everything,
    about_tickets,
    about_visit,
    vat_of_order,
)
from adapters.mail.letters.letter import Action, Body, Statement
from ledger.kernel.values import replace
from ledger.order.cancellation_policy import Eligibility, eligibility
from ledger.order.order import Order


def confirmed(at: Occasion) -> Body:
    """Confirmation and receipt."""
    return Body(
        subject=_subject(at),
        mark=at.say("Paid") if at.order.terms.total else at.say("Confirmed"),
        tone="good",
        heading=at.say("Thank you for your order"),
        paragraphs=(at.greeting(), _what_happened(at), *about_tickets(at)),
        facts=(*about_visit(at), *about_everything(at, at.say("Receipt"))),
        statement=Statement(
            sum_label=at.say("Total"), total=at.order.terms.total, vat=vat_of_order(at.order)
        ),
        action=_cancelling(at),
        notes=(at.contact(),),
        tickets=bool(at.order.own_tickets),
    )


def _subject(at: Occasion) -> str:
    if at.order.own_tickets:
        return at.say("Your tickets, order %(order)s", order=at.order_number)
    return at.say("Confirmation of your order %(order)s", order=at.order_number)


def _what_happened(at: Occasion) -> str:
    attempt = at.order.attempts.get(at.correlation_id)
    received = attempt.marked if attempt else None
    if received is None:
        return at.say("Your order is confirmed. There is nothing to pay.")
    return at.say(
        "We have received your payment of %(amount)s. Your order is confirmed.",
        amount=at.money(received),
    )


def _cancelling(at: Occasion) -> Action | None:
    """Until when and where the order can be cancelled, judged as of the payment."""
    told = told_cancellation(at, eligibility(_as_paid(at), _paid_at(at)))
    label = at.say("See or cancel your order")
    return Action(label=label, url=at.page, note=told) if told else None


def told_cancellation(at: Occasion, answer: Eligibility) -> str:
    """The policy's yes, in the sentences of the order's page; nothing where it says no."""
    if not answer.allowed or answer.deadline is None:
        return ""
    until, fee = at.speech.moment(answer.deadline), answer.quote.fee
    told = at.say("You can cancel this order yourself until %(deadline)s.", deadline=until)
    kept = at.say("A cancellation fee of %(fee)s is kept back.", fee=at.money(fee))
    return f"{told} {kept}" if fee else told


def _as_paid(at: Occasion) -> Order:
    """The order without what came later, so that its letter reads the same for ever."""
    order = at.order
    this = order.attempts.get(at.correlation_id)
    attempts = {at.correlation_id: replace(this, received=this.marked)} if this else {}
    return replace(
        order,
        attempts=attempts,
        refunds={},
        disputes={},
        cancelled=None,
        amendments={},
        freed={},
        scans={},
    )


def _paid_at(at: Occasion) -> datetime:
    attempt = at.order.attempts.get(at.correlation_id)
    return attempt.paid_at if attempt and attempt.paid_at else at.placed_at
