"""How an order stands, in plain sentences with what happens next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.order.decisions.capture import grace_ends
from ledger.order.order import Order
from ledger.order.payable import pay_until, payable
from ledger.order.refund import OWED_BY_SHOP
from ledger.order.stamps import Cause
from ledger.order.status import Status, flags, status
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


def standing(order: Order) -> Standing:
    """What the top of the order page says."""
    return _TOLD[status(order)](order)


def needs_contact(order: Order) -> bool:
    """Whether whom to ask belongs below it: money is on its way back, or a person decides."""
    if order.refund_pending:
        return True
    word = status(order)
    return word in _BY_A_PERSON or (word is Status.CANCELLED and bool(order.received))


_BY_A_PERSON = frozenset({Status.REFUND_FAILED, Status.DISPUTED, Status.CHARGED_BACK})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressStep:
    """A step of tickets on their way to their owner. `state` is done, current or ahead."""

    word: str
    state: str


_ON_ITS_WAY = (Status.NOT_STARTED, Status.FAILED, Status.PENDING, Status.AUTHORIZED, Status.PAID)


def progress(order: Order, *, waits: bool) -> Sequence[ProgressStep]:
    """Pending in a cart, reserved by the order, confirmed by its money; empty where that is over.

    `waits`: somebody is back from the payment page, and we wait for its provider's word.
    """
    word = status(order)
    if word not in _ON_ITS_WAY:
        return ()
    paying = waits or bool(order.under_way) or word is Status.AUTHORIZED
    at = 3 if word is Status.PAID else 2 if paying else 1
    words = (_("Chosen"), _("Reserved for you"), _("Confirmed"))
    return [
        ProgressStep(word=one, state="done" if n < at else "current" if n == at else "ahead")
        for n, one in enumerate(words)
    ]


def _unpaid(order: Order) -> Standing:
    """Nobody has begun to pay."""
    return Standing(
        tone="wait",
        badge=_("Not paid"),
        headline=_("Your order is waiting for payment"),
        story=_(
            "We hold your places until %(when)s. If the order is not paid by then,"
            " it is cancelled and costs you nothing.",
            when=moment(pay_until(order)),
        ),
    )


def _pending(order: Order) -> Standing:
    """Waiting for money: not begun, under way, or partly there."""
    if payable(order) and order.received:
        return _underpaid(order)
    attempt = newest(order)
    if attempt is not None and attempt.silent and not order.under_way:
        return _unanswered(order)
    if not order.under_way:
        return _unpaid(order)
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
            when=moment(pay_until(order)),
        ),
    )


def _authorized(order: Order) -> Standing:
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


def _failed(order: Order) -> Standing:
    """The last word of every try to pay was no."""
    return Standing(
        tone="bad",
        badge=_("Payment failed"),
        headline=_("The payment did not go through"),
        story=_(
            "Your last try to pay was declined, and nothing was charged for it. You can try again,"
            " with another way of paying if you like."
            " We hold your places until %(when)s.",
            when=moment(pay_until(order)),
        ),
    )


def _paid(order: Order) -> Standing:
    free = order.free_confirmed is not None
    story = _("The confirmation goes to the email address that you gave with the order.")
    return Standing(
        tone="good",
        badge=_("Confirmed") if free else _("Paid"),
        headline=_("Your order is confirmed") if free else _("Thank you, your order is paid"),
        story=_told_late(order, story),
    )


def _told_late(order: Order, story: str) -> str:
    return f"{_came_late(order)} {story}".strip()


def _came_late(order: Order) -> str:
    """What became of money that came after the time to pay (SPEC P6); empty of any other."""
    if order.cancelled_cause is not Cause.UNPAID:
        return ""
    if order.alive:
        return _(
            "Your payment came after the time to pay was over. Your places were still there, and"
            " they are yours."
        )
    if "late_payment" in flags(order):
        return _(
            "Your payment came after the time to pay was over, when your places had been sold."
        )
    return ""


def _cancelled(order: Order) -> Standing:
    if order.cancelled_cause in OWED_BY_SHOP and order.held:
        story = _("Ticket sales return %(amount)s to you by hand.", amount=money(order.held))
    elif order.received:
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
            story=_told_late(
                order,
                _(
                    "We have asked the payment provider to return %(amount)s and do not have its"
                    " answer yet. We keep asking. You need not do anything.",
                    amount=money(order.refund_pending),
                ),
            ),
        )
    return Standing(
        tone="good",
        badge=_("Refund under way"),
        headline=_("Your refund is on its way"),
        story=_told_late(order, " ".join(filter(None, (_promised(order), _rest(order))))),
    )


def _promised(order: Order) -> str:
    return _(
        "The payment provider has accepted the refund of %(amount)s."
        " The money is in your account within 5 banking days.",
        amount=money(order.refund_pending),
    )


def _rest(order: Order) -> str:
    """What stays when a part is cancelled."""
    gone = order.alive and bool(order.amendments)
    return _("The rest of your order stays valid.") if gone else ""


def _refund_failed(order: Order) -> Standing:
    if _failed_parts(order):
        story = _(
            "A part of the order is cancelled, and the rest stays valid. Ticket sales will arrange"
            " the refund with you."
        )
    elif order.alive:
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


def _failed_parts(order: Order) -> bool:
    """Pieces are gone, and their money did not go back."""
    failed = (one for one in order.refunds.values() if one.was_refused or one.failed_late)
    return order.alive and any(one.correlation_id in order.amendments for one in failed)


def _swapped(order: Order) -> str:
    return _(
        "%(amount)s of what you paid was set against a new order, which you have a letter about.",
        amount=money(order.given_over),
    )


def _refunded(order: Order) -> Standing:
    if order.given_over:
        return Standing(
            tone="quiet",
            badge=_("Replaced"),
            headline=_("Your order was replaced"),
            story=_swapped(order),
        )
    return Standing(
        tone="quiet",
        badge=_("Refunded"),
        headline=_("Your money has been returned"),
        story=_told_late(
            order,
            _(
                "We have returned %(amount)s. It is in your account within 5 banking days of the"
                " refund.",
                amount=money(order.refunded),
            ),
        ),
    )


def _partly_refunded(order: Order) -> Standing:
    if order.given_over:
        return Standing(
            tone="good",
            badge=_("Partly replaced"),
            headline=_("A part of your order was replaced"),
            story=" ".join(filter(None, (_swapped(order), _rest(order)))),
        )
    if order.amendments:
        return Standing(
            tone="good",
            badge=_("Partly cancelled"),
            headline=_("A part of your order is cancelled"),
            story=_(
                "We have returned %(amount)s. The rest of your order stays valid.",
                amount=money(order.refunded),
            ),
        )
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
    Status.AUTHORIZED: _authorized,
    Status.PENDING: _pending,
    Status.FAILED: _failed,
    Status.NOT_STARTED: _unpaid,
    Status.CHARGED_BACK: _charged_back,
    Status.REFUND_REQUESTED: _refund_requested,
    Status.REFUND_FAILED: _refund_failed,
    Status.REFUNDED: _refunded,
    Status.PARTIALLY_REFUNDED: _partly_refunded,
}
