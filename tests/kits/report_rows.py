"""The reports over the story: what its orders, doors and vouchers add up to, row by row."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.keys.key_ring import Keyring
from adapters.store.ledger import StampLedger
from adapters.store.memory import MemoryStampRecorder
from ledger.kernel.money import Money
from projections.reports.all import REPORTS
from projections.reports.calendar import begins
from projections.reports.report import Frame
from projections.reports.sheet import Sheet
from projections.reports.sums import FOREVER, EnteredFigures, Figures, entries_of
from tests.kits.report_figures import histories
from tests.kits.report_story import tell
from tests.kits.worlds import Clock

HELSINKI = ZoneInfo("Europe/Helsinki")
BEGINNING, FEBRUARY, MARCH, END = (
    date(2027, 1, 12),
    date(2027, 2, 1),
    date(2027, 3, 1),
    date(2027, 3, 6),
)


def story_figures() -> Figures:
    """All figures of the story, entered one by one."""
    clock = Clock()
    recorder = MemoryStampRecorder(clock=clock)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    tell(ledger := StampLedger(recorder, keyring=keyring), clock)
    return EnteredFigures(row for one in histories(ledger) for row in entries_of(one))


def sheet(figures: Figures, name: str, *, since: date = BEGINNING, until: date = END) -> Sheet:
    """A report of a part of the story."""
    frame = Frame(
        shops=("winterfest",),
        since=begins(since, HELSINKI),
        until=begins(until, HELSINKI),
        as_of=FOREVER,
        zone=HELSINKI,
        zones={"winterfest": HELSINKI},
        starts={"winterfest": datetime(2027, 2, 12, 12, tzinfo=HELSINKI)},
    )
    return REPORTS[name].make(figures, frame)


def rows(figures: Figures, name: str, **time: date) -> list[list[Any]]:
    """What its rows say, totals last."""
    made = sheet(figures, name, **time)
    lines = [*made.figures, *(one for one in made.lines if one.total)]
    return [[plain(one.value) for one in row.cells] for row in lines]


def plain(value: Any) -> Any:
    """Cents, and moments by the clock of the shop, to the hour."""
    match value:
        case Money():
            return value.amount
        case datetime():
            return f"{value:%Y-%m-%dT%H}"
        case date():
            return str(value)
        case _:
            return value
