"""What somebody can do next when a page said no: a sentence, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from web.i18n.gettext import _


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOn:
    """`advice` says what to do; the button `label` leads to `address`."""

    advice: str
    label: str
    address: str


_BY_SLUG: Mapping[str, object] = {
    "csrf": _l("Open the page again and press once more."),
    "too-many-requests": _l("Please wait a minute, then press again. Nothing is lost."),
    "letter-too-soon": _l("Please wait a minute, then press again. Nothing is lost."),
    "unavailable": _l("Please wait a moment, then try again. What was confirmed is not lost."),
    "busy": _l("Please wait a moment, then try again. What was confirmed is not lost."),
    "internal-error": _l("Please try again. If it happens again, write to ticket sales."),
    "not-payable": _l("The page of the order tells how it stands, and what can be done."),
    "too-large": _l("Please type less, or leave out what was attached."),
}
_BY_STATUS: Mapping[int, object] = {
    400: _l("Open the page again and type it once more."),
    401: _l("Use the link from your letter, or ask ticket sales."),
    403: _l("Use the newest link from your letters, or ask ticket sales."),
    404: _l("Check the address: in a letter, it may go on in the next line."),
    405: _l("Open the page again and use its buttons."),
}
# Buttons, and the pages that they stand on.
_PAGES: Mapping[str, str] = {
    "orders.pay": "orders.page",
    "changed_mind.cancel": "orders.page",
    "cancellation.ask": "cancellation.explain",
    "cancellation.confirm": "cancellation.look",
    "withdrawal.ask": "withdrawal.form",
    "checkout.place": "shop.catalogue",
}


def way_on(slug: str, status: int) -> WayOn:
    """The next step after this problem, from the page that this visitor was on."""
    advice = _BY_SLUG.get(slug) or _BY_STATUS.get(status) or ""
    page = _PAGES.get(request.endpoint or "")
    if page is not None:
        known = dict(request.view_args or {})
        if page == "shop.catalogue":
            known = {"shop": known["shop"]}
        return WayOn(
            advice=str(advice), label=_("Back to the page"), address=url_for(page, **known)
        )
    return WayOn(advice=str(advice), label=_("To the shops"), address=url_for("shop.index"))
