"""Whoever bought something says whether they want news of the shop: by one press, from a letter."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.news.reader import NewsReaders
from ledger.order.letter_samples import SAMPLE_ORDER
from web.http.addresses import order_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.pages.forms import PressForm
from web.pages.shop import entered

pages = Blueprint("news", __name__)
_ACTOR = "customer"
# Mail programs press for many people from a few addresses, and nothing comes of pressing twice.
_PRESSES = 300


@pages.get("/<shop>/orders/<order>/news")
def page(shop: str, order: str) -> str:
    """Whether news go to the order's address; nothing is changed by looking.

    A letter that its writer tried is of no order: its link leads to a page that says so.
    """
    open_shop = entered(shop)
    if order == str(SAMPLE_ORDER):
        return render_template("news_sample.html", shop=open_shop)
    found = order_in(shop, order)
    reader = NewsReaders(parts().store).get(open_shop.id, found.terms.email_index)
    return render_template(
        "news.html", shop=open_shop, order=found, declined=reader.declined, form=PressForm()
    )


@pages.post("/<shop>/orders/<order>/news")
def press(shop: str, order: str) -> Response | tuple[str, int]:
    """No more of them, or again. A mail program's one press (RFC 8058) has no token of ours."""
    slow_down("news", limit=_PRESSES)
    open_shop, found = entered(shop), order_in(shop, order)
    at_once = request.form.get("List-Unsubscribe") == "One-Click"
    if not at_once and not PressForm().validate_on_submit():
        raise ProblemRaised("csrf")
    wanted = not at_once and request.form.get("wanted") == "yes"
    index = found.terms.email_index
    readers = NewsReaders(parts().store)
    readers.choose(open_shop.id, index, wanted=wanted, order=found.id, actor=_ACTOR)
    if at_once:
        return "", 204
    return redirect(url_for("news.page", shop=shop, order=found.id), 303)
