"""Whose case it is, who looks at it now, and until when it is put aside."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.cases.case import Case
from ledger.kernel.clocks import storable
from ledger.kernel.refusals import Refusal, UnknownMember
from ledger.staff.role import Role
from web.actions import attention as actions
from web.actions.wish import Wish
from web.admin.desk import READERS, case_here, case_page, order_of_case, shop_of_case
from web.admin.guard import back_office, current_staff, needs
from web.admin.words import why
from web.http.addresses import now
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.format import page_zone
from web.i18n.gettext import _

pages = back_office("attention", __name__)
_REASON = 500
# Work begins then; whoever put a case aside finds it there in the morning.
_MORNING = 8
_DAYS = {"day": 1, "week": 7, "month": 30}


@pages.get("/cases/<case>/lookers")
@needs(*READERS)
def lookers(case: str) -> str:
    """Who else looks at it, as a part of its page: asked again while that is open."""
    found = case_here(case, *READERS)
    return render_template("admin/lookers.html", lookers=looked_at_by(found.id))


@pages.post("/cases/<case>/snooze")
@needs(Role.STAFF)
def snooze(case: str) -> str | Response | tuple[str, int]:
    """Put aside, and back by itself; or back at once."""
    slow_down("staff-action", limit=120)
    found = case_here(case, Role.STAFF)
    typed = {name: value[:_REASON].strip() for name, value in request.form.items()}
    back = typed.get("for") == "now"
    until = None if back else _until(typed, ZoneInfo(_zone_of(found)))
    if not back and until is None:
        return case_page(found, typed, complaint=_("Say until when: choose a day to come.")), 422
    if not back and not typed.get("snooze_reason"):
        complaint = _("Say why it waits, so that nobody wonders.")
        return case_page(found, typed, complaint=complaint), 422
    reason = typed.get("snooze_reason") or _("taken up again")
    try:
        actions.snooze(parts(), found.id, _wish(), until=until, reason=reason)
    except Refusal as refusal:
        return case_page(parts().cases.get(found.id), typed, complaint=why(refusal)), 409
    return redirect(url_for("desk.page", case=found.id, done="back" if back else "snooze"), 303)


@pages.post("/cases/<case>/hand")
@needs(Role.STAFF)
def hand(case: str) -> str | Response | tuple[str, int]:
    """Somebody looks after it from now on, or nobody does."""
    slow_down("staff-action", limit=120)
    found = case_here(case, Role.STAFF)
    typed = {name: value[:_REASON].strip() for name, value in request.form.items()}
    to = current_staff().actor if typed.get("to") == "me" else typed.get("to", "")
    try:
        actions.hand(parts(), found.id, _wish(), to=to, shop=shop_of_case(found))
    except UnknownMember:
        complaint = _("They cannot resolve this case. Choose somebody else.")
        return case_page(found, typed, complaint=complaint), 422
    except Refusal as refusal:
        return case_page(parts().cases.get(found.id), typed, complaint=why(refusal)), 409
    return redirect(url_for("desk.page", case=found.id, done="hand"), 303)


def looked_at_by(case: UUID) -> Mapping[str, datetime]:
    """Who else looks at a case now; whoever asks does, too."""
    return actions.lookers(parts(), case, current_staff().actor)


def _wish() -> Wish:
    """Pressed twice it is so already: no key is needed."""
    return Wish(correlation_id=uuid4(), actor=current_staff().actor, at=now())


def _zone_of(case: Case) -> str:
    """Of its order's shop; where there is none, of the page."""
    order = order_of_case(case)
    return order.terms.timezone if order else page_zone().key


def _until(typed: Mapping[str, str], zone: ZoneInfo) -> datetime | None:
    """The morning of the day that was chosen; None for what is no day."""
    today = now().astimezone(zone).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    if typed.get("for") in _DAYS:
        return today + timedelta(days=_DAYS[typed["for"]])
    try:
        day = datetime.fromisoformat(typed.get("day", ""))
        morning = today.replace(year=day.year, month=day.month, day=day.day)
    except ValueError:
        return None
    return morning if storable(morning) else None
