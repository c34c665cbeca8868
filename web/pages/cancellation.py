"""Self-service cancellation: ask for a link; look at the refund; confirm it. Only a POST acts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ledger.kernel import refusals as no
from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal
from ledger.order import cancellation_policy as cancellation
from ledger.order.admission import any_used
from ledger.order.cancellation_policy import Why
from ledger.order.order import LinkRequest, Order
from ledger.order.part_policy import (
    PartQuote,
    SinglePiece,
    can_choose,
    pieces_of,
    single_pieces,
    ticket_numbers,
    unused_pieces,
)
from ledger.order.stamps import Pieces
from ledger.order.ticket_answers import holder_name
from web.actions import cancel as actions
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.refusals import of_cancellation, of_pieces, told_cancellation
from web.pages.forms import ConfirmForm, PressForm, typed_pieces
from web.pages.order import shown_in_its_zone

pages = Blueprint("cancellation", __name__)
# More of a line than these are told by how many they are.
_TICKED = 20
Answer = str | Response | tuple[str, int]


@pages.get("/<shop>/orders/<order>/cancel")
def explain(shop: str, order: str) -> str:
    """What a cancellation means, and a button that sends the link."""
    found = _order(shop, order)
    return _explained(found, sent="sent" in request.args, asked=_asked(found, request.args))


@pages.post("/<shop>/orders/<order>/cancel")
def ask(shop: str, order: str) -> Answer:
    """Send a link to the order's e-mail, whoever asks."""
    slow_down("cancel", limit=10)
    found = _order(shop, order)
    wish = Wish(correlation_id=uuid4(), actor=CUSTOMER, at=now())
    try:
        actions.send_link(parts(), found.id, wish)
    except no.LetterTooSoon:
        return _explained(found, sent=True, too_soon=True), 429
    except no.NotCancellable:
        return _explained(parts().orders.get(found.id)), 409
    return redirect(url_for("cancellation.explain", shop=shop, order=order, sent=1), 303)


@pages.get("/<shop>/orders/<order>/cancel/<code>")
def look(shop: str, order: str, code: str) -> Answer:
    """What confirming would do; after confirming, what it did. Looking does nothing."""
    found = _order(shop, order)
    link = _link_of(found, code)
    if link is None:
        return _stale(found)
    if cancellation.link_is_used(found, link):
        return _result(found, link)
    if not cancellation.link_is_valid(found, link, now()):
        return _stale(found)
    if not cancellation.eligibility(found, now()).possible:
        return _explained(found), 409
    return _quoted(found, code, asked=_asked(found, request.args))


@pages.post("/<shop>/orders/<order>/cancel/<code>")
def confirm(shop: str, order: str, code: str) -> Answer:
    """Cancel, for exactly the refund that the page showed; then see other: the result."""
    slow_down("cancel", limit=10)
    found = _order(shop, order)
    link, sent = _link_of(found, code), ConfirmForm()
    if link is None:
        return _stale(found)
    asked = _asked(found, request.form)
    if not sent.validate_on_submit() or asked.complaint:
        return _quoted(found, code, asked=asked, changed=not asked.complaint), 409
    wish = Wish(correlation_id=link.correlation_id, actor=CUSTOMER, at=now())
    shown = Money(sent.amount.data, found.currency)
    try:
        actions.confirm(parts(), found.id, wish, code=code, shown=shown, pieces=asked.offer_pieces)
    except no.QuoteChanged:
        after = parts().orders.get(found.id)
        return _quoted(after, code, asked=_asked(after, request.form), changed=True), 409
    except (no.LinkInvalid, no.NotCancellable, no.PiecesNotLeft):
        # Pressed twice, or too late: the page of the link tells how things stand.
        return look(shop, order, code)
    return redirect(url_for("cancellation.look", shop=shop, order=order, code=code), 303)


def _order(shop: str, order: str) -> Order:
    return shown_in_its_zone(order_in(shop, order))


def _link_of(order: Order, code: str) -> LinkRequest | None:
    return next(reversed(actions.links_of(order, code)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which pieces somebody typed, and what they would bring; or why that cannot be.

    Those of `ticked` are told apart, by their places in each line.
    """

    typed: Mapping[int, int]
    ticked: Mapping[int, Collection[int]] = field(default_factory=dict)
    offer: PartQuote | None = None
    complaint: str = ""

    @property
    def offer_pieces(self) -> tuple[Pieces, ...]:
        """What to confirm; none is the whole order."""
        return self.offer.pieces if self.offer is not None and not self.offer.whole else ()


_ALL = Asked(typed={})


def _asked(order: Order, typed: MultiDict[str, str]) -> Asked:
    """Nothing typed is all that nobody used; all that is left is the order, and shown as such."""
    some = typed_pieces(typed, order) if can_choose(order) else None
    if some is None and cancellation.eligibility(order, now()).why is Why.SOME_USED:
        some = unused_pieces(order)
    if some is None:
        return _ALL
    numbers = {one.line: one.quantity for one in some}
    which = {one.line: one.which for one in some}
    try:
        offer = actions.offered(order, some)
    except Refusal as refusal:
        return Asked(typed=numbers, ticked=which, complaint=of_pieces(refusal))
    which = {one.line: one.which for one in offer.pieces}
    if offer.used:
        return Asked(typed=numbers, ticked=which, complaint=of_cancellation(Why.PIECES_USED))
    return Asked(typed=numbers, ticked=which, offer=None if offer.whole else offer)


def _unused(order: Order) -> Mapping[int, int]:
    """How many of each line nobody came in with; nothing to tell apart where nobody did."""
    if not any_used(order):
        return {}
    return {some.line: some.quantity for some in unused_pieces(order)}


def _single(order: Order) -> Mapping[int, Sequence[SinglePiece]]:
    """Lines of tickets, of few enough to be ticked one by one."""
    return {place: some for place, some in single_pieces(order).items() if len(some) <= _TICKED}


def _explained(
    order: Order, *, sent: bool = False, too_soon: bool = False, asked: Asked = _ALL
) -> str:
    return render_template(
        "cancel_request.html",
        can_choose=can_choose(order),
        typed=asked.typed,
        ticked=asked.ticked,
        single=_single(order),
        offer=asked.offer,
        complaint=asked.complaint,
        unused=_unused(order),
        numbers=ticket_numbers(order, asked.offer.pieces) if asked.offer else (),
        order=order,
        cancelling=cancellation.eligibility(order, now()),
        told_cancellation=told_cancellation,
        sent=sent,
        too_soon=too_soon,
        form=PressForm(),
    )


def _quoted(order: Order, code: str, *, asked: Asked = _ALL, changed: bool = False) -> str:
    return render_template(
        "cancel_confirm.html",
        order=order,
        can_choose=can_choose(order),
        typed=asked.typed,
        ticked=asked.ticked,
        single=_single(order),
        offer=asked.offer,
        complaint=asked.complaint,
        unused=_unused(order),
        numbers=ticket_numbers(order, asked.offer.pieces) if asked.offer else (),
        cancelling=cancellation.eligibility(order, now()),
        told_cancellation=told_cancellation,
        names={one.number: holder_name(order, one) for one in order.valid_tickets},
        code=code,
        changed=changed,
        form=ConfirmForm(),
    )


def _stale(order: Order) -> tuple[str, int]:
    cancelling = cancellation.eligibility(order, now())
    return render_template("cancel_stale.html", order=order, cancelling=cancelling), 403


def _result(order: Order, link: LinkRequest) -> str:
    refund = order.refund_of(link.correlation_id)
    outcome = actions.refund_outcome(order, link.correlation_id)
    return render_template(
        "cancel_result.html",
        order=order,
        refund=refund,
        outcome=outcome,
        part=pieces_of(order, link.correlation_id),
        gone=link.correlation_id in order.amendments,
    )
