"""The desk: what waits for a person, what happened, and what to do next."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

import structlog
from flask import Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.cases.case import Case
from ledger.cases.decide import actions
from ledger.cases.stamps import Action, CaseStamp
from ledger.codec import NAMES
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal, UnknownCase, UnknownOrder
from ledger.order.order import Order
from ledger.order.status import status
from ledger.staff.role import Role
from projections.cases import CaseRow
from projections.order_search import OrderPage
from web.actions.attention import keepers, lookers
from web.actions.back_office import (
    BY_PEOPLE,
    OrderNeeded,
    case_command,
    is_failed_payout,
    resolve_case,
)
from web.actions.case_preview import CasePreview, preview_case
from web.actions.find_orders import number_of
from web.actions.wish import Wish
from web.admin.case_words import case_stamp_in_words
from web.admin.guard import back_office, current_staff, needs, require_role, shops_here
from web.admin.order_action import shown
from web.admin.signed_in import signed_in
from web.admin.words import (
    ADVICE,
    CASES,
    LETTERS,
    PAYOUT_FAILED,
    RESOLUTIONS,
    SEVERITIES,
    STATUSES,
    why,
)
from web.http.access_log import route
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.format import told_in
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("desk", __name__)
_log = structlog.get_logger("web.access")
READERS = (Role.STAFF, Role.AUDITOR)
_MOST, _REASON = 200, 500
_STATES = ("open", "mine", "asleep", "resolved")


@pages.get("/cases")
@needs(*READERS)
def listed() -> str:
    """The cases of the shops where one may read; those of no shop only for who sees all."""
    asked = request.args.get("state", "")
    state = asked if asked in _STATES else "open"
    found = parts().views.desk(
        "open" if state == "mine" else state,
        shops_here(*READERS),
        homeless=_sees_all(),
        at=now(),
        limit=_MOST,
        keeper=current_staff().actor if state == "mine" else None,
    )
    return render_template(
        "admin/cases.html",
        cases=found,
        state=state,
        more=len(found) == _MOST,
        amount=_amount,
        at=now(),
        **_words(),
    )


@pages.get("/cases/<case>")
@needs(*READERS)
def page(case: str) -> str:
    """One case: what happened in plain words, its evidence, and what to do next."""
    return case_page(case_here(case, *READERS), {"key": str(uuid4())})


@pages.post("/cases/<case>")
@needs(Role.STAFF)
def press(case: str) -> str | Response | tuple[str, int]:
    """First what it would come to; with `sure`, it is done."""
    slow_down("staff-action", limit=120)
    found = case_here(case, Role.STAFF)
    typed = {name: value[:_REASON].strip() for name, value in request.form.items()}
    action = _action(typed)
    try:
        if not typed.get("reason"):
            return case_page(
                found, typed, complaint=_("Say why. It is kept sealed with the case.")
            ), 422
        if typed.get("version") != str(found.version):
            fresh = {**typed, "version": str(found.version)}
            return case_page(found, fresh, complaint=_moved()), 409
        order = _order_named(typed) if action is Action.ASSIGN else None
        return _done_or_shown(found, typed, action=action, order=order)
    except OrderNeeded:
        complaint = _("Say which order the money is for: its number, or a reference.")
        return case_page(found, typed, complaint=complaint), 422
    except Refusal as refusal:
        newest = parts().cases.get(found.id)
        return case_page(newest, typed, complaint=why(refusal)), 409


def _done_or_shown(
    found: Case, typed: Mapping[str, str], *, action: Action, order: UUID | None
) -> str | Response:
    wish, reason = _wish(typed), typed["reason"]
    if "sure" not in typed:
        command = case_command(wish, action, reason=reason, order=order)
        foreseen = preview_case(parts(), found, command)
        return _preview(found, typed, action=action, order=order, foreseen=foreseen)
    after = resolve_case(parts(), found.id, wish, action=action, reason=reason, order=order)
    return redirect(url_for("desk.page", case=after.id, done=str(action)), 303)


def add_counts(app: Flask) -> None:
    """The header of the back office tells how much waits."""
    app.context_processor(lambda: {"desk_counts": desk_counts})


def desk_counts() -> Mapping[str, int] | None:
    """How many open cases there are, by severity; None for who may not read them."""
    staff = signed_in()
    if staff is None or not staff.may_somewhere(*READERS):
        return None
    counted: dict[str, int] = {}
    shops = staff.shops_among(parts().shops.slugs(), *READERS)
    sees_all = staff.may(*READERS, shop=None)
    for one in parts().views.count_desk(shops, homeless=sees_all, at=now()):
        counted[one.severity] = counted.get(one.severity, 0) + one.many
    return counted


def _sees_all() -> bool:
    """Whether what belongs to no shop is theirs to see."""
    return current_staff().may(*READERS, shop=None)


def case_here(case: str, *roles: Role) -> Case:
    """The case of an address, where whoever asks has such a role. Raises problems."""
    found = parts().cases.get(uuid_in(case))
    if found.opened is None:
        raise UnknownCase
    shop = shop_of_case(found)
    if shop is None and not current_staff().may(*roles, shop=None):
        _log.warning("access denied", actor=current_staff().actor, route=route(), shop=shop)
        raise ProblemRaised("forbidden")  # what belongs to no shop is for who sees all
    require_role(*roles, shop=shop)
    return found


def shop_of_case(case: Case) -> str | None:
    """The shop of the order that it is about; none of money that is nobody's."""
    order = order_of_case(case)
    return order.terms.shop_slug if order else None


def order_of_case(case: Case) -> Order | None:
    about = (case.opened.order if case.opened else None) or (
        case.resolved.order if case.resolved else None
    )
    try:
        return parts().orders.get(about) if about else None
    except UnknownOrder:
        return None


def _action(typed: Mapping[str, str]) -> Action:
    chosen = [one for one in BY_PEOPLE if one == typed.get("action")]
    if not chosen:
        raise ProblemRaised("bad-request")
    return chosen[0]


def _wish(typed: Mapping[str, str]) -> Wish:
    try:
        key = UUID(typed.get("key", ""))
    except ValueError:
        raise ProblemRaised("csrf") from None
    return Wish(correlation_id=key, actor=current_staff().actor, at=now())


def _order_named(typed: Mapping[str, str]) -> UUID:
    """Of the shops that one may act in, the one order that this names. Raises `OrderNeeded`."""
    text = typed.get("order", "")
    shops = shops_here(Role.STAFF)
    found = parts().views.orders_called(text, number=number_of(text), shops=shops) if text else []
    if len(found) != 1:
        raise OrderNeeded
    return found[0].stream


def _moved() -> str:
    return _("The case has changed since you looked at it. Look again before you act.")


def case_page(case: Case, typed: Mapping[str, str], *, complaint: str = "") -> str:
    """A case with what was typed about it, and what is wrong with that."""
    order, history = order_of_case(case), parts().store.read(case.id)
    if order is not None:
        told_in(order.terms.timezone)
    return render_template(
        "admin/case.html",
        case=case,
        order=order,
        order_status=STATUSES[status(order)] if order else None,
        history=[_told(one) for one in history],
        advice=_advice(case),
        actions=actions(case),
        candidates=_candidates(case),
        typed={"version": str(case.version), "key": str(uuid4()), **typed},
        complaint=complaint,
        may_act=current_staff().may(Role.STAFF, shop=shop_of_case(case)),
        asleep=case.asleep(now()),
        keeper_pairs=_pairs_of_keepers(case),
        lookers=lookers(parts(), case.id, current_staff().actor),
        me=current_staff().actor,
        done=request.args.get("done", ""),
        form=PressForm(),
        **_words(),
    )


def _advice(case: Case) -> object:
    """What to do next, while it is open."""
    if case.opened is None or case.state != "open":
        return ""
    return PAYOUT_FAILED if is_failed_payout(case.opened) else ADVICE[case.opened.kind]


def _pairs_of_keepers(case: Case) -> list[tuple[str, str]]:
    """Who can be chosen to look after it: as a form's value, and by name."""
    found = keepers(parts(), shop_of_case(case)) if case.state == "open" else ()
    return [(one.actor, one.email or one.actor) for one in found]


def _preview(
    case: Case,
    typed: Mapping[str, str],
    *,
    action: Action,
    order: UUID | None,
    foreseen: CasePreview,
) -> str:
    of_order = foreseen.order
    return render_template(
        "admin/case_preview.html",
        case=case,
        action=action,
        typed={name: value for name, value in typed.items() if name != "csrf_token"},
        names=[NAMES[type(one)][0] for one in foreseen.stamps],
        preview=of_order,
        stamps=shown(of_order.stamps) if of_order else [],
        before=STATUSES[status(of_order.before)] if of_order else None,
        after=STATUSES[status(of_order.after)] if of_order else None,
        letter_names=[LETTERS[one.letter] for one in of_order.letters] if of_order else [],
        form=PressForm(),
        **_words(),
    )


def _candidates(case: Case) -> Sequence[OrderPage]:
    """Orders that the payer's own words may mean."""
    opened = case.opened
    if opened is None or case.state != "open" or Action.ASSIGN not in actions(case):
        return ()
    shops, found = shops_here(Role.STAFF), dict[UUID, OrderPage]()
    for text in (opened.payer_reference or "").replace("/", " ").split()[:10]:
        for one in parts().views.orders_called(text, number=number_of(text), shops=shops, limit=5):
            found[one.stream] = one
    return [*found.values()][:5]


def _told(one: Recorded[object]) -> tuple[Recorded[object], str, str, str]:
    """A stamp of the case, its name, what it says, and what a person said about it."""
    said = case_stamp_in_words(one.stamp) if isinstance(one.stamp, CaseStamp) else ""
    reason = getattr(one.stamp, "reason", None)
    return one, NAMES[type(one.stamp)][0], said, reason or ""


def _amount(row: CaseRow) -> Money | None:
    return None if row.amount is None or not row.currency else Money(row.amount, row.currency)


def _words() -> dict[str, object]:
    return {
        "kinds": CASES,
        "severities": SEVERITIES,
        "resolutions": RESOLUTIONS,
    }
