"""The language of an answer: `?language=`, else what the caller accepts, else English."""

from flask import Request

from ledger.order.decisions.place import LANGUAGES
from ledger.shop.texts import language_of


def wished_language(request: Request) -> str:
    """One of the languages that we speak."""
    wish = language_of(request.args.get("language", ""))
    if wish in LANGUAGES:
        return wish
    # `fi-FI, en;q=0.5` wants Finnish; Werkzeug's best match would take the exact "en".
    accepted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((one for one in accepted if one in LANGUAGES), LANGUAGES[0])
