"""One order, all of it: what it is, what can be done, and every stamp that made it so."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request

from ledger.approvals.approval import Approval
from ledger.cases.case import Case
from ledger.codec import NAMES
from ledger.kernel.events import Recorded
from ledger.kernel.refusals import Refusal, ShopUnreadable, UnknownOrder
from ledger.order.evolve import fold
from ledger.order.holder import Sending
from ledger.order.options import options
from ledger.order.order import Order
from ledger.order.overdue import flags_at
from ledger.order.status import status
from ledger.order.ticket_answers import asked_tickets
from ledger.shop.shop import Shop
from ledger.shop.stamps import quota_id
from ledger.staff.role import Role
from ledger.tickets.code import in_groups
from web.actions.letters import as_written, letters_of, without_codes
from web.actions.staff_wishes import StaffOffer, offers
from web.admin.forms import act_name
from web.admin.guard import back_office, current_staff, needs, require_role
from web.admin.words import ACTIONS, CASES, FLAGS, LETTERS, POSTED, STATUSES, stamp_in_words, why
from web.api.stamps import told as stamp_json
from web.http.addresses import now, return_url, uuid_in
from web.http.current import parts
from web.i18n.format import told_in
from web.pages.answers import AskedPart, parts_of_tickets
from web.pages.order import vat_of
from web.pages.order_headline import standing

pages = back_office("order_admin", __name__)
READERS = (Role.STAFF, Role.AUDITOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A stamp on the time line. `data` is its JSON, with nothing sealed; `leaf` proves it."""

    recorded: Recorded[object]
    name: str
    text: str
    data: str

    @property
    def leaf(self) -> str:
        """The hash of the stamp in the ledger's tree."""
        return self.recorded.leaf.hex() if self.recorded.leaf else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderShown:
    """One ticket: what was asked and told about it, and to whom it was sent on."""

    number: int
    part: AskedPart | None
    missing: bool
    sending: Sending | None


def order_here(order: str, *roles: Role) -> Order:
    """The order of an address, if whoever asks has such a role in its shop."""
    found = parts().orders.get(uuid_in(order))
    require_role(*roles, shop=found.terms.shop_slug)
    told_in(found.terms.timezone)
    return found


@pages.get("/orders/<order>")
@needs(*READERS)
def page(order: str) -> str:
    """The order as it is, or as it was after one of its stamps."""
    newest = order_here(order, *READERS)
    history = parts().orders.history(newest.id)
    version = _version(len(history))
    found = fold(newest.id, history[:version])
    past = version < len(history)
    may_act = current_staff().may(Role.STAFF, shop=found.terms.shop_slug)
    return render_template(
        "admin/order.html",
        order=found,
        newest=newest,
        version=version,
        versions=len(history),
        past=past,
        as_of=history[version - 1].recorded_at,
        status=STATUSES[status(found)],
        flags=[FLAGS[one] for one in (found_flags(found, past=past))],
        standing=standing(found),
        vat=vat_of(found),
        seats=_seats(found),
        letters=letters_of(found),
        tickets=[(one, in_groups(one.code) if may_act else "") for one in found.valid_tickets],
        holders=_holders(found),
        cases=[] if past else cases_of(found),
        stamps=[*map(_stamped, history[:version])][::-1],
        offers=[] if past else _offers(found),
        words={
            "actions": ACTIONS,
            "cases": CASES,
            "letters": LETTERS,
            "posted": POSTED,
        },
        why=why,
        address=return_url(found.terms.shop_slug, found.id).partition("?")[0],
        may_act=may_act,
        approvals=[] if past else _approvals(found),
        act_name=act_name,
        done=request.args.get("done", ""),
    )


def _approvals(order: Order) -> Sequence[Approval]:
    """What somebody asked for and nobody has answered yet."""
    return [one for one in parts().approvals.waiting(now()) if one.request.order == order.id]


@pages.get("/orders/<order>/letters/<receipt>/<letter>")
@needs(*READERS)
def letter(order: str, receipt: str, letter: str) -> str:
    """A letter as it was written, or would be, from the stamps of that moment."""
    found = order_here(order, *READERS)
    shown = [one for one in letters_of(found) if one.letter == letter]
    shown = [one for one in shown if one.correlation_id == uuid_in(receipt)]
    if not shown:
        raise UnknownOrder
    at_that_time = without_codes(as_written(parts(), found, shown[0]))
    return render_template(
        "admin/letter.html",
        order=found,
        shown=shown[0],
        text=parts().letter_text(
            at_that_time, shown[0].letter, shown[0].correlation_id, shown[0].number
        ),
        words={"letters": LETTERS, "posted": POSTED},
    )


def _version(last: int) -> int:
    """Which version an address asks for; the newest, where it asks for none of them."""
    asked = request.args.get("version", "")
    if not (asked.isascii() and asked.isdecimal()) or len(asked) > 9:
        return last
    return min(max(int(asked), 1), last)


def found_flags(order: Order, *, past: bool) -> Sequence[str]:
    """What else is to be known; of the past without what only time made overdue."""
    return flags_at(order, order.placed_at or now()) if past else flags_at(order, now())


def cases_of(order: Order) -> list[Case]:
    """The open cases about an order, the oldest first."""
    rows = parts().views.cases_about(order.id)
    return [parts().cases.get(one.stream) for one in rows]


def _offers(order: Order) -> Sequence[StaffOffer]:
    return offers(options(order, now()))


def _seats(order: Order) -> Sequence[tuple[str, int, int]]:
    """What it takes of each quota, by the quota's name: held and sold."""
    names = _quota_names(order)
    return [(names.get(quota, str(quota)[:8]), *of) for quota, of in order.seats.items()]


def _holders(order: Order) -> Sequence[HolderShown]:
    """What was told about each ticket, and to whom it was sent on."""
    asked = {one.ticket.number: one for one in asked_tickets(order)}
    numbers = sorted({*asked, *order.holders})
    return [
        HolderShown(
            number=number,
            part=parts_of_tickets([asked[number]], {}, complain=False, optional=True)[0]
            if number in asked
            else None,
            missing=bool(number in asked and asked[number].missing),
            sending=order.holders.get(number),
        )
        for number in numbers
    ]


def _quota_names(order: Order) -> Mapping[UUID, str]:
    try:
        shop: Shop = parts().shops.get(order.terms.shop_slug)
    except (Refusal, ShopUnreadable):
        return {}
    return {quota_id(shop.id, slug): slug for slug in shop.quotas}


def _stamped(recorded: Recorded[object]) -> Stamped:
    return Stamped(
        recorded=recorded,
        name=NAMES[type(recorded.stamp)][0],
        text=stamp_in_words(recorded.stamp),
        data=json.dumps(stamp_json(recorded), indent=2, ensure_ascii=False, default=str),
    )
