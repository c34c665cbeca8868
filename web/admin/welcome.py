"""What an invitation leads to: choosing a password, once; then one is in."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ledger.staff.member import StaffMember
from web.actions.staff import choose_password, invited_by, take_invitation
from web.admin.forms import PasswordForm
from web.admin.signed_in import begin_session
from web.http.current import parts
from web.http.rate_limit import pressed_too_often
from web.http.session import end_sessions
from web.i18n.gettext import _

pages = Blueprint("welcome", __name__, url_prefix="/admin/welcome")
Answer = str | Response | tuple[str, int]


@pages.get("/<code>")
def form(code: str) -> Answer:
    """Whom the link is for, and what to choose. Looking at it uses nothing up."""
    if pressed_too_often("welcome-look", limit=60):
        return _page(None, PasswordForm(), ""), 429
    member = invited_by(parts(), code)
    return _page(member, PasswordForm(), code), 200 if member else 404


@pages.post("/<code>")
def choose(code: str) -> Answer:
    """The password counts from here on, the link no more."""
    typed = PasswordForm()
    if pressed_too_often("welcome", limit=20):
        member = None
        return _page(member, typed, code, _("Please wait a minute, then press again.")), 429
    member = invited_by(parts(), code)
    if member is None:
        return _page(None, typed, code), 404
    typed.email = member.email or ""
    if not typed.validate_on_submit():
        return _page(member, typed, code), 400 if "csrf_token" in typed.errors else 422
    taken = take_invitation(parts(), code)
    if taken is None:
        return _page(None, typed, code), 404
    choose_password(parts(), taken.id, typed.password.data or "")
    end_sessions("staff", taken.id)
    begin_session(taken, how="invitation")
    return redirect(url_for("security.page", welcome=1), 303)


def _page(member: StaffMember | None, typed: PasswordForm, code: str, complaint: str = "") -> str:
    return render_template(
        "admin/welcome.html", member=member, form=typed, code=code, complaint=complaint
    )
