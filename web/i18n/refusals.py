"""What people read when the ledger says no."""

from flask_babel import lazy_gettext as _l

from ledger.kernel import refusals as no
from ledger.kernel.refusals import Refusal
from ledger.order.cancellation_policy import Eligibility
from ledger.order.order import Order
from ledger.order.status import Status, status
from ledger.payments.capabilities import capability
from ledger.shop.shop import Shop
from web.i18n.format import local, money
from web.i18n.gettext import _, ngettext


def of_lines(refusal: Refusal, shop: Shop) -> str | None:
    """Why these products cannot be ordered; None if the refusal is about something else."""
    match refusal:
        case no.NotEnoughSeats(product=product):
            return _(
                "There are not enough left of “%(product)s”. Choose fewer, or something else.",
                product=_title(shop, product),
            )
        case no.NotOnSale(product=product) | no.UnknownProduct(product=product):
            return _("“%(product)s” is not on sale just now.", product=_title(shop, product))
        case no.QuantityNotAllowed(product=product, maximum=maximum):
            return ngettext(
                "One order may hold at most %(num)d of “%(product)s”.",
                "One order may hold at most %(num)d of “%(product)s”.",
                maximum,
                product=_title(shop, product),
            )
        case no.AmountNotPayable(total=total):
            return _(
                "An order of %(amount)s cannot be paid here: the payment provider does not take"
                " that much, or that little, at once. Change how much you order.",
                amount=money(total),
            )
        case no.PriceChanged(expected_total=shown, total=total):
            return _(
                "The price has changed from %(before)s to %(now)s since you saw it. Nothing was"
                " ordered. Look at it again, then press once more.",
                before=money(shown),
                now=money(total),
            )
        case no.Busy():
            return _("Very many people are buying at this moment. Please press once more.")
        case _:
            return None


def of_field(field: str) -> str:
    """What may stand in a field of the customer's (SPEC C3)."""
    match field:
        case "email":
            return _("Enter an email address like name@example.com.")
        case "phone":
            return _("Enter a phone number of at most 50 characters, or leave it empty.")
        case "first_name":
            return _(
                "In the first name, use only letters, spaces, apostrophes and hyphens,"
                " at most 50 characters."
            )
        case _:
            return _(
                "In the last name, use only letters, spaces, apostrophes and hyphens,"
                " at most 50 characters."
            )


# By the codes of `ledger.order.cancellation_policy` (SPEC X1).
_HINDRANCES = {
    "not_paid": _l("Only a paid order can be cancelled here."),
    "no_self_service": _l("This shop does not take cancellations by itself."),
    "too_late": _l("The time for cancelling this order is over."),
    "not_refundable": _l("This payment cannot be returned automatically."),
    "disputed": _l("The payment is disputed at the bank."),
    "refund_under_way": _l("A refund of this order is under way already."),
    "cancelled": _l("This order is cancelled already."),
}


# Of an order without the whole price, or whose price is not ours yet, by its status.
_UNPAID = {
    Status.AUTHORIZED: _l("The payment is authorized and not charged yet: it is confirmed first."),
    Status.PENDING: _l("The payment has not come yet, so there is nothing to cancel here."),
    Status.FAILED: _l("Nothing was paid. Unless you pay, the order ends by itself."),
    Status.NOT_STARTED: _l("Nothing was paid. Unless you pay, the order ends by itself."),
    Status.PARTIALLY_REFUNDED: _l(
        "A part of the money has been returned already; ticket sales returns the rest."
    ),
    Status.REFUNDED: _l("All the money of this order has been returned already."),
}


def why_not_cancellable(answer: Eligibility, order: Order) -> str:
    """Why an order cannot be cancelled by its customer here, as is true of its status."""
    word = status(order)
    if word is Status.REFUND_FAILED:
        return _("Ticket sales is arranging the refund of this order.")
    if answer.reason == "not_paid" and order.under_way:
        return _("The payment is still under way at the bank; the order can be cancelled after.")
    if answer.reason == "not_paid" and order.received and word is Status.PENDING:
        return _("A part of the payment is missing; ticket sales returns what came.")
    if answer.reason == "not_refundable" and _paid_by_hand(order):
        return _("This order was not paid through a payment provider; ticket sales can help.")
    if answer.reason == "not_paid" and word in _UNPAID:
        return str(_UNPAID[word])
    return str(_HINDRANCES.get(answer.reason) or _("This order cannot be cancelled here."))


def _paid_by_hand(order: Order) -> bool:
    return any(capability(one.provider).by_hand for one in order.standing_payments)


def _title(shop: Shop, product: str) -> str:
    known = shop.products.get(product)
    return local(known.title) if known else product
