"""How long an order needs its person: until when it is open, and what must be kept longer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.kernel.clocks import LAST, after, within
from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.shop.stamps import Retention

# What no shop said the end of is over so many days after it began.
_LASTS = 1
_RECEIPTS = (Letter.PAID, Letter.REFUNDED, Letter.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReceipt:
    """A receipt that bookkeeping law asks for: its number, its date, until when it is kept."""

    number: int
    letter: Letter
    issued_at: datetime
    until: datetime


def event_over_at(order: Order) -> datetime:
    """When nobody can be let in with the order's tickets any more."""
    visit = order.visit
    return visit.ends_at if visit and visit.ends_at else after(order.starts_at, days=_LASTS)


def over_since(order: Order) -> datetime:
    """From when on nothing happens to the order: the event is over, and the last stamp stands.

    What no event is waited for, such as an order that was cancelled, is over with its last stamp.
    """
    assert order.changed_at is not None, "only asked of an order that was placed"
    return max(order.changed_at, event_over_at(order)) if order.admits else order.changed_at


def person_is_here(order: Order) -> bool:
    """Whether something of the person may be readable: all of it, or what was told since."""
    return order.placed is not None and order.position > order.erased_position


def kept_receipts(order: Order, rule: Retention) -> Iterator[KeptReceipt]:
    """Every numbered receipt, and until when the shop's books need it."""
    zone = ZoneInfo(order.terms.timezone)
    for (_, letter), posting in order.postings.items():
        if letter in _RECEIPTS and posting.number is not None and posting.numbered_at is not None:
            yield KeptReceipt(
                number=posting.number,
                letter=letter,
                issued_at=posting.numbered_at,
                until=_end_of_year(posting.numbered_at.astimezone(zone), rule.receipts_years),
            )


def named_until(order: Order, rule: Retention) -> datetime | None:
    """Until when receipts must name the person, where the shop's law asks for that."""
    if not rule.named_receipts:
        return None
    return max((one.until for one in kept_receipts(order, rule)), default=None)


def due_at(order: Order, rule: Retention) -> datetime:
    """When the person is to be erased without being asked for."""
    due = years_later(over_since(order), rule.people_years)
    return max(due, named_until(order, rule) or due)


def years_later(moment: datetime, years: int) -> datetime:
    """The same day so many years later; of the 29th of February the first of March."""
    try:
        return within(moment.replace(year=moment.year + years))
    except ValueError:
        try:
            return moment.replace(year=moment.year + years, month=3, day=1)
        except ValueError:
            return LAST


def _end_of_year(there: datetime, years: int) -> datetime:
    """The first moment after so many years, counted from the end of that year (there)."""
    begin = there.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    return years_later(begin, years + 1)
