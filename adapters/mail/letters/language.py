"""How a language says things: its catalogue, its dates, its money."""

import io
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from adapters.currency_format import written
from ledger.kernel.clocks import within
from ledger.kernel.money import Money
from ledger.shop.texts import text_in

CATALOGUES = Path(__file__).parent / "locale"
# English is the source of the catalogues. Its dates and money are read in Europe.
_ENGLISH = "en"
_FORMS = {"en": "en_GB"}


class Speech:
    """One language, at one place on earth."""

    def __init__(self, language: str, *, timezone: str) -> None:
        self.language = spoken(language)
        self.timezone = timezone
        self._zone = ZoneInfo(timezone)
        self._locale = _FORMS.get(self.language, self.language)

    def say(self, sentence: str, **values: object) -> str:
        """A sentence of the catalogue, with its values filled in."""
        said = catalogue(self.language).gettext(sentence)
        return said % values if values else said

    def of(self, texts: Mapping[str, str]) -> str:
        """A text that the shop wrote, in this language if it did, else in English or any."""
        return text_in(texts, self.language)

    def money(self, money: Money) -> str:
        """`€123.45` or `123,45 €`, by language."""
        return written(money, self._locale)

    def rate(self, percent: str) -> str:
        """A VAT rate without trailing zeros: `25.5 %`."""
        return _rate(percent, self._locale)

    def date(self, moment: datetime) -> str:
        return _date(within(moment).astimezone(self._zone).date(), self._locale)

    def time(self, moment: datetime) -> str:
        """The time of day, in the shop's time zone."""
        there = within(moment).astimezone(self._zone)
        return _time(there.hour, there.minute, self._locale)

    def same_day(self, one: datetime, other: datetime) -> bool:
        """Whether two moments are on one day in the shop's time zone."""
        return self.date(one) == self.date(other)

    def moment(self, moment: datetime) -> str:
        """Date and time of day, in the shop's time zone."""
        there = within(moment).astimezone(self._zone)
        said = _date(there.date(), self._locale), _time(there.hour, there.minute, self._locale)
        return self.say("%(date)s at %(time)s", date=said[0], time=said[1])


# What is said again and again. Nothing of a person is among it.
_remembered = lru_cache(maxsize=5_000)


@_remembered
def _rate(percent: str, locale: str) -> str:
    return f"{format_decimal(Decimal(percent), locale=locale)}\N{NO-BREAK SPACE}%"


@_remembered
def _date(day: date, locale: str) -> str:
    return format_date(day, "long", locale=locale)


@_remembered
def _time(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), "short", locale=locale)


def spoken(language: str) -> str:
    """The language that we have letters in: `sv-FI` is `sv`, an unknown one is English."""
    known = language.replace("_", "-").partition("-")[0].lower()
    return known if known in languages() else _ENGLISH


@cache
def languages() -> frozenset[str]:
    """English, and each language that has a catalogue: adding the file adds the language."""
    return frozenset({_ENGLISH, *(file.stem for file in CATALOGUES.glob("*.po"))})


@cache
def catalogue(language: str) -> NullTranslations:
    """The sentences of a language; English speaks for itself."""
    if language == _ENGLISH:
        return NullTranslations()
    compiled = io.BytesIO()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)
