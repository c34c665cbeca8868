"""One walk over the ledger, row by row, that hands each check what it needs to judge."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from ledger.audit.rows import Frame, LedgerRows, StoredRow, Totals, batches, recorded
from ledger.audit.seats import SeatCount
from ledger.audit.step import Step
from ledger.audit.streams import UNFIT, State, Streams, evolved
from ledger.codec import Encoded, Unreadable, encode, unframe
from ledger.making import maker
from ledger.recorded import Draft, Recorded

_step, _draft = maker(Step), maker(Draft)
_NO_FRAME: Frame = (0, b"", b"")
_NO_SEATS: Mapping[UUID, Totals] = {}


class Walk:
    """From the first row to the last, in the order of positions.

    Keeps one number per series, one total per quota and a bounded number of streams; everything
    else passes by. Not `understanding`, it reads no stamp: steps tell what is stored, and no more.
    """

    def __init__(self, ledger: LedgerRows, *, until: int, understanding: bool = True) -> None:
        self._ledger, self._until, self._id = ledger, until, ledger.ledger_id
        self._understanding = understanding
        self._numbers: dict[str, int] = {}
        self._streams = Streams(ledger)
        self._last: StoredRow | None = None
        self.seats = SeatCount()

    def steps(self) -> Iterator[Step]:
        """Every row of the ledger up to the position where this walk ends."""
        step = self._understood if self._understanding else self._stored
        for batch in batches(self._ledger, until=self._until):
            self._streams.prepare(batch, after=batch[0].position - 1 if batch else 0)
            for row in batch:
                yield step(row)
                if row.numbers:
                    self._numbers |= row.numbers
                self._last = row

    def _stored(self, row: StoredRow) -> Step:
        version = self._streams.version(row.stream)
        self._streams.note(row, None)
        return _step(
            self._id,
            row,
            self._last,
            version,
            self._numbers,
            _NO_FRAME,
            None,
            None,
            None,
            None,
            "",
            _NO_SEATS,
        )

    def _understood(self, row: StoredRow) -> Step:
        """As far as it can be understood; what was found out before a fault is kept."""
        version, fault, frame, seats = self._streams.version(row.stream), "", _NO_FRAME, _NO_SEATS
        one: Recorded | None = None
        again: Encoded | None = None
        before: State | None = None
        after: State | None = None
        try:
            if row.correlation_id is None:
                raise Unreadable("this row was not written as a stamp")
            frame = unframe(row.state)
            one = recorded(row, frame)
            again = encode(drafted(one))
            before = self._streams.before(one)
            after = evolved(before, one)
            seats = self.seats.count(one, before, after)
        except (Unreadable, *UNFIT) as error:
            fault = f"{type(error).__name__}: {error}"
        self._streams.note(row, after)
        last, numbers = self._last, self._numbers
        return _step(
            self._id,
            row,
            last,
            version,
            numbers,
            frame,
            one,
            again,
            before,
            after,
            fault,
            seats,
        )


def drafted(one: Recorded) -> Draft:
    """The draft that a recorded stamp was."""
    return _draft(
        one.stream, one.stamp, one.correlation_id, one.actor, one.occurred_at, one.evidence
    )
