"""How an order stands while its money is awaited."""

from dataclasses import dataclass

from ledger.order.decisions.capture import grace_ends
from ledger.order.order import Order
from ledger.order.payable import pay_by, payable
from ledger.order.status import Status, status
from ledger.payments.provider import newest
from web.i18n.format import moment, money
from web.i18n.gettext import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`tone` is good, wait, bad or quiet; `badge` a word or two; `story` whole sentences."""

    tone: str
    badge: str
    headline: str
    story: str


def pays_later(order: Order) -> bool:
    """Whether the customer is through with the page, and the money is still on its way."""
    return bool(order.under_way)


def may_turn_out_paid(order: Order) -> bool:
    """Whether a payment page may bring money that nobody has told us of.

    Neither a declined try nor a cancellation is the last word about a page (SPEC P15).
    """
    if order.reserved or not order.missing:
        return False
    return any(one.open and (one.redirect_url or one.silent) for one in order.attempts.values())


def confirmation(order: Order) -> Standing:
    """Somebody is back from the payment page, and its provider has not told us what they did."""
    declined = status(order) is Status.FAILED
    return Standing(
        tone="wait",
        badge=_("Waiting for confirmation"),
        headline=_("We are waiting for the confirmation of your payment"),
        story=_(
            "A try to pay was declined before. If you paid after that, the payment provider usually"
            " tells us within a minute, and we write to you as soon as the payment is confirmed."
        )
        if declined
        else _(
            "The payment provider usually tells us within a minute. You may close this page:"
            " we write to you as soon as the payment is confirmed."
        ),
    )


def unpaid(order: Order) -> Standing:
    """Nobody has begun to pay."""
    return Standing(
        tone="wait",
        badge=_("Not paid"),
        headline=_("Your order is waiting for payment"),
        story=_(
            "We hold your places until %(when)s. If the order is not paid by then,"
            " it is cancelled and costs you nothing.",
            when=moment(pay_by(order)),
        ),
    )


def pending(order: Order) -> Standing:
    """Waiting for money: not begun, under way, or partly there."""
    if payable(order) and order.received:
        return _underpaid(order)
    attempt = newest(order)
    if attempt is not None and attempt.silent and not order.under_way:
        return _unanswered(order)
    if not order.under_way:
        return unpaid(order)
    return Standing(
        tone="wait",
        badge=_("Payment under way"),
        headline=_("Your payment is under way"),
        story=_(
            "The way of paying that you chose can take a few days. Your places are held meanwhile,"
            " and we write to you as soon as the money has come. You need not do anything."
        ),
    )


def _unanswered(order: Order) -> Standing:
    return Standing(
        tone="wait",
        badge=_("Not paid"),
        headline=_("The payment page could not be opened yet"),
        story=_(
            "The payment provider has not answered us. Nothing was charged. Please try again;"
            " we hold your places until %(when)s.",
            when=moment(pay_by(order)),
        ),
    )


def authorized(order: Order) -> Standing:
    """The money is kept ready, and not taken."""
    charged_from = grace_ends(order) or order.placed_at
    assert charged_from is not None, "only asked of an order that was placed"
    return Standing(
        tone="good",
        badge=_("Authorized"),
        headline=_("Thank you, your payment is authorized"),
        story=_(
            "Your bank keeps %(amount)s ready for this order. Nothing is charged before %(when)s."
            " Your places are held, and we write to you as soon as the order is confirmed.",
            amount=money(order.reserved),
            when=moment(charged_from),
        ),
    )


def _underpaid(order: Order) -> Standing:
    return Standing(
        tone="wait",
        badge=_("Partly paid"),
        headline=_("A part of the payment is missing"),
        story=_(
            "%(covered)s of %(due)s are paid. Please pay the rest, %(missing)s,"
            " to keep your order.",
            covered=money(order.covered),
            due=money(order.due),
            missing=money(order.missing),
        ),
    )


def failed(order: Order) -> Standing:
    """The last word of every try to pay was no."""
    return Standing(
        tone="bad",
        badge=_("Payment failed"),
        headline=_("The payment did not go through"),
        story=_(
            "Your last try to pay was declined, and nothing was charged for it. You can try again,"
            " with another way of paying if you like."
            " We hold your places until %(when)s.",
            when=moment(pay_by(order)),
        ),
    )
