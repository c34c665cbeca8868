"""Money, dates and texts in the visitor's language, for templates."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from flask import Flask, g

from adapters.currency_format import written
from ledger.kernel.clocks import within
from ledger.kernel.money import Money
from ledger.shop.texts import cut, link_in, text_in
from web.i18n import languages
from web.i18n.gettext import _, ngettext

# English dates are written the European way round: nobody mistakes 2 December for 12 February.
_FORMS = {"en": "en_GB"}


def add_filters(app: Flask) -> None:
    """Teach an app's templates to write money, times, texts and numbers."""
    for one in (
        money,
        day,
        moment,
        local,
        cut,
        link,
        percent,
        number,
        stamped,
        span,
        count,
        short_day,
    ):
        app.add_template_filter(one)
    app.context_processor(lambda: {"time_zone": time_zone})


def money(amount: Money) -> str:
    """An amount in the form of the visitor's language."""
    return written(amount, _form())


def day(when: datetime, zone: str = "") -> str:
    """A date in the shop's time zone; on a page of many shops in that of the one it is about."""
    there = within(when).astimezone(ZoneInfo(zone)) if zone else _there(when)
    return _day(there.date(), "long", _form())


def moment(when: datetime) -> str:
    """A date with its time of day, in the shop's time zone, as letters write it."""
    return _("%(date)s at %(time)s", date=day(when), time=clock_time(when))


def weekday(when: datetime) -> str:
    """A date with its day of the week, in the shop's time zone, to begin a line with."""
    told = _day(_there(when).date(), "full", _form())
    return told[:1].upper() + told[1:]


def clock_time(when: datetime) -> str:
    """A time of day, in the shop's time zone."""
    return _time(_there(when).time().replace(second=0, microsecond=0), _form())


def same_day(one: datetime, other: datetime) -> bool:
    """Whether two moments are on one day in the shop's time zone."""
    return _there(one).date() == _there(other).date()


def stamped(when: datetime) -> str:
    """A time for machines, in UTC."""
    return when.astimezone(UTC).isoformat(timespec="seconds")


def local(texts: Mapping[str, str]) -> str:
    """A shop's own text in the visitor's language."""
    return text_in(texts, languages.current())


def link(links: Mapping[str, str]) -> str:
    """A shop's own link in the visitor's language; nothing where a page may not lead."""
    return link_in(links, languages.current())


def percent(rate: str) -> str:
    """A VAT rate without trailing zeros."""
    return numbers.format_percent(Decimal(rate) / 100, "#,##0.## %", locale=_form())


def span(seconds: int) -> str:
    """A span of time in the largest unit that it is whole in."""
    if seconds % 86_400 == 0:
        return ngettext("%(num)d day", "%(num)d days", seconds // 86_400)
    if seconds % 3_600 == 0:
        return ngettext("%(num)d hour", "%(num)d hours", seconds // 3_600)
    if seconds % 60 == 0:
        return ngettext("%(num)d minute", "%(num)d minutes", seconds // 60)
    return ngettext("%(num)d second", "%(num)d seconds", seconds)


def count(many: int) -> str:
    """A whole number, in the form of the visitor's language."""
    return str(numbers.format_decimal(many, locale=_form()))


def share(thousandths: int) -> str:
    """A part of a whole, with one digit after the point."""
    return str(numbers.format_percent(Decimal(thousandths).scaleb(-3), "#,##0.0 %", _form()))


def short_day(when: date) -> str:
    """A date in figures."""
    return str(dates.format_date(when, "short", locale=_form()))


def month(when: date) -> str:
    """A month with its year."""
    return str(dates.format_date(when, "LLL y", locale=_form()))


def hour(when: datetime) -> str:
    """An hour on the wall, with the offset that it has there."""
    day = dates.format_date(when.date(), "short", locale=_form())
    return f"{day} {when:%H}\N{EN DASH}{(when.hour + 1) % 24:02} ({when:%z})"


def number(order_number: int) -> str:
    """An order's number as people quote it."""
    return f"#{order_number:06d}"


def told_in(timezone: str) -> None:
    """Dates on this page are told in the shop's time zone."""
    g.shop_timezone = timezone


def told_in_unless_said(zone: Callable[[], str]) -> None:
    """Pages that name no time zone tell their dates in this one. Only asked if they tell any."""
    g.zone_unless_said = zone


def time_zone() -> str:
    """The time zone that this page tells its times in; empty where it tells none."""
    return str(g.get("shop_timezone", ""))


def _there(when: datetime) -> datetime:
    """A moment by the clocks of the shop's time zone."""
    return within(when).astimezone(page_zone())


# Pages of one shop tell the same few days and times again and again.
@lru_cache(maxsize=2_000)
def _day(there: date, length: str, form: str) -> str:
    return dates.format_date(there, length, locale=_locale(form))


@lru_cache(maxsize=2_000)
def _time(there: time, form: str) -> str:
    return dates.format_time(there, "short", locale=_locale(form))


@cache
def _locale(form: str) -> Locale:
    return Locale.parse(form)


def page_zone() -> ZoneInfo:
    """That of this page; a page that tells a time without one says that it is UTC."""
    if not time_zone():
        told_in(g.zone_unless_said() if "zone_unless_said" in g else "UTC")
    return ZoneInfo(time_zone())


def _form() -> str:
    return _FORMS.get(languages.current(), languages.current())
