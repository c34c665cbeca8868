"""Waiting lists in reports: whoever joined is in the picture once, whatever became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger.kernel.events import Recorded
from projections.reports.report import Frame
from projections.reports.sums import FOREVER, EnteredFigures, entries_of
from projections.reports.waiting_list import WAITING_LISTS
from tests.kits.line_story import wait_in_line

AT, UTC_ZONE = datetime(2027, 1, 12, tzinfo=UTC), ZoneInfo("UTC")
FRAME = Frame(
    shops=("winterfest",),
    since=AT,
    until=AT + timedelta(days=60),
    as_of=FOREVER,
    zone=UTC_ZONE,
    zones={"winterfest": UTC_ZONE},
    starts={"winterfest": AT},
)


class Lines:
    """What became of people in line, a history of stamps for each."""

    def __init__(self) -> None:
        self.told: dict[str, list[Recorded[object]]] = {}

    def add(self, at: datetime, name: str, *told: tuple[str, Any]) -> None:
        history = self.told.setdefault(name, [])
        for _, stamp in told:
            history.append(
                Recorded(
                    stream=UUID(int=1 + [*self.told].index(name)),
                    version=len(history) + 1,
                    position=sum(map(len, self.told.values())) + 1,
                    recorded_at=at,
                    stamp=stamp,
                    correlation_id=UUID(int=len(history) + 1),
                    actor="test",
                )
            )


def test_a_bar_is_as_long_as_people_joined():
    lines = Lines()
    wait_in_line(lines, AT, AT + timedelta(days=20))
    entered = EnteredFigures(row for one in lines.told.values() for row in entries_of(one))
    sheet = WAITING_LISTS.make(entered, FRAME)
    (picture,) = sheet.pictures
    assert picture.labels == ("sauna", "weekend")
    assert {series.name: series.values for series in picture.series} == {
        "line_bought": (0, 1),
        "line_lapsed": (0, 1),
        "line_left": (0, 1),
        "still_in_line": (1, 1),
    }
    joined = [line.cells[1].value for line in sheet.lines]
    assert joined == [1, 4, 5]
