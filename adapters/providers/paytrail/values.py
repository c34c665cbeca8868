"""Values as Paytrail writes them: euros with a point or a comma, days, hours, moments.

Its documents name no time zone for what has none, and their example of an answer marks as UTC what
its request shows to be Finnish time. Paytrail is a Finnish house: what has no zone is read as
Finnish time. A wrong guess moves a payment across the edge of a period, and no cent.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from adapters.providers.paytrail.references import CURRENCY
from ledger.kernel.calendar import storable
from ledger.kernel.money import Money
from ledger.payments.message import BadMessage

_HOME = ZoneInfo("Europe/Helsinki")
# As published: day first; the published example of a settlement's day has the year first.
_DAY = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EUROS = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,9})?")


def cents(value: object) -> int:
    """Minor units as a whole number. A refund may be shown as negative: which way is its kind's."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**12:
        raise BadMessage("an amount is none")
    return abs(value)


def euros(value: object) -> Decimal:
    """Major units, exactly as written; nothing at all is zero."""
    text = "" if value is None else str(value).strip()
    if text and not _EUROS.fullmatch(text):
        raise BadMessage("an amount of euros is none")
    return Decimal(text.replace(",", ".") or "0")


def money(amount: Decimal) -> Money:
    """Euros as cents, without their sign; raises `BadMessage` for parts of a cent."""
    whole = abs(amount) * 100
    if whole != int(whole):
        raise BadMessage("an amount has parts of a cent")
    return Money(int(whole), CURRENCY)


def moment(value: object) -> datetime:
    """A time of Paytrail's, in UTC."""
    try:
        found = datetime.fromisoformat(str(value))
        utc = (found if found.tzinfo else found.replace(tzinfo=_HOME)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMessage("a time is none") from None
    if not storable(utc):
        raise BadMessage("a time is not of this age")
    return utc


def day_and_time(day: object, time: object) -> datetime:
    """A day of a report with its hour and minute, in UTC; midnight where it has none."""
    found = _DAY.fullmatch(str(day))
    if found is None:
        raise BadMessage("a day is none")
    year, month, of_month = (found[3], found[2], found[1]) if found[1] else found.group(4, 5, 6)
    return moment(f"{year}-{month}-{of_month}T{time or '00:00'}")
