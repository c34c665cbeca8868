"""Several orders at once: seen first, one by one and in sum, then done one by one."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID, uuid4, uuid5

import structlog
from flask import render_template, request
from werkzeug.datastructures import MultiDict

from ledger.approvals.service import Approvable
from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal, SecondPersonNeeded
from ledger.kernel.store import LedgerUnavailable
from ledger.order.commands import StaffWish
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.preview import Preview, preview
from ledger.order.status import status
from ledger.staff.role import Role
from web.actions import approvals
from web.actions.back_office import carry_out
from web.actions.staff_wishes import ACTIONS, StaffAction, Typed
from web.actions.wish import Wish
from web.admin.guard import back_office, current_staff, needs, require_role
from web.admin.words import ACTIONS as WORDS
from web.admin.words import LETTERS, STATUSES, why
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.pages.forms import PressForm
from web.wiring.parts import Parts

pages = back_office("selection", __name__)
# What can be asked of many orders in the same words.
BULK = ("resend", "mark-paid", "cancel", "cancel-and-refund", "note", "label", "unlabel")
MOST = 100
_REASON = 500
# So many wait for their providers at a time.
_AT_ONCE = 4
_log = structlog.get_logger("web.admin.selection")


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedOrder:
    """One order of a selection: what it would come to, or came to; `refusal` says why not."""

    order: Order
    preview: Preview | None = None
    second: bool = False
    refusal: str = ""

    @property
    def moves(self) -> bool:
        """Whether anything would be stamped."""
        return self.preview is not None and bool(self.preview.stamps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What somebody asks for: of which orders, as they looked when it was shown, and why."""

    action: StaffAction
    orders: tuple[Order, ...]
    versions: Mapping[UUID, int]
    reason: str
    key: UUID


@pages.post("/orders/selected")
@needs(Role.STAFF)
def press() -> str | tuple[str, int]:
    """First what it would come to; with `sure`, it is done. Pressed twice, it is done once."""
    slow_down("staff-selection", limit=30)
    asked = _read(request.form)
    if not asked.orders or not asked.reason:
        return _complained(asked), 422
    if "sure" in request.form:
        return _page(asked, _done(asked), done=True)
    return _page(asked, [_foreseen(asked, one) for one in asked.orders])


def _read(form: MultiDict[str, str]) -> Selection:
    action = ACTIONS.get(form.get("action", ""))
    if action is None or action.slug not in BULK:
        raise ProblemRaised("not-found")
    named = list(dict.fromkeys(form.getlist("order")))
    if len(named) > MOST:
        raise ProblemRaised("bad-request", detail=_("At most 100 orders at a time."))
    orders = _opened(named)
    for one in orders:
        require_role(Role.STAFF, shop=one.terms.shop_slug)
    return Selection(
        action=action,
        orders=tuple(orders),
        versions={one.id: _version(form.get(f"version-{one.id}", ""), one) for one in orders},
        reason=form.get("reason", "").strip()[:_REASON],
        key=_key(form.get("key", "")),
    )


def _opened(named: Sequence[str]) -> Sequence[Order]:
    """All of them in one read. Raises `ProblemRaised` where one is no order."""
    ids = [uuid_in(one) for one in named]
    histories = parts().store.read_opened(ids)
    if any(not histories.get(one) for one in ids):
        raise ProblemRaised("not-found")
    return [fold(one, histories[one]) for one in ids]


def _version(text: str, order: Order) -> int:
    known = text.isascii() and text.isdecimal() and len(text) <= 9
    return int(text) if known else order.version


def _key(text: str) -> UUID:
    try:
        return UUID(text) if text else uuid4()
    except ValueError:
        raise ProblemRaised("csrf") from None


def _wish(asked: Selection, order: Order, parts: Parts, actor: str) -> StaffWish:
    """Under a key of its own for each order, which is the same when it is pressed again."""
    wish = Wish(correlation_id=uuid5(asked.key, str(order.id)), actor=actor, at=parts.clock())
    typed = Typed(reason=asked.reason, version=asked.versions[order.id])
    return asked.action.command(parts, wish, typed)


def _foreseen(asked: Selection, order: Order) -> SelectedOrder:
    wish = _wish(asked, order, parts(), current_staff().actor)
    try:
        return SelectedOrder(order=order, preview=preview(order, wish))
    except SecondPersonNeeded:
        assert isinstance(wish, Approvable), "only what may be approved needs it"
        agreed = replace(wish, approval=wish.correlation_id)
        return SelectedOrder(order=order, preview=preview(order, agreed), second=True)
    except Refusal as refusal:
        return SelectedOrder(order=order, refusal=why(refusal))


def _done(asked: Selection) -> list[SelectedOrder]:
    """One by one: what one order says does not keep the others."""
    act = partial(_carried_out, asked, parts=parts(), actor=current_staff().actor)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="selection") as pool:
        outcomes = list(pool.map(act, asked.orders))
    newest = {one.id: one for one in _opened([str(one.id) for one in asked.orders])}
    return [_told(newest[order.id], outcome) for order, outcome in outcomes]


def _carried_out(
    asked: Selection, order: Order, *, parts: Parts, actor: str
) -> tuple[Order, Exception | None]:
    """What came of it for one order. Whatever it is, the others go on."""
    wish = _wish(asked, order, parts, actor)
    try:
        return order, _done_or_asked(parts, order, wish)
    except (Refusal, LedgerUnavailable) as error:
        return order, error
    except Exception as error:
        _log.exception("selection_stumbled", order=str(order.id)[:8], action=asked.action.slug)
        return order, error


def _done_or_asked(parts: Parts, order: Order, wish: StaffWish) -> SecondPersonNeeded | None:
    """What a second person has to agree to is asked for: that, too, may be refused."""
    try:
        carry_out(parts, order.id, wish)
    except SecondPersonNeeded as needed:
        assert isinstance(wish, Approvable), "only what may be approved needs it"
        approvals.ask(parts, order.id, wish)
        return needed
    return None


def _told(order: Order, outcome: Exception | None) -> SelectedOrder:
    match outcome:
        case None:
            return SelectedOrder(order=order)
        case SecondPersonNeeded():
            return SelectedOrder(order=order, second=True)
        case Refusal():
            return SelectedOrder(order=order, refusal=why(outcome))
        case _:
            return SelectedOrder(
                order=order, refusal=_("It could not be done now. Press again in a moment.")
            )


def _complained(asked: Selection) -> str:
    complaint = _("Say why. It is kept sealed with the order.")
    if not asked.orders:
        complaint = _("Tick the orders that it is about.")
    return _page(asked, [SelectedOrder(order=one) for one in asked.orders], complaint=complaint)


def _page(
    asked: Selection, rows: Sequence[SelectedOrder], *, complaint: str = "", done: bool = False
) -> str:
    moving = [one for one in rows if one.moves]
    return render_template(
        "admin/selection.html",
        asked=asked,
        words=WORDS[asked.action.slug],
        rows=rows,
        moving=moving,
        refused=[one for one in rows if one.refusal],
        second=[one for one in rows if one.second],
        sums=_sums(moving),
        freed=sum(one.preview.freed for one in moving if one.preview),
        letters=sum(len(one.preview.letters) for one in moving if one.preview),
        statuses=STATUSES,
        status=status,
        letter_words=LETTERS,
        complaint=complaint,
        done=done,
        form=PressForm(),
    )


def _sums(rows: Sequence[SelectedOrder]) -> Mapping[str, Money]:
    """What goes back, by currency."""
    back: dict[str, Money] = {}
    for one in rows:
        if one.preview is not None and one.preview.goes_back:
            much = one.preview.goes_back
            back[much.currency] = back.get(much.currency, Money(0, much.currency)) + much
    return back
