"""The hosted payment page: the customer sees what is asked for, and says yes, no or later."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from babel.numbers import format_currency, get_currency_precision
from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from adapters.sandbox import pay as paying
from adapters.sandbox.books import Entry
from adapters.sandbox.by_itself import catch_up
from adapters.sandbox.chaos import CHANCES, GROUPS, Chaos, calm_down, set_chaos
from adapters.sandbox.control import knobs
from adapters.sandbox.errors import WireError
from adapters.sandbox.world import World

LANGUAGES = ("en", "fi", "sv")
_FOLDER = Path(__file__).parent / "translations"


@cache
def words(language: str) -> dict[str, str]:
    catalogue: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))
    return catalogue


def language_of(locale: str | None, accepted: str | None) -> str:
    """The session's locale decides; `auto` asks the browser; what we do not know is English."""
    wanted = accepted if locale in (None, "auto") else locale
    language = (wanted or "en").partition("-")[0]
    return language if language in LANGUAGES else "en"


def money(amount: int, currency: str, *, language: str) -> str:
    """An amount in minor units, as the language writes it."""
    units = amount / 10 ** get_currency_precision(currency.upper())
    return str(format_currency(units, currency.upper(), locale=_region(language)))


def moment(seconds: int, *, language: str) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return str(format_datetime(at, "medium", locale=_region(language))) + " UTC"


def _region(language: str) -> str:
    # English as it is written in Europe: the day before the month, twenty-four hours.
    return {"en": "en_GB", "fi": "fi_FI", "sv": "sv_SE"}[language]


_ACTS: dict[str, Callable[[World, Entry], None]] = {
    "pay": paying.pay,
    "decline": paying.decline,
    "later": paying.pay_later,
}
# Forms may lead back to any shop; nothing else may be loaded from elsewhere.
_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self' http: https:"
)


class Page:
    """One session, as its customer sees it."""

    def __init__(self, world: World, session: Entry) -> None:
        self.world, self.session = world, session.body
        self.lines = session.hidden["lines"]
        self.business = session.hidden.get("shown_as") or world.business
        self.manual = session.hidden["intent"].get("capture_method") == "manual"
        accepted = request.accept_languages.best_match(LANGUAGES)
        self.language = language_of(self.session["locale"], accepted)
        self.total = self.money(self.session["amount_total"])
        self.until = moment(self.session["expires_at"], language=self.language)
        self.offers_later = paying.delayed_method(self.session) is not None
        self.back = (self.session["success_url"] or "").replace(
            "{CHECKOUT_SESSION_ID}", self.session["id"]
        )

    def money(self, amount: int) -> str:
        return money(amount, self.session["currency"], language=self.language)

    def say(self, name: str, **values: Any) -> str:
        known = {"business": self.business, "total": self.total, "moment": self.until}
        return words(self.language)[name].format(**known, **values)

    @property
    def declined(self) -> bool:
        return self._intent_status() == "requires_payment_method"

    def _intent_status(self) -> str:
        intent = self.world.books.find(self.session["payment_intent"] or "", "payment_intent")
        return "" if intent is None else str(intent.body["status"])

    def message(self) -> str:
        """Which message a session that is over shows."""
        if self.session["status"] == "expired":
            return "expired"
        states = {"processing": "processing", "requires_payment_method": "failed"}
        return states.get(self._intent_status(), "paid")

    def message_text(self) -> str:
        held = self.message() == "paid" and self._intent_status() == "requires_capture"
        return self.say("held_text" if held else f"{self.message()}_text")


def hosted_page(world: World) -> Blueprint:
    blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static")

    @blueprint.get("/c/pay/<session_id>")
    def show(session_id: str) -> AnyResponse:
        return _show(world, session_id)

    @blueprint.post("/c/pay/<session_id>/<act>")
    def act(session_id: str, act: str) -> AnyResponse:
        return _act(world, session_id, act=act)

    @blueprint.get("/sandbox/chaos")
    def chaos() -> AnyResponse:
        return _chaos_page(Chaos.of(world.books))

    @blueprint.post("/sandbox/chaos")
    def stir() -> AnyResponse:
        return _stir(world)

    return blueprint


def _show(world: World, session_id: str) -> AnyResponse:
    catch_up(world)
    session = world.books.find(session_id, "checkout.session")
    if session is None:
        language = language_of(None, request.accept_languages.best_match(LANGUAGES))
        return _page("unknown.html", 404, words=words(language), language=language)
    page = Page(world, session)
    open_now = session.body["status"] == "open"
    return _page("pay.html" if open_now else "over.html", page=page, language=page.language)


def _act(world: World, session_id: str, *, act: str) -> AnyResponse:
    session = world.books.find(session_id, "checkout.session")
    if session is None or act not in _ACTS:
        return _show(world, session_id)
    catch_up(world)
    try:
        with world.books.acting():
            session = world.get("checkout.session", session_id)
            _ACTS[act](world, session)
    except WireError:
        # Pressed twice, or too late: the page says how things stand.
        return redirect(f"/c/pay/{session_id}", 303)
    if act == "decline":
        return redirect(f"/c/pay/{session_id}", 303)
    return redirect(Page(world, session).back, 303)


def _chaos_page(chaos: Chaos, complaint: str = "") -> AnyResponse:
    status = 400 if complaint else 200
    language = language_of(None, request.accept_languages.best_match(LANGUAGES))
    return _page(
        "chaos.html",
        status,
        knobs=knobs(chaos),
        groups=GROUPS,
        chances=CHANCES,
        complaint=complaint,
        words=words(language),
        language=language,
    )


def _stir(world: World) -> AnyResponse:
    try:
        with world.books.acting():
            if "calm" in request.form:
                calm_down(world.books)
            else:
                set_chaos(world.books, request.form.to_dict())
    except WireError as error:
        return _chaos_page(Chaos.of(world.books), error.message)
    return redirect("/sandbox/chaos", 303)


def _page(template: str, status: int = 200, **values: Any) -> Response:
    response = Response(render_template(template, **values), status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
