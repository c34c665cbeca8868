"""How an order stands, in plain sentences with what happens next."""

from collections.abc import Callable, Mapping

from ledger.order.order import Order
from ledger.order.stamps import Cause
from ledger.order.status import Status, flags, status
from web.i18n.format import money
from web.i18n.gettext import _
from web.pages.awaiting import Standing, authorized, failed, pending, unpaid


def standing(order: Order) -> Standing:
    """What the top of the order page says."""
    return _TOLD[status(order)](order)


def _paid(order: Order) -> Standing:
    free = order.free_confirmed is not None
    return Standing(
        tone="good",
        badge=_("Confirmed") if free else _("Paid"),
        headline=_("Your order is confirmed") if free else _("Thank you, your order is paid"),
        story=_("The confirmation goes to the email address that you gave with the order."),
    )


def _cancelled(order: Order) -> Standing:
    if order.received:
        story = _("Ticket sales can tell you about the money that you paid.")
    elif order.reserved:
        story = _("Nothing was charged. Your bank may show the amount as reserved for some days.")
    elif order.cancelled_cause is Cause.UNPAID:
        story = _("It was not paid in time. Nothing was charged, and the places are free again.")
    else:
        story = _("Nothing was charged. You need not do anything.")
    return Standing(
        tone="quiet", badge=_("Cancelled"), headline=_("This order is cancelled"), story=story
    )


def _refund_requested(order: Order) -> Standing:
    if "refund_unknown" in flags(order):
        return Standing(
            tone="wait",
            badge=_("Refund under way"),
            headline=_("We are waiting for an answer about your refund"),
            story=_(
                "We have asked the payment provider to return %(amount)s and do not have its answer"
                " yet. We keep asking. You need not do anything.",
                amount=money(order.refund_pending),
            ),
        )
    return Standing(
        tone="good",
        badge=_("Refund under way"),
        headline=_("Your refund is on its way"),
        story=_(
            "The payment provider has accepted the refund of %(amount)s."
            " The money is in your account within 5 banking days.",
            amount=money(order.refund_pending),
        ),
    )


def _refund_failed(order: Order) -> Standing:
    if order.alive:
        story = _(
            "Your wish to cancel is on record. Your tickets stay valid until ticket sales has"
            " arranged the refund with you."
        )
    else:
        story = _("The order is cancelled. Ticket sales will arrange the refund with you.")
    return Standing(
        tone="bad",
        badge=_("Refund failed"),
        headline=_("The refund could not be made"),
        story=story,
    )


def _refunded(order: Order) -> Standing:
    return Standing(
        tone="quiet",
        badge=_("Refunded"),
        headline=_("Your money has been returned"),
        story=_(
            "We have returned %(amount)s. It is in your account within 5 banking days of the"
            " refund.",
            amount=money(order.refunded),
        ),
    )


def _partly_refunded(order: Order) -> Standing:
    return Standing(
        tone="good",
        badge=_("Partly refunded"),
        headline=_("A part of your money has been returned"),
        story=_(
            "We have returned %(amount)s. Your order stays valid.", amount=money(order.refunded)
        ),
    )


def _disputed(order: Order) -> Standing:
    return Standing(
        tone="wait",
        badge=_("Disputed"),
        headline=_("The payment is disputed"),
        story=_(
            "Your bank has asked for %(amount)s of this payment back. Ticket sales can tell you"
            " what happens next.",
            amount=money(order.disputed),
        ),
    )


def _charged_back(order: Order) -> Standing:
    if order.alive:
        what = _("The order is not paid any more. Ticket sales will be in touch with you.")
    else:
        what = _("The order is cancelled. You need not do anything.")
    took = _("Your bank took %(amount)s of the payment back.", amount=money(order.lost))
    return Standing(
        tone="bad" if order.alive else "quiet",
        badge=_("Charged back"),
        headline=_("Your bank took the payment back"),
        story=f"{took} {what}",
    )


_TOLD: Mapping[Status, Callable[[Order], Standing]] = {
    Status.DISPUTED: _disputed,
    Status.CANCELLED: _cancelled,
    Status.PAID: _paid,
    Status.AUTHORIZED: authorized,
    Status.PENDING: pending,
    Status.FAILED: failed,
    Status.NOT_STARTED: unpaid,
    Status.CHARGED_BACK: _charged_back,
    Status.REFUND_REQUESTED: _refund_requested,
    Status.REFUND_FAILED: _refund_failed,
    Status.REFUNDED: _refunded,
    Status.PARTIALLY_REFUNDED: _partly_refunded,
}
