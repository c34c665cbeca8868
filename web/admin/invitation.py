"""What a letter of invitation leads to: who may come to help presses a button, once."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ledger.staff.invitation import StaffInvitation
from web.actions.reports import zone_of
from web.actions.staff_invitations import accept, look
from web.admin.forms import role_name
from web.http.current import parts
from web.http.rate_limit import pressed_too_often
from web.i18n.format import local, told_in
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = Blueprint("staff_invitation", __name__, url_prefix="/admin/invitation")
Answer = str | Response | tuple[str, int]


@pages.get("/<code>")
def form(code: str) -> Answer:
    """What one is invited to. Looking at it uses nothing up, so no mail scanner accepts."""
    if pressed_too_often("invitation-look", limit=60):
        return _page(None, code, _("Please wait a minute, then press again.")), 429
    found = look(parts(), code)
    return _page(found, code), 200 if found else 404


@pages.post("/<code>")
def press(code: str) -> Answer:
    """They have the role; whoever cannot sign in yet chooses a password next."""
    if pressed_too_often("invitation", limit=20):
        return _page(None, code, _("Please wait a minute, then press again.")), 429
    accepted = accept(parts(), code)
    if accepted is None:
        return _page(None, code), 404
    return redirect(accepted.link or url_for("sign_in.form", invited=1), 303)


def _page(found: StaffInvitation | None, code: str, complaint: str = "") -> str:
    shop = found.grant.shop if found else None
    told_in(zone_of(parts(), [shop] if shop else parts().shops.slugs()).key)
    return render_template(
        "admin/invitation.html",
        invitation=found,
        role=role_name(found.grant.role) if found else "",
        place=local(parts().shops.get(shop).terms.name) if shop else _("All shops"),
        code=code,
        complaint=complaint,
        form=PressForm(formdata=None),
    )
