"""The payment page's sentences, in English, Finnish and Swedish."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_datetime
from babel.numbers import format_currency, get_currency_precision

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
