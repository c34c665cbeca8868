"""A shop's waiting list: who waits in which line, for whom seats are held, moved and removed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.cart.appraisal import quotas_of
from ledger.kernel.events import Recorded
from ledger.shop.limits import REASON
from ledger.shop.shop import Shop, free_seats
from ledger.staff.role import Role
from ledger.waiting_list.place import WaitingPlace, fold_place
from ledger.waiting_list.refusals import NotInLine, UnknownPlace
from ledger.waiting_list.stamps import Leaving, LineEnd
from projections.waiting_list import PlaceInLine
from web.admin.guard import back_office, current_staff, needs
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.pages.forms import PressForm
from web.pages.shop import entered

pages = back_office("waiting_list_admin", __name__)
Answer = str | Response | tuple[str, int]
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceShown:
    """A place as staff see it. `email` is None once its person was erased."""

    id: UUID
    number: int
    email: str | None
    quantity: int
    state: str
    taken_at: datetime
    until: datetime | None
    letters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """The line for a product, as far as this page goes. `free`: seats that are there for it."""

    product: str
    free: int
    places: Sequence[PlaceShown]


@pages.get("/shops/<shop>/waiting-list")
@needs(Role.STAFF, Role.AUDITOR)
def page(shop: str) -> str:
    """Who has seats held until when, then who is next."""
    return _page(entered(shop), done=request.args.get("done") == "1")


@pages.post("/shops/<shop>/waiting-list/<place>/move")
@needs(Role.STAFF)
def move(shop: str, place: str) -> Answer:
    """To the front or the back of the line, with a reason."""
    return _acted(shop, place, _moved)


@pages.post("/shops/<shop>/waiting-list/<place>/remove")
@needs(Role.STAFF)
def remove(shop: str, place: str) -> Answer:
    """Out of the line, with a reason; whoever it is gets a letter."""
    return _acted(shop, place, _removed)


def _acted(shop: str, place: str, act: Callable[[WaitingPlace, str], None]) -> Answer:
    slow_down("waiting-list", limit=60)
    open_shop, reason = entered(shop), request.form.get("reason", "").strip()
    found = parts().waiting.get(uuid_in(place))
    if found.terms.shop != open_shop.id:
        raise UnknownPlace
    if not PressForm().validate_on_submit():
        return _page(open_shop), 400
    if not 0 < len(reason) <= REASON:
        return _page(open_shop, complaint=_("Say why: it stands in the ledger.")), 422
    try:
        act(found, reason)
    except NotInLine:
        return _page(open_shop, complaint=_("This person does not wait any more.")), 409
    return redirect(url_for("waiting_list_admin.page", shop=shop, done=1), 303)


def _moved(found: WaitingPlace, reason: str) -> None:
    to = LineEnd.FRONT if request.form.get("to") == "front" else LineEnd.BACK
    actor = current_staff().actor
    parts().waiting.move(found.id, to, reason=reason, actor=actor, correlation_id=uuid4())


def _removed(found: WaitingPlace, reason: str) -> None:
    if not found.alive:
        raise NotInLine
    actor = current_staff().actor
    parts().waiting.leave(found.id, Leaving.STAFF, actor=actor, reason=reason)


def _page(shop: Shop, *, done: bool = False, complaint: str = "") -> str:
    typed = request.args.get("from", "")
    offset = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 0
    found = parts().views.places(shop.slug, PAGE + 1, offset=offset)
    return render_template(
        "admin/waiting_list.html",
        shop=shop,
        lines=_lines(shop, found[:PAGE]),
        form=PressForm(formdata=None),
        done=done,
        complaint=complaint,
        acts=current_staff().may(Role.STAFF, shop=shop.slug),
        onward=offset + PAGE if len(found) > PAGE else None,
    )


def _lines(shop: Shop, rows: Sequence[PlaceInLine]) -> Sequence[LineShown]:
    histories = parts().store.read_opened([one.stream for one in rows])
    totals = parts().seats(quotas_of([shop]))
    lines = []
    for product, of_line in groupby(rows, lambda row: row.product):
        known = shop.products.get(product)
        free = [free_seats(totals, one) for one in shop.quota_ids(known)] if known else []
        places = [_shown(row, histories.get(row.stream, ())) for row in of_line]
        lines.append(LineShown(product=product, free=min(free, default=0), places=places))
    return lines


def _shown(row: PlaceInLine, history: Sequence[Recorded[object]]) -> PlaceShown:
    place = fold_place(row.stream, history)
    waits = row.state == "waiting"
    return PlaceShown(
        id=row.stream,
        number=parts().views.count_ahead(row.shop, row.product, row.rank) + 1 if waits else 0,
        email=place.taken.email if place.taken else None,
        quantity=row.quantity,
        state=row.state,
        taken_at=row.taken_at,
        until=row.until,
        letters={str(letter): one.state for letter, one in place.postings.items()},
    )
