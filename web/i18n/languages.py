"""The languages we speak: whatever has a catalogue. English is the source."""

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale, support
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.wrappers import Response as BaseResponse

from ledger.shop.texts import language_of

SOURCE = "en"
COOKIE = "language"
YEAR = 365 * 24 * 3600
CATALOGUES = Path(__file__).parent.parent / "translations"


def speak(app: Flask) -> None:
    """Give an app its languages: chosen by ?lang, then cookie, then what the browser asks for."""
    _Babel(app, locale_selector=chosen)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: texts().gettext(text),
        ngettext=lambda one, many, number: texts().ngettext(one, many, number),
        newstyle=True,
    )
    app.after_request(_remember)
    app.context_processor(_for_templates)


@cache
def known() -> tuple[str, ...]:
    """English, and every folder of translations that holds a catalogue."""
    found = (path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
    return (SOURCE, *sorted(name for name in found if name != SOURCE))


def chosen() -> str:
    """The language for this request."""
    if not has_request_context():
        return SOURCE
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if (spoken := of_tag(wish)) in known():
            return spoken
    # `fi-FI, en;q=0.5` wants Finnish; Werkzeug's best match would take the exact "en".
    accepted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((one for one in accepted if one in known()), SOURCE)


def of_tag(tag: str | None) -> str:
    """The language of a tag (SPEC C15): `fi-FI`, `FI` and `fi_FI` are all Finnish."""
    return language_of(tag or "")


def current() -> str:
    """The language of the page that is being made.

    Every sentence asks, so what Flask-Babel chose is looked up where it keeps it.
    """
    try:
        kept = g.get("_flask_babel")
    except RuntimeError:
        return SOURCE  # outside of any request
    locale = getattr(kept, "babel_locale", None) or get_locale()
    return locale.language if locale else SOURCE


@cache
def catalogue(language: str) -> support.Translations | support.NullTranslations:
    """A language's texts, compiled from its .po file in memory; none for the source."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return support.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return support.Translations(compiled)


def texts() -> support.Translations | support.NullTranslations:
    """The texts of the language of this request."""
    return catalogue(current())


class _Catalogues(Domain):  # type: ignore[misc]  # flask-babel ships no types
    """Flask-Babel's domain, reading the catalogues that people edit."""

    def get_translations(self) -> support.Translations | support.NullTranslations:
        """The texts of the language of this request."""
        return texts()


class _Babel(Babel):  # type: ignore[misc]  # flask-babel ships no types
    @property
    def domain_instance(self) -> Domain:
        return _Catalogues()


def _remember(response: Response) -> Response:
    if request.query_string and "lang" in request.args:
        remember(response, of_tag(request.args["lang"]))
    if "immutable" in response.headers.get("Cache-Control", ""):
        return response  # what never changes is the same in every language
    response.headers.add("Vary", "Accept-Language, Cookie")
    return response


def remember(response: BaseResponse, language: str) -> None:
    """This browser is spoken to in a language from now on, if it is one of ours."""
    if language in known():
        # By our public address: behind a proxy each request seems to come without TLS.
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(
            COOKIE, language, max_age=YEAR, samesite="Lax", httponly=True, secure=secure
        )


def _for_templates() -> dict[str, Any]:
    return {"language": current(), "languages": _choices}


def read_again_at(path: str, query: Mapping[str, object] | None = None) -> None:
    """Where this page, or the next best, is read again; links to other languages lead there."""
    g.read_again_at = path, query or {}


def _choices() -> list[tuple[str, str, str]]:
    """(code, the language's own name, this page in it) for each language."""
    path, query = g.get("read_again_at") or (request.path, request.args)
    kept = {name: value for name, value in query.items() if name != "lang"}
    return [
        (code, own_name(code), f"{path}?{urlencode({**kept, 'lang': code})}") for code in known()
    ]


@cache
def own_name(code: str) -> str:
    """What a language calls itself."""
    name = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]
