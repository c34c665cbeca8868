"""The letters about a cancellation: the one-time link, its receipt, the word that it is done."""

from adapters.mail.letters.confirmed import told_cancellation
from adapters.mail.letters.context import (
    Occasion,
    about_customer,
    about_everything,
    about_order,
    about_withdrawal,
    lost_before,
)
from adapters.mail.letters.letter import Action, Body, Statement
from ledger.order.cancellation_policy import LINK_LIFETIME, apart_from_time
from ledger.order.order import LinkRequest
from ledger.order.refund import Refund


def cancelled(at: Occasion) -> Body:
    """The order is cancelled, and no refund of its own tells so."""
    return Body(
        subject=at.say("Your order %(order)s is cancelled", order=at.order_number),
        mark=at.say("Cancelled"),
        tone="calm",
        heading=at.say("Your order is cancelled"),
        paragraphs=(at.greeting(), at.say("We have cancelled your order."), _money(at)),
        facts=(*about_everything(at, at.say("Receipt")), *about_withdrawal(at)),
        statement=Statement(sum_label=at.say("Total"), total=at.order.due),
        notes=(at.contact(),),
    )


def _money(at: Occasion) -> str:
    refund = at.order.refund_of(at.correlation_id)
    if refund is not None:
        return at.say(
            "The payment provider did not accept the refund. Ticket sales will arrange "
            "the money with you; you need not do anything."
        )
    taken = lost_before(at.order, at.order.cancelled_position)
    if taken:
        return at.say("Your bank took %(amount)s of your payment back.", amount=at.money(taken))
    if not at.order.due:
        return at.say("There was nothing to pay, so there is nothing to return.")
    return at.say("If money is to be returned to you, a letter of its own will tell you.")


def withdrawal(at: Occasion) -> Body:
    """A wish to cancel has come, and its refund has not been accepted: both are said (X8)."""
    refund = at.order.refunds[at.correlation_id]
    return Body(
        subject=at.say("We have received your withdrawal, order %(order)s", order=at.order_number),
        mark=at.say("Withdrawal"),
        tone="calm",
        heading=at.say("We have received your withdrawal"),
        paragraphs=(
            at.greeting(),
            at.say("You withdraw from the contract of this order."),
            _refused(at) if refund.was_refused else _asked(at, refund),
        ),
        facts=(*about_order(at), *about_withdrawal(at), *about_customer(at)),
        statement=Statement(sum_label=at.say("Total"), total=at.order.due),
        notes=(at.contact(),),
    )


def _asked(at: Occasion, refund: Refund) -> str:
    return at.say(
        "We have asked the payment provider to return %(amount)s and do not have its answer yet. "
        "We keep asking. You need not do anything; we write to you when it is done.",
        amount=at.money(refund.request.amount if refund.request else at.order.due),
    )


def _refused(at: Occasion) -> str:
    return at.say(
        "The payment provider refused the refund, so your tickets stay valid. Your wish to cancel "
        "is on record, and ticket sales will arrange the refund with you."
    )


def link(at: Occasion) -> Body:
    """The one-time link that cancels an order."""
    asked = next(one for one in at.order.links if one.correlation_id == at.correlation_id)
    return Body(
        subject=at.say("Link to cancel your order %(order)s", order=at.order_number),
        mark=at.say("One-time link"),
        tone="calm",
        heading=at.say("Do you want to cancel your order?"),
        paragraphs=(at.greeting(), *_invitation(at)),
        facts=(*about_order(at), (at.say("Total"), at.money(at.order.due))),
        action=_action(at, asked),
        notes=(
            at.say("If you did not ask for this, ignore this letter: nothing happens."),
            at.contact(),
        ),
    )


def _invitation(at: Occasion) -> tuple[str, ...]:
    asked = at.say("Somebody, most likely you, asked for a link to cancel this order.")
    told = told_cancellation(at, apart_from_time(at.order))
    return (asked, told) if told else (asked,)


def _action(at: Occasion, asked: LinkRequest) -> Action | None:
    """The link; none once the code was erased with the person."""
    if asked.code is None:
        return None
    return Action(
        label=at.say("Withdraw from contract here"),
        url=at.cancel_page(asked.code),
        note=at.say(
            "The link works once, for %(hours)s hours, until %(until)s. It opens a page that "
            "asks you to confirm: nothing is cancelled before you do.",
            hours=LINK_LIFETIME.total_seconds().__trunc__() // 3600,
            until=at.speech.moment(asked.requested_at + LINK_LIFETIME),
        ),
    )
