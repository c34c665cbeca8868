"""The browser that placed an order may cancel it at once from the order's page."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from ledger.order.decisions.capture import late_to_cancel
from ledger.order.order import Order
from web.actions.cancel import cancel_at_once
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.errors import for_person
from web.http.modification_token import check, token_for
from web.http.problems import ProblemRaised, other
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.pages.buyer import placed_here

pages = Blueprint("grace_cancel", __name__)


def offered_token(order: Order) -> str | None:
    """The modification token, while it is of use to this browser; None for everybody else."""
    if not placed_here(order):
        return None
    can_be = order.alive and late_to_cancel(order, now()) is None
    return token_for(order) if can_be else None


@pages.post("/<shop>/orders/<order>/cancel-at-once")
def cancel(shop: str, order: str) -> Response:
    """Cancel at once, then see other: the order's page, which tells how it stands."""
    slow_down("cancel", limit=30)
    try:
        check(request.form.get("modification_token", ""), order, at=now())
    except ProblemRaised:
        sentence = _("Only the browser that placed the order can cancel it at once, for a while.")
        return for_person(other("forbidden", detail=sentence), status=401)
    found = order_in(shop, order)
    cancel_at_once(parts(), found.id)
    return redirect(url_for("orders.page", shop=shop, order=found.id), 303)
