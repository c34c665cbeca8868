"""One walk over the ledger, row by row, that hands each check what it needs to judge."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from ledger.audit.rows import LedgerRows, StoredRow, all_rows, recorded
from ledger.audit.seats import SeatCount
from ledger.audit.step import Step
from ledger.audit.streams import UNFIT, Streams, evolved
from ledger.codec import Unreadable, encode
from ledger.recorded import Draft, Recorded


class Walk:
    """From the first row to the last, in the order of positions.

    Keeps one version per stream, one number per series, one total per quota and a bounded number
    of folded streams; everything else passes by.
    """

    def __init__(self, ledger: LedgerRows, *, until: int) -> None:
        self._ledger, self._until, self._id = ledger, until, ledger.ledger_id
        self._versions: dict[UUID, int] = {}
        self._numbers: dict[str, int] = {}
        self._streams = Streams(ledger)
        self._last: StoredRow | None = None
        self.seats = SeatCount()

    def steps(self) -> Iterator[Step]:
        """Every row of the ledger up to the position where this walk ends."""
        for row in all_rows(self._ledger, until=self._until):
            yield self._step(row)
            self._versions[row.stream] = row.version
            self._numbers |= row.numbers
            self._last = row

    def _step(self, row: StoredRow) -> Step:
        meaning: dict[str, Any] = {}
        try:
            self._understand(row, meaning)
        except (Unreadable, *UNFIT) as error:
            meaning["fault"] = f"{type(error).__name__}: {error}"
        return Step(
            ledger=self._id,
            row=row,
            last=self._last,
            version_before=self._versions.get(row.stream, 0),
            numbers_before=self._numbers,
            **meaning,
        )

    def _understand(self, row: StoredRow, meaning: dict[str, Any]) -> None:
        """As far as it can be understood; what was found out before a fault is kept."""
        if row.correlation_id is None:
            raise Unreadable("this row was not written as a stamp")
        one = meaning["stamp"] = recorded(row)
        meaning["again"] = encode(drafted(one))
        before = meaning["before"] = self._streams.before(one)
        after = meaning["after"] = evolved(before, one)
        self._streams.keep(after)
        meaning["seats"] = self.seats.count(one, before, after)


def drafted(one: Recorded) -> Draft:
    """The draft that a recorded stamp was."""
    return Draft(
        stream=one.stream,
        stamp=one.stamp,
        correlation_id=one.correlation_id,
        actor=one.actor,
        occurred_at=one.occurred_at,
        evidence=one.evidence,
    )
