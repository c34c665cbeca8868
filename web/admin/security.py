"""One's own password, passkeys, second factor and sessions."""

from collections.abc import Sequence
from uuid import UUID

import segno
import structlog
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.staff.role import Role
from web.actions import passkeys, second_factor
from web.actions.passkey_names import name_of
from web.actions.passwords import fits
from web.actions.staff import choose_password
from web.admin.forms import AnswerForm, ChangeForm, SecondFactorForm
from web.admin.guard import back_office, current_staff, needs
from web.admin.signed_in import KIND
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.http.session import (
    browser_hash,
    end_session,
    end_sessions,
    sessions_of,
    signed_in,
)
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("security", __name__)
Answer = str | Response | tuple[str, int]
_log = structlog.get_logger("web.access")


@pages.get("/security")
@needs(*Role)
def page() -> str:
    """All of it, and what else there could be."""
    return _page()


@pages.post("/security/password")
@needs(*Role)
def change_password() -> Answer:
    """Another password. Whoever is signed in elsewhere signs in again."""
    slow_down("security", limit=20)
    typed, me = ChangeForm(), _me()
    typed.email = current_staff().name
    if not typed.validate_on_submit():
        return _page(password=typed), 400 if "csrf_token" in typed.errors else 422
    known = parts().credentials.read(me).password_hash
    if known is not None and not fits(typed.current.data or "", known):
        typed.current.errors = [_("That is not your present password.")]
        return _page(password=typed), 422
    choose_password(parts(), me, typed.password.data or "")
    here = signed_in(KIND)
    end_sessions(KIND, me, but=here.id if here else None)
    return _done("password changed")


@pages.post("/security/second-factor")
@needs(*Role)
def turn_on() -> Answer:
    """From here on a code is asked for. The recovery codes are shown this once."""
    slow_down("security", limit=20)
    typed = SecondFactorForm()
    secret = _secret_in(typed.secret.data or "")
    if not typed.validate_on_submit() or secret is None:
        return _page(second=typed), 400 if "csrf_token" in typed.errors else 422
    codes = second_factor.turn_on(parts(), _me(), secret, typed=typed.code.data or "")
    if codes is None:
        typed.code.errors = [_("That code did not fit. Is the clock of your phone right?")]
        return _page(second=typed), 422
    _log.info("second factor on", actor=current_staff().actor)
    return _page(codes=codes)


@pages.post("/security/second-factor/off")
@needs(*Role)
def turn_off() -> Answer:
    """A password is enough again; it is asked for."""
    slow_down("security", limit=20)
    typed = ChangeForm()
    known = parts().credentials.read(_me()).password_hash
    if not fits(typed.current.data or "", known):
        return _page(complaint=_("That is not your present password.")), 422
    second_factor.turn_off(parts(), _me())
    return _done("second factor off")


@pages.post("/security/passkeys/question")
@needs(*Role)
def passkey_question() -> Answer:
    """What a new device is asked."""
    slow_down("passkey", limit=20)
    site = passkeys.site_of(parts().settings.base_url)
    if site is None:
        raise ProblemRaised("not-found")
    told = passkeys.begin_registration(parts(), site, _owner(), browser=browser_hash())
    return Response(told, mimetype="application/json")


@pages.post("/security/passkeys")
@needs(*Role)
def add_passkey() -> Answer:
    """A device that may sign in from here on."""
    slow_down("passkey", limit=20)
    typed, site = AnswerForm(), passkeys.site_of(parts().settings.base_url)
    if site is None:
        raise ProblemRaised("not-found")
    if not typed.validate_on_submit():
        return _page(), 400 if "csrf_token" in typed.errors else 422
    name = (typed.name.data or "").strip() or _("Passkey")
    try:
        passkeys.finish_registration(
            parts(),
            site,
            _owner(),
            answer=typed.answer.data or "",
            name=name,
            browser=browser_hash(),
        )
    except passkeys.PasskeyRefused:
        return _page(complaint=_("That passkey could not be added. Try again.")), 422
    return _done("passkey added")


@pages.post("/security/passkeys/<passkey>/remove")
@needs(*Role)
def remove_passkey(passkey: str) -> Answer:
    """A device that may sign in no longer."""
    parts().passkeys.remove(KIND, _me(), uuid_in(passkey))
    return _done("passkey removed")


@pages.post("/security/sessions/<session>/end")
@needs(*Role)
def end_one(session: str) -> Answer:
    """Somewhere else, one is signed in no longer."""
    end_session(KIND, _me(), uuid_in(session))
    return _done("session ended")


@pages.post("/security/sessions/end")
@needs(*Role)
def end_others() -> Answer:
    """Signed in only here."""
    here = signed_in(KIND)
    end_sessions(KIND, _me(), but=here.id if here else None)
    return _done("sessions ended")


def _done(what: str) -> Response:
    _log.info(what, actor=current_staff().actor)
    return redirect(url_for("security.page", done=1), 303)


def _page(
    *,
    password: ChangeForm | None = None,
    second: SecondFactorForm | None = None,
    codes: Sequence[str] = (),
    complaint: str = "",
) -> str:
    me, here = _me(), signed_in(KIND)
    credentials = parts().credentials.read(me)
    second = second or SecondFactorForm(formdata=None)
    secret = _secret_in(second.secret.data or "") or second_factor.fresh_secret()
    second.secret.data = parts().keyring.seal_note(me, secret.encode()).hex()
    devices = [(one, name_of(parts(), one)) for one in parts().passkeys.of(KIND, me)]
    return render_template(
        "admin/security.html",
        staff=current_staff(),
        credentials=credentials,
        password=password or ChangeForm(formdata=None),
        second=second,
        secret=secret,
        picture=_picture(secret),
        codes=codes,
        complaint=complaint,
        done="done" in request.args,
        welcome="welcome" in request.args,
        devices=devices,
        device=AnswerForm(formdata=None),
        can_have_passkeys=passkeys.site_of(parts().settings.base_url) is not None,
        sessions=sessions_of(KIND, me),
        here=here.id if here else None,
        press=PressForm(formdata=None),
    )


def _picture(secret: str) -> str:
    """The code for a phone, as a picture of ours: no other host sees the secret."""
    issuer = parts().settings.base_url.partition("://")[2].partition("/")[0].replace(":", " ")
    address = second_factor.app_address(secret, email=current_staff().name, issuer=issuer)
    made = segno.make(address, error="m", micro=False)
    return made.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True)


def _secret_in(sealed: str) -> str | None:
    """The secret that this person's page was made with; None if it is none of ours."""
    try:
        opened = parts().keyring.open_note(_me(), bytes.fromhex(sealed)) if sealed else None
    except Exception:
        return None
    return opened.decode() if opened else None


def _owner() -> passkeys.Owner:
    return passkeys.Owner(kind=KIND, subject=_me(), shown=current_staff().name)


def _me() -> UUID:
    me = current_staff().member
    assert me is not None, "only people sign in"
    return me
