"""What somebody can do next when a page said no: a sentence, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from web.http.addresses import shop_here
from web.http.problems import Problem
from web.i18n.gettext import _


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLink:
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
    "late-cancel": _l("The page of the order tells how it stands, and what can be done."),
    "partial-capture": _l("The page of the order tells how it stands, and what can be done."),
    "too-large": _l("Please type less, or leave out what was attached."),
}
# Who works here has no letter with a link.
_IN_THE_OFFICE: Mapping[str, object] = {
    "forbidden": _l("Your roles do not reach that far. Ask an admin of the shop, if you need it."),
}
_BY_STATUS: Mapping[int, object] = {
    400: _l("Open the page again and type it once more."),
    401: _l("Use the link from your letter, or ask ticket sales."),
    403: _l("Use the newest link from your letters, or ask ticket sales."),
    404: _l("Check the address: in a letter, it may go on in the next line."),
    405: _l("Open the page again and use its buttons."),
}
# What a title and a sentence for programs say to people.
_FOR_PEOPLE: Mapping[str, tuple[object, object]] = {
    "method-not-allowed": (
        _l("Not a page"),
        _l("This is where a button of a page leads. Nothing was done by opening it."),
    ),
}
# Whatever takes only presses, and the page that its button stands on.
_PAGES: Mapping[str, str] = {
    "orders.pay": "orders.page",
    "grace_cancel.cancel": "orders.page",
    "cancellation.ask": "cancellation.explain",
    "cancellation.confirm": "cancellation.look",
    "withdrawal.ask": "withdrawal.form",
    "checkout.place": "shop.catalogue",
}


def for_people(problem: Problem) -> Problem:
    """The same problem without the words of HTTP."""
    words = _FOR_PEOPLE.get(problem.slug)
    return replace(problem, title=str(words[0]), detail=str(words[1])) if words else problem


def next_link(slug: str, status: int) -> NextLink:
    """The next step after this problem, from the page that this visitor was on."""
    office = request.path.startswith("/admin/")
    known_advice = _IN_THE_OFFICE.get(slug) if office else None
    advice = str(known_advice or _BY_SLUG.get(slug) or _BY_STATUS.get(status) or "")
    endpoint, known = _asked_for()
    page = _PAGES.get(endpoint)
    if page is not None and status != 404:
        named = {"shop": known["shop"]} if page == "shop.catalogue" else known
        return NextLink(advice=advice, label=_("Back to the page"), address=url_for(page, **named))
    if office:
        address = url_for("admin.index")
        return NextLink(advice=advice, label=_("To the back office"), address=address)
    shop = shop_here()
    if shop is not None:
        address = url_for("shop.catalogue", shop=shop.slug)
        return NextLink(advice=advice, label=_("To the shop"), address=address)
    return NextLink(advice=advice, label=_("To the shops"), address=url_for("shop.index"))


def _asked_for() -> tuple[str, dict[str, Any]]:
    """What the address names, also for whoever asked in a way that it does not take."""
    refused = request.routing_exception
    if isinstance(refused, MethodNotAllowed) and refused.valid_methods:
        adapter = current_app.create_url_adapter(request)
        assert adapter is not None, "there is one within a request"
        try:
            endpoint, known = adapter.match(method=sorted(refused.valid_methods)[-1])
        except HTTPException:
            return "", {}
        return str(endpoint), dict(known)
    return request.endpoint or "", dict(request.view_args or {})
