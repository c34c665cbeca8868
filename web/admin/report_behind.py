"""What is no order behind a number of a report: vouchers, and places in a waiting list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _l

from ledger.grants.grantee import Grantee
from ledger.staff.role import Role
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import PlaceState
from projections.reports.sums import Behind
from web.actions.voucher_desk import state_of
from web.admin.grants import KINDS
from web.admin.grants import VOUCHERS as STATES_OF_PEOPLE
from web.admin.guard import current_staff
from web.admin.vouchers import STATES
from web.http.addresses import now
from web.http.current import parts
from web.i18n.gettext import _

PLACES: Mapping[PlaceState, tuple[str, object]] = {
    PlaceState.NONE: ("quiet", "–"),
    PlaceState.WAITING: ("wait", _l("Waits")),
    PlaceState.HELD: ("good", _l("Seats held")),
    PlaceState.LAPSED: ("quiet", _l("Turn lapsed")),
    PlaceState.USED: ("good", _l("Bought on their turn")),
    PlaceState.LEFT: ("quiet", _l("Left the line")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamBehind:
    """A voucher or a place in line behind a number; `address` only for whoever may open it."""

    name: str
    what: object
    address: str
    shop: str
    at: datetime | None
    state: tuple[str, object]
    behind: Behind


def vouchers_behind(found: Sequence[Behind]) -> Sequence[StreamBehind]:
    """Those that are no orders."""
    told = (_person(one) or _code(one) for one in found)
    return [one for one in told if one is not None]


def places_behind(found: Sequence[Behind]) -> Sequence[StreamBehind]:
    """Places in line, for whoever may see who waits; what they wait for stands as what they are."""
    return [_place(one) for one in found]


def _place(behind: Behind) -> StreamBehind:
    one = parts().waiting.get(behind.stream)
    shop = one.terms.shop_slug
    may = current_staff().may(Role.STAFF, shop=shop)
    return StreamBehind(
        name=(one.terms.email if may else None) or _short(one.id),
        what=one.terms.product,
        address=url_for("waiting_list_admin.page", shop=shop) if may and one.alive else "",
        shop=shop,
        at=one.taken_at,
        state=PLACES[one.state],
        behind=behind,
    )


def _person(behind: Behind) -> StreamBehind | None:
    one: Grantee = parts().grantees.get(behind.stream)
    if one.listed is None:
        return None
    shop = one.listed.shop_slug
    may, voucher = current_staff().may(Role.STAFF, shop=shop), one.voucher
    known = one.name if may else None
    return StreamBehind(
        name=known or one.listed.reference or _short(one.id),
        what=KINDS[str(one.kind)],
        address=url_for("grants.person", shop=shop, person=one.id) if may else "",
        shop=shop,
        at=voucher.made_at if voucher is not None else None,
        state=STATES_OF_PEOPLE[voucher.state if voucher is not None else ""],
        behind=behind,
    )


def _code(behind: Behind) -> StreamBehind | None:
    one: Voucher | None = parts().vouchers.find(behind.stream)
    if one is None:
        return None
    shop = one.start.shop_slug
    may = current_staff().may(Role.STAFF, shop=shop)
    return StreamBehind(
        name=(one.code if may else None) or _short(one.id),
        what=_("Code of the shop"),
        address=url_for("vouchers_admin.page", shop=shop, voucher=one.id),
        shop=shop,
        at=one.issued_at,
        state=STATES[state_of(one, now())],
        behind=behind,
    )


def _short(id: UUID) -> str:
    return f"{str(id)[:8]}…"
