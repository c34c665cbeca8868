"""The shop was moved: keep the order, or have the money back. Only a POST decides."""

from hmac import compare_digest

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.kernel import refusals as no
from ledger.kernel.money import total
from ledger.order.cancellation_policy import code_hash
from ledger.order.decisions.shop_change import choice_hindrance, holding
from ledger.order.order import Order, StartMove
from web.actions import cancel as actions
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.refusals import of_cancellation
from web.pages.forms import PressForm
from web.pages.order import shown_in_its_zone

pages = Blueprint("choice", __name__)
Answer = str | Response | tuple[str, int]
KEEP, REFUND = "keep", "refund"


@pages.get("/<shop>/orders/<order>/choose/<code>")
def look(shop: str, order: str, code: str) -> Answer:
    """What can be chosen until when; afterwards, what was chosen. Looking decides nothing."""
    found = shown_in_its_zone(order_in(shop, order))
    move = _move_of(found, code)
    if move is None:
        return _shown(found, None, code), 403
    if found.cancelled == move.correlation_id:
        return _gone(found, move)
    return _shown(found, move, code)


@pages.post("/<shop>/orders/<order>/choose/<code>")
def decide(shop: str, order: str, code: str) -> Answer:
    """Keep it or have the money back, once; then see other: what was chosen."""
    slow_down("cancel", limit=10)
    found = shown_in_its_zone(order_in(shop, order))
    move, wanted = _move_of(found, code), request.form.get("choice", "")
    if move is None or wanted not in (KEEP, REFUND):
        return look(shop, order, code)
    wish = Wish(correlation_id=move.correlation_id, actor=CUSTOMER, at=now())
    try:
        actions.choose(parts(), found.id, wish, code=code, refund=wanted == REFUND)
    except (no.LinkInvalid, no.NotCancellable):
        # Pressed twice, or too late: the page of the link tells how things stand.
        return _shown(parts().orders.get(found.id), move, code), 409
    return redirect(url_for("choice.look", shop=shop, order=order, code=code), 303)


def _move_of(order: Order, code: str) -> StartMove | None:
    """The last move, if this is its code."""
    move = order.move
    if move is None or not move.stamp.code_hash:
        return None
    return move if compare_digest(move.stamp.code_hash, code_hash(code)) else None


def _shown(order: Order, move: StartMove | None, code: str) -> str:
    why = choice_hindrance(order, now())
    held = total([money for _, money in holding(order)], order.currency)
    return render_template(
        "choose.html",
        order=order,
        move=move,
        code=code,
        open=move is not None and not why,
        why=of_cancellation(why),
        held=held,
        form=PressForm(),
    )


def _gone(order: Order, move: StartMove) -> str:
    refund = order.refund_of(move.correlation_id)
    outcome = actions.refund_outcome(order, move.correlation_id)
    return render_template(
        "cancel_result.html", order=order, refund=refund, outcome=outcome, part=False, gone=True
    )
