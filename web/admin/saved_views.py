"""Searches of the list of orders that people keep under a name, for themselves or their shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from ledger.staff.role import Role
from ledger.staff.saved_view import LONGEST_NAME, SavedView
from web.admin.actors import called
from web.admin.guard import back_office, current_staff, needs, require_role, shops_here
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down

pages = back_office("saved_views", __name__)
READERS = (Role.STAFF, Role.AUDITOR)
# What a kept search may say of the list of orders; where a page goes on is no part of it.
FILTERS = ("q", "status", "shop", "product", "flag", "label", "since", "until")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownView:
    """A kept search with its address; `by` is who shares it, empty for one's own."""

    view: SavedView
    address: str
    by: str
    removable: bool


@pages.post("/views")
@needs(*READERS)
def keep() -> Response:
    """Keep what the list shows, under a name."""
    slow_down("staff-views", limit=60)
    typed = {name: request.form.get(name, "").strip()[:_LONGEST] for name in FILTERS}
    filters = {name: value for name, value in typed.items() if value}
    name, shop = request.form.get("name", "").strip(), request.form.get("for", "") or None
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        return _back(filters, note="name")
    if shop is not None:
        require_role(*READERS, shop=shop)
    view = SavedView(
        id=uuid4(),
        owner=current_staff().actor,
        name=name,
        filters=filters,
        made_at=now(),
        shop=shop,
    )
    kept = parts().office.saved_views.keep(view)
    return _back(filters, note="kept" if kept else "full")


@pages.post("/views/<view>/remove")
@needs(*READERS)
def remove(view: str) -> Response:
    """Gone for everybody who saw it."""
    asked = uuid_in(view)
    found = next((one for one in views_here() if one.view.id == asked), None)
    if found is None:
        raise ProblemRaised("not-found")
    if not found.removable:
        raise ProblemRaised("forbidden")
    parts().office.saved_views.remove(asked)
    return _back({}, note="removed")


def views_here() -> Sequence[ShownView]:
    """Those that whoever asks sees: their own, and those of shops where they may read."""
    me = current_staff()
    found = parts().office.saved_views.listed(me.actor, shops_here(*READERS))
    return [
        ShownView(
            view=one,
            address=_address(one.filters),
            by="" if one.owner == me.actor else called(one.owner),
            removable=one.owner == me.actor or (one.shop is not None and me.may(shop=one.shop)),
        )
        for one in found
    ]


def _back(filters: Mapping[str, str], *, note: str) -> Response:
    return redirect(_address({**filters, "note": note}), 303)


def _address(query: Mapping[str, str]) -> str:
    return f"{url_for('orders_admin.listed')}?{urlencode(query)}"
