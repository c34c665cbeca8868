"""The language of an answer: `?language=`, else what the caller accepts, else English."""

from collections.abc import Mapping

from flask import Request

from ledger.order.place import LANGUAGES


def wished_language(request: Request) -> str:
    """One of the languages that we speak."""
    wish = request.args.get("language", "")
    if wish in LANGUAGES:
        return wish
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def in_language(texts: Mapping[str, str], language: str) -> str:
    """One of a shop's own texts: in this language, else in English, else in any."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
