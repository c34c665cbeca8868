"""Whether rows follow each other as they must: what no stream can tell alone."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from ledger.audit.findings import Finding, Taken, finding
from ledger.audit.raw_rows import Vertebra
from ledger.codec.rows import Totals


def dense(row: Vertebra, last: Vertebra | None) -> Iterator[Finding]:
    """Law 2: positions are 1..n without holes."""
    expected = last[0] + 1 if last else 1
    if row[0] != expected:
        text = f"position {expected} is missing before {row[0]}"
        yield finding(row[0], row[1], law="2", text=text)


def forward_in_time(row: Vertebra, last: Vertebra | None) -> Iterator[Finding]:
    """Law 2: the time of recording never runs backwards along positions."""
    if last is not None and row[2] < last[2]:
        text = "recorded before the stamp that stands in front of it"
        yield finding(row[0], row[1], law="2", text=text)


def numbers_follow(row: Vertebra, before: Mapping[str, int]) -> Iterator[Finding]:
    """SPEC C5, R7: the numbers of a series follow each other without gaps."""
    for series, number in (row[3] or {}).items():
        last = before.get(series, 0)
        if number != last + 1:
            text = f"number {number} of {series} follows {last}"
            yield finding(row[0], row[1], law=law_of(series), text=text)


def numbers_resumed(row: Vertebra, before: Mapping[str, int]) -> Iterator[Finding]:
    """SPEC O2b: after a restored backup a series leaves numbers out, and gives none again."""
    for series, number in (row[3] or {}).items():
        last = before.get(series, 0)
        if number <= last:
            text = f"{series} goes on at {number}, which is not after {last}"
            yield finding(row[0], row[1], law=law_of(series), text=text)


def never_oversold(taken: Taken, totals: Mapping[int, Totals]) -> Iterator[Finding]:
    """Law 8: held + sold ≤ capacity at every position, and nobody holds less than nothing."""
    position, stream, moved = taken
    for quota, *_ in moved:
        capacity, held, sold = totals[quota]
        if held + sold > capacity or held < 0 or sold < 0:
            text = f"quota {UUID(int=quota)} is oversold: held {held}, sold {sold} of {capacity}"
            yield finding(position, stream, law="8", text=text)


def law_of(series: str) -> str:
    """Whose numbers have no gaps: orders' and payments' (SPEC C5), receipts' (R7)."""
    return "R7" if series.startswith("receipts/") else "C5"
