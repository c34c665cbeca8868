"""Who runs the shops: invite them, say what they may, help who is locked out, remove them."""

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from ledger.kernel.refusals import UnknownMember
from ledger.staff.invitation import StaffInvitation
from ledger.staff.member import StaffMember
from ledger.staff.role import Grant, Role
from web.actions import staff as actions
from web.actions import staff_invitations as letters
from web.admin.forms import EVERYWHERE, GrantForm, InviteForm, role_name
from web.admin.guard import back_office, current_staff, needs, shops_here
from web.http.access import denied
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.i18n.format import local
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("people", __name__)
Answer = str | Response | tuple[str, int]


@pages.get("/people")
@needs(Role.ADMIN)
def page() -> str:
    """Everybody whom one may decide about."""
    return _page()


@pages.post("/people")
@needs(Role.ADMIN)
def invite() -> Answer:
    """A letter goes out; where none can, a link is shown this once."""
    slow_down("people", limit=30)
    typed = _choices(InviteForm())
    if not typed.validate_on_submit():
        return _page(typed), 400 if "csrf_token" in typed.errors else 422
    grant = typed.grant()
    _require([grant])
    email, actor = typed.email.data or "", current_staff().actor
    if parts().office.send_invitation is None:
        invited = actions.invite(parts(), email=email, grant=grant, actor=actor)
        return _page(link=invited.link, invited=invited.member)
    language = typed.language.data
    try:
        sent = letters.invite(parts(), email=email, grant=grant, language=language, actor=actor)
    except letters.LetterRefused:
        return _page(typed, complaint=_refused()), 502
    return _page(posted=sent)


@pages.post("/people/invitations/<invitation>/send")
@needs(Role.ADMIN)
def send_again(invitation: str) -> Answer:
    """Another letter; the link of the one before counts no more."""
    slow_down("people", limit=30)
    found = _waiting(invitation)
    try:
        sent = letters.send_again(parts(), found.id, actor=current_staff().actor)
    except letters.LetterRefused:
        return _page(complaint=_refused()), 502
    except letters.NoMailServer:
        return _page(complaint=_("There is no mail server here any more.")), 409
    return _page(posted=sent)


@pages.post("/people/invitations/<invitation>/withdraw")
@needs(Role.ADMIN)
def take_back(invitation: str) -> Answer:
    """Its link counts no more."""
    letters.withdraw(parts(), _waiting(invitation).id)
    return redirect(url_for("people.page"), 303)


@pages.post("/people/<member>/roles")
@needs(Role.ADMIN)
def grant(member: str) -> Answer:
    """They may more from here on."""
    typed = _choices(GrantForm())
    if not typed.validate_on_submit():
        return _page(), 400 if "csrf_token" in typed.errors else 422
    _require([typed.grant()])
    actions.set_role(parts(), uuid_in(member), typed.grant(), actor=current_staff().actor)
    return redirect(url_for("people.page"), 303)


@pages.post("/people/<member>/roles/withdraw")
@needs(Role.ADMIN)
def withdraw(member: str) -> Answer:
    """They may less from here on."""
    typed = _choices(GrantForm())
    if not typed.validate_on_submit():
        return _page(), 400 if "csrf_token" in typed.errors else 422
    _require([typed.grant()])
    actions.withdraw_role(parts(), uuid_in(member), typed.grant(), actor=current_staff().actor)
    return redirect(url_for("people.page"), 303)


@pages.post("/people/<member>/link")
@needs(Role.ADMIN)
def reset(member: str) -> Answer:
    """For who is locked out: what they had counts no more, a new link is shown this once."""
    slow_down("people", limit=30)
    found = _decided_about(member)
    link = actions.reset(parts(), found.id, actor=current_staff().actor)
    return _page(link=link, invited=found)


@pages.post("/people/<member>/remove")
@needs(Role.ADMIN)
def remove(member: str) -> Answer:
    """They are out at once."""
    actions.remove(parts(), _decided_about(member).id, actor=current_staff().actor)
    return redirect(url_for("people.page"), 303)


def _decided_about(member: str) -> StaffMember:
    """Whoever is named, if all that they may is the caller's to hand out. Raises problems."""
    found = parts().staff.get(uuid_in(member))
    if not found.belongs:
        raise UnknownMember
    _require(found.grants or [Grant(role=Role.ADMIN)])
    return found


def _waiting(invitation: str) -> StaffInvitation:
    """The invitation that is named, if its role is the caller's to hand out. Raises problems."""
    found = letters.waiting(parts(), uuid_in(invitation))
    _require([found.grant])
    return found


def _refused() -> str:
    return _("The mail server did not take the letter, so nobody was invited. Try again later.")


def _require(grants: Sequence[Grant] | frozenset[Grant]) -> None:
    if not current_staff().may_hand_out(grants):
        denied(current_staff(), shop=None)


def _choices(form: GrantForm) -> GrantForm:
    shops = [
        SelectChoice(slug, local(parts().shops.get(slug).terms.name))
        for slug in shops_here(Role.ADMIN)
    ]
    every = [SelectChoice(EVERYWHERE, _("All shops"))] if current_staff().may(shop=None) else []
    form.shop.choices = [*every, *shops]
    return form


def _page(
    typed: InviteForm | None = None,
    *,
    link: str | None = None,
    invited: StaffMember | None = None,
    posted: StaffInvitation | None = None,
    complaint: str = "",
) -> str:
    me = current_staff()
    return render_template(
        "admin/people.html",
        staff=me,
        members=[one for one in parts().staff.belonging() if _seen(one)],
        mine=lambda one: me.may_hand_out(one.grants or [Grant(role=Role.ADMIN)]),
        may_take=lambda grant: me.may_hand_out([grant]),
        role_name=role_name,
        everywhere=EVERYWHERE,
        form=typed or _choices(InviteForm(formdata=None)),
        more=_choices(GrantForm(formdata=None)),
        press=PressForm(formdata=None),
        link=link,
        invited=invited,
        posted=posted,
        complaint=complaint,
        by_letter=parts().office.send_invitation is not None,
        waiting=[one for one in letters.listed(parts()) if me.may_hand_out([one.grant])],
    )


def _seen(member: StaffMember) -> bool:
    """An admin of one shop sees who has a role there, and whom all shops have."""
    me = current_staff()
    return me.may(shop=None) or any(
        one.shop is None or me.may(shop=one.shop) for one in member.grants
    )
