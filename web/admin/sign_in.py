"""Into the back office and out of it: by password and code, or by passkey."""

import structlog
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.staff.member import StaffMember
from ledger.staff.role import Role
from web.actions.passkeys import PasskeyRefused, begin_sign_in, finish_sign_in, site_of
from web.actions.second_factor import accepts
from web.actions.staff import by_password
from web.admin.forms import AnswerForm, CodeForm, SignInForm
from web.admin.guard import back_office, current_staff, needs
from web.admin.signed_in import (
    KIND,
    before_second_step,
    begin_second_step,
    begin_session,
    end_session,
)
from web.http.current import parts
from web.http.rate_limit import pressed_too_often
from web.http.session import browser_hash
from web.i18n.gettext import _

pages = Blueprint("sign_in", __name__, url_prefix="/admin")
home = back_office("admin", __name__)
Answer = str | Response | tuple[str, int]
_log = structlog.get_logger("web.access")
# How often somebody may try. All windows pass by themselves: nobody is locked out for ever, and a
# passkey is not counted against its account at all.
PER_VISITOR, PER_ACCOUNT, PER_ACCOUNT_SECONDS, CODES = 20, 30, 900, 8


@pages.get("/sign-in")
def form() -> str:
    """What it takes to come in."""
    typed = SignInForm()
    typed.next.data = request.args.get("next", "")
    return _page(typed)


@pages.post("/sign-in")
def enter() -> Answer:
    """By password. Whoever has a second factor is asked for it next."""
    typed = SignInForm()
    too_often = pressed_too_often("sign-in", limit=PER_VISITOR)
    if too_often:
        return _page(typed, _too_often()), 429
    if not typed.validate_on_submit():
        return _page(typed), 400 if "csrf_token" in typed.errors else 422
    email = (typed.email.data or "").strip()
    about = parts().keyring.blind_index(email)
    if _tried_too_often(about):
        return _page(typed, _too_often()), 429
    member = by_password(parts(), email, typed.password.data or "")
    if member is None:
        _log.warning("sign-in refused", how="password", about=about[:12])
        return _page(typed, _("That did not fit. Check the address and the password.")), 422
    if parts().credentials.read(member.id).totp_sealed is not None:
        begin_second_step(member)
        return redirect(url_for("sign_in.second", next=typed.next.data or None), 303)
    return _in(member, "password", typed.next.data)


@pages.get("/sign-in/code")
def second() -> Answer:
    """The second step: a code of the app, or a recovery code."""
    if before_second_step() is None:
        return redirect(url_for("sign_in.form", next=request.args.get("next") or None), 303)
    typed = CodeForm()
    typed.next.data = request.args.get("next", "")
    return render_template("admin/sign_in_code.html", form=typed, complaint="")


@pages.post("/sign-in/code")
def prove() -> Answer:
    """Whoever has the password and the code is in. A code counts once."""
    typed = CodeForm()
    too_often = pressed_too_often("sign-in-code", limit=PER_VISITOR)
    member = before_second_step()
    if too_often or (member is not None and _coded_too_often(member)):
        return _code_page(typed, _too_often()), 429
    if member is None:
        return redirect(url_for("sign_in.form", next=typed.next.data or None), 303)
    if not typed.validate_on_submit():
        return _code_page(typed), 400 if "csrf_token" in typed.errors else 422
    if not accepts(parts(), member.id, typed.code.data or ""):
        _log.warning("sign-in refused", how="code", actor=member.actor)
        sentence = _("That code did not fit, or was used. Wait for the next one.")
        return _code_page(typed, sentence), 422
    return _in(member, "password and code", typed.next.data)


@pages.post("/sign-in/passkey/question")
def passkey_question() -> Answer:
    """What a device with a passkey is asked."""
    site = site_of(parts().settings.base_url)
    if pressed_too_often("passkey", limit=PER_VISITOR):
        return "", 429
    if site is None:
        return "", 404
    told = begin_sign_in(parts(), site, KIND, browser=browser_hash())
    return Response(told, mimetype="application/json")


@pages.post("/sign-in/passkey")
def by_passkey() -> Answer:
    """Whoever's device answers is in: it has asked for a finger or a code itself."""
    typed, site = AnswerForm(), site_of(parts().settings.base_url)
    if pressed_too_often("passkey", limit=PER_VISITOR):
        return _page(SignInForm(formdata=None), _too_often()), 429
    try:
        if site is None or not typed.validate_on_submit():
            raise PasskeyRefused("no answer")
        answer = typed.answer.data or ""
        passkey = finish_sign_in(parts(), site, KIND, answer, browser=browser_hash())
        member = parts().staff.get(passkey.subject)
        if not member.belongs:
            raise PasskeyRefused("belongs no longer")
    except PasskeyRefused as refusal:
        _log.warning("sign-in refused", how="passkey", why=str(refusal))
        sentence = _("That passkey was not accepted. Try again, or use your password.")
        return _page(SignInForm(formdata=None), sentence), 422
    return _in(member, "passkey", typed.next.data)


@home.post("/sign-out")
@needs(*Role)
def leave() -> Response:
    """This browser is nobody's from now on."""
    _log.info("signed out", actor=current_staff().actor)
    end_session()
    return redirect(url_for("sign_in.form"), 303)


def _in(member: StaffMember, how: str, wanted: str | None) -> Response:
    begin_session(member, how=how)
    return redirect(_onward(wanted or ""), 303)


def _tried_too_often(about: str) -> bool:
    """Counted for names that there are and for others alike."""
    key = f"sign-in-name/{about}"
    return not parts().limits.hit(key, per_seconds=PER_ACCOUNT_SECONDS, limit=PER_ACCOUNT)


def _coded_too_often(member: StaffMember) -> bool:
    key = f"sign-in-code-of/{member.id}"
    return not parts().limits.hit(key, per_seconds=300, limit=CODES)


def _too_often() -> str:
    return _("Please wait a minute, then press again.")


def _onward(wanted: str) -> str:
    """Only to pages of the back office and of the door, whatever an address says."""
    path, _mark, query = wanted.partition("?")
    harmless = path.startswith(("/admin/", "/door/")) and "//" not in path and "\\" not in path
    if not harmless or not path.isascii() or any(one <= " " for one in wanted):
        return url_for("admin.index")
    return f"{path}?{query}" if query else path


def _page(typed: SignInForm, complaint: str = "") -> str:
    device = AnswerForm(formdata=None)
    device.next.data = typed.next.data
    return render_template(
        "admin/sign_in.html",
        form=typed,
        device=device,
        passkeys=site_of(parts().settings.base_url) is not None,
        complaint=complaint,
    )


def _code_page(typed: CodeForm, complaint: str = "") -> str:
    return render_template("admin/sign_in_code.html", form=typed, complaint=complaint)
