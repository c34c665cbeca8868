"""Signing in, and out: by a link in a letter or with a passkey. There are no passwords."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.accounts.account import Account
from web.actions import passkeys
from web.actions.sign_in import account_by_link, link_of, send_link
from web.http.current import parts
from web.http.device import device_words
from web.http.onward import onward_path
from web.http.person import account_here, first_letters
from web.http.rate_limit import pressed_too_often, slow_down
from web.http.session import browser_hash, is_browser, sign_in, sign_out
from web.http.visitor_cart import join_carts
from web.i18n import languages
from web.i18n.gettext import _
from web.pages.forms import LinkForm, PressForm

pages = Blueprint("customer_sign_in", __name__)
Answer = str | Response | tuple[str, int]
PRESSES = 30
_HOUR = 3600


@pages.get("/me/sign-in")
def form() -> Answer:
    """How to sign in; whoever is signed in goes on at once."""
    onward = onward_path(request.args.get("next", ""))
    if account_here() is not None:
        return redirect(onward, 303)
    empty = LinkForm()
    empty.next.data = onward
    return _page(empty, sent="sent" in request.args)


@pages.post("/me/sign-in")
def ask() -> Answer:
    """Take the wish, then see other: the same page for everybody, and a letter for each."""
    typed = LinkForm()
    if pressed_too_often("sign-in-now", limit=6) or pressed_too_often(
        "sign-in", limit=60, per_seconds=_HOUR
    ):
        return _page(typed, complaint=_("Please wait a minute, then press again.")), 429
    if not typed.validate_on_submit():
        return _page(typed), 400 if "csrf_token" in typed.errors else 422
    wired, email = parts(), (typed.email.data or "").strip()
    onward, language = onward_path(typed.next.data or ""), languages.current()
    browser, device = browser_hash(), device_words(request.headers.get("User-Agent", ""))
    wired.aside(
        lambda: send_link(
            wired, email, language=language, onward=onward, browser=browser, device=device
        )
    )
    return redirect(url_for("customer_sign_in.form", sent=1, next=onward), 303)


@pages.get("/me/sign-in/<code>")
def look(code: str) -> Answer:
    """What the link would do. Opening it does nothing: mail scanners open links, too."""
    slow_down("sign-in-link", limit=PRESSES)
    link = link_of(parts(), code)
    if link is None:
        return _stale()
    return render_template(
        "sign_in_link.html",
        form=PressForm(),
        code=code,
        person=first_letters(link.email),
        here=is_browser(link.browser),
    )


@pages.post("/me/sign-in/<code>")
def press(code: str) -> Answer:
    """Sign in, then see other: where they were going."""
    slow_down("sign-in-link", limit=PRESSES)
    found = account_by_link(parts(), code)
    if found is None:
        return _stale()
    account, link = found
    return _signed_in(account, link.onward, how="link")


@pages.post("/me/sign-in/passkey/question")
def question() -> Response | tuple[dict[str, str], int]:
    """What the browser asks its passkeys, as JSON. It tells nothing of anybody."""
    slow_down("passkey", limit=PRESSES)
    site = passkeys.site_of(parts().settings.base_url)
    if site is None:
        return {}, 404
    asked = passkeys.begin_sign_in(parts(), site, "customer", browser=browser_hash())
    return Response(asked, content_type="application/json")


@pages.post("/me/sign-in/passkey")
def answer() -> Answer:
    """Sign in with what a passkey answered, then see other."""
    slow_down("passkey", limit=PRESSES)
    site, told = passkeys.site_of(parts().settings.base_url), request.form.get("answer", "")
    typed = LinkForm()
    try:
        if site is None:
            raise passkeys.PasskeyRefused("no passkey works here")
        known = passkeys.finish_sign_in(parts(), site, "customer", told, browser=browser_hash())
        account = parts().accounts.get(known.subject)
        if not account.alive:
            raise passkeys.PasskeyRefused("its person was erased")
    except passkeys.PasskeyRefused:
        sentence = _("This passkey does not open an account here. Sign in by email instead.")
        return _page(typed, complaint=sentence), 403
    return _signed_in(account, onward_path(request.form.get("next", "")), how="passkey")


@pages.post("/me/sign-out")
def leave() -> Response:
    """End the session of this browser, then see other."""
    slow_down("sign-out", limit=PRESSES)
    sign_out("customer")
    return redirect(url_for("customer_sign_in.form", out=1), 303)


def _signed_in(account: Account, onward: str, *, how: str) -> Response:
    """A session begins, the guest's cart joins the account's, the account's language is spoken."""
    sign_in("customer", account.id, how=how)
    joined = join_carts(account.id)
    if joined:
        onward += "&joined=1" if "?" in onward else "?joined=1"
    answer = redirect(onward, 303)
    languages.remember(answer, account.language)
    return answer


def _stale() -> tuple[str, int]:
    return render_template("sign_in_link.html", form=None, code="", person="", here=False), 410


def _page(typed: LinkForm, *, sent: bool = False, complaint: str = "") -> str:
    languages.read_again_at(
        url_for("customer_sign_in.form"), {"next": onward_path(typed.next.data or "")}
    )
    return render_template(
        "sign_in.html",
        form=typed,
        press=PressForm(),
        sent=sent,
        out="out" in request.args,
        complaint=complaint,
        letters=parts().send_sign_in_link is not None,
        site=passkeys.site_of(parts().settings.base_url),
        here=request.host_url.rstrip("/"),
    )
