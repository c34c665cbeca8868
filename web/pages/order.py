"""The order page: how it stands, what happened, what can still be done. Nothing personal."""

from datetime import datetime
from math import ceil

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from ledger.kernel.bank_transfer import bar_code_of, in_fours
from ledger.kernel.money import shares
from ledger.kernel.refusals import ShopUnreadable
from ledger.order import cancellation_policy as cancellation
from ledger.order.decisions.capture import grace_ends
from ledger.order.decisions.shop_change import choice_hindrance
from ledger.order.order import Order
from ledger.order.part_policy import can_choose, kept_by_rate
from ledger.order.payable import pay_until, payable
from ledger.order.status import Status, status
from ledger.payments.provider import newest
from ledger.shop.stamps import Preferences
from web.actions.pay import paid_without_page
from web.http.addresses import now, order_and_history, order_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.format import local, told_in
from web.i18n.gettext import _
from web.i18n.refusals import told_cancellation
from web.pages.cart import rest_of_cart
from web.pages.forms import PressForm
from web.pages.grace_cancel import offered_token
from web.pages.order_headline import confirmation, needs_contact, progress, standing
from web.pages.order_timeline import timeline
from web.pages.pay import LOOKS, come_back, times_looked, try_again
from web.pages.tickets import shown
from web.pages.visit import times

pages = Blueprint("orders", __name__)


@pages.get("/<shop>/orders/<order>")
def page(shop: str, order: str) -> str:
    """The page of one order. Its address is the only key to it."""
    found, history = order_and_history(shop, order)
    back = come_back(shown_in_its_zone(found), times_looked())
    if back.order is not found:
        history = parts().orders.history(found.id)  # looking there brought news
    found, at = back.order, now()
    return render_template(
        "order.html",
        order=found,
        needs_contact=needs_contact(found),
        declined=status(found) is Status.FAILED,
        standing=confirmation(found) if back.waits else standing(found),
        look=back.looks,
        look_again=back.again,
        last_look=back.last,
        looks=LOOKS,
        timeline=timeline(history, instructed=bool(_how_to_pay(found))),
        vat=vat_of(found),
        payable=payable(found),
        pay_until=pay_until(found),
        pending=bool(found.under_way),
        by_hand=paid_without_page(newest(found)),
        how_to_pay=_how_to_pay(found),
        transfer=_transfer(found),
        tickets=shown(found, at),
        cancelling=cancellation.eligibility(found, at),
        can_choose=can_choose(found),
        may_choose=not choice_hindrance(found, at),
        paused=cancellation.link_just_sent(found, at),
        told_cancellation=told_cancellation,
        at_once=offered_token(found),
        grace_ends=grace_ends(found),
        grace_left=_seconds_left(found, at),
        progress=progress(found, waits=back.waits),
        times=_times(found),
        again="again" in request.args,
        rest=rest_of_cart(found),
        form=PressForm(),
    )


@pages.post("/<shop>/orders/<order>/pay")
def pay(shop: str, order: str) -> Response:
    """Another try to pay, then see other: the payment page."""
    slow_down("pay", limit=20)
    return try_again(order_in(shop, order))


def _seconds_left(order: Order, at: datetime) -> int:
    """Whole seconds in which one press still cancels for nothing; 0 without a grace period."""
    ends = grace_ends(order)
    return max(0, ceil((ends - at).total_seconds())) if ends else 0


def shown_in_its_zone(order: Order) -> Order:
    """Dates on this page are those of the order's shop."""
    told_in(order.terms.timezone)
    return order


def vat_of(order: Order) -> list[tuple[str, object]]:
    """The VAT inside the order's total, per rate; what goes back for pieces is not in it."""
    kept = kept_by_rate(order, before=order.position + 1)
    return [(one.rate, one.vat) for one in shares(kept) if one.base or not order.amendments]


def _times(order: Order) -> list[str]:
    """When it takes place, as the order was told last."""
    known = order.visit
    doors_at, ends_at = (known.doors_at, known.ends_at) if known else (None, None)
    return times(order.starts_at, doors_at=doors_at, ends_at=ends_at)


def _preferences(order: Order) -> Preferences | None:
    """The shop of the order as it is today; None if it is unreadable, which harms no order."""
    try:
        return parts().shops.get(order.terms.shop_slug).terms
    except ShopUnreadable:
        return None


def _how_to_pay(order: Order) -> str:
    """The shop's own words on how to pay by hand, as they are today."""
    known = _preferences(order)
    texts = known.how_to_pay if known else {}
    return local(texts)


def _transfer(order: Order) -> dict[str, str]:
    """The account of the shop as it is today, and the codes that a payer's bank reads."""
    known = _preferences(order)
    account = known.bank_account if known else None
    if account is None:
        return {}
    amount, reference = order.missing, order.payment_reference
    title = _("EPC QR code of this bank transfer")
    return {
        "holder": account.holder,
        "iban": in_fours(account.iban),
        "bic": account.bic,
        "bar_code": bar_code_of(
            account.iban,
            amount=amount,
            reference=reference,
            due=pay_until(order),
            timezone=order.terms.timezone,
        ),
        "qr": parts().transfer_svg(account, amount=amount, reference=reference, title=title),
    }
