"""The letter that confirms an order: the receipt of a payment, or of a free order."""

from datetime import datetime

from adapters.mail.letters.context import Occasion, about_everything, about_tickets, vat_of_order
from adapters.mail.letters.letter import Action, Body, Statement
from ledger.kernel.money import Money
from ledger.kernel.values import replace
from ledger.order.cancellation_policy import eligibility, quote
from ledger.order.order import Order


def confirmed(at: Occasion) -> Body:
    """Confirmation and receipt."""
    return Body(
        subject=_subject(at),
        mark=at.say("Paid") if at.order.due else at.say("Confirmed"),
        tone="good",
        heading=at.say("Thank you for your order"),
        paragraphs=(at.greeting(), _what_happened(at), *about_tickets(at)),
        facts=about_everything(at, at.say("Receipt")),
        statement=Statement(
            sum_label=at.say("Total"), total=at.order.due, vat=vat_of_order(at.order)
        ),
        action=_cancelling(at),
        notes=(at.contact(),),
        tickets=bool(at.order.valid_tickets),
    )


def _subject(at: Occasion) -> str:
    if at.order.valid_tickets:
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
    paid = _as_paid(at)
    verdict = eligibility(paid, _paid_at(at))
    if not verdict.allowed or verdict.deadline is None:
        return None
    until = at.speech.moment(verdict.deadline)
    note = at.say("You can cancel this order yourself until %(deadline)s.", deadline=until)
    fee = _fee(at, quote(paid).fee)
    return Action(label=at.say("See or cancel your order"), url=at.page, note=note + fee)


def _fee(at: Occasion, fee: Money) -> str:
    if not fee:
        return ""
    return " " + at.say("A cancellation fee of %(fee)s is kept back.", fee=at.money(fee))


def _as_paid(at: Occasion) -> Order:
    """The order without what came later, so that its letter reads the same for ever."""
    order = at.order
    this = order.attempts.get(at.correlation_id)
    attempts = {at.correlation_id: replace(this, received=this.marked)} if this else {}
    return replace(order, attempts=attempts, refunds={}, disputes={}, cancelled=None)


def _paid_at(at: Occasion) -> datetime:
    attempt = at.order.attempts.get(at.correlation_id)
    return attempt.paid_at if attempt and attempt.paid_at else at.placed_at
