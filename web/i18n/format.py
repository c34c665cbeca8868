"""Money, dates and texts in the visitor's language, for templates."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import dates, numbers
from flask import Flask, g

from adapters.currency_format import written
from ledger.kernel.clocks import within
from ledger.kernel.money import Money
from ledger.shop.texts import cut, link_in, text_in
from web.i18n import languages
from web.i18n.gettext import _

# English dates are written the European way round: nobody mistakes 2 December for 12 February.
_FORMS = {"en": "en_GB"}


def add_filters(app: Flask) -> None:
    """Teach an app's templates `money`, `day`, `moment`, `local`, `cut`, `percent` and `number`."""
    for one in (money, day, moment, local, cut, link, percent, number, stamped):
        app.add_template_filter(one)
    app.context_processor(lambda: {"time_zone": time_zone})


def money(amount: Money) -> str:
    """An amount in the form of the visitor's language."""
    return written(amount, _form())


def day(when: datetime) -> str:
    """A date in the shop's time zone."""
    return dates.format_date(within(when).astimezone(_zone()), "long", locale=_form())


def moment(when: datetime) -> str:
    """A date with its time of day, in the shop's time zone, as letters write it."""
    time = dates.format_time(within(when), "short", tzinfo=_zone(), locale=_form())
    return _("%(date)s at %(time)s", date=day(when), time=time)


def weekday(when: datetime) -> str:
    """A date with its day of the week, in the shop's time zone, to begin a line with."""
    told = dates.format_date(within(when).astimezone(_zone()), "full", locale=_form())
    return told[:1].upper() + told[1:]


def clock_time(when: datetime) -> str:
    """A time of day, in the shop's time zone."""
    return dates.format_time(within(when), "short", tzinfo=_zone(), locale=_form())


def same_day(one: datetime, other: datetime) -> bool:
    """Whether two moments are on one day in the shop's time zone."""
    here = _zone()
    return within(one).astimezone(here).date() == within(other).astimezone(here).date()


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


def number(order_number: int) -> str:
    """An order's number as people quote it."""
    return f"#{order_number:06d}"


def told_in(timezone: str) -> None:
    """Dates on this page are told in the shop's time zone."""
    g.shop_timezone = timezone


def time_zone() -> str:
    """The time zone that this page tells its times in; empty where it tells none."""
    return str(g.get("shop_timezone", ""))


def _zone() -> ZoneInfo:
    return ZoneInfo(time_zone() or "UTC")


def _form() -> str:
    return _FORMS.get(languages.current(), languages.current())
