"""Rows checked stream by stream, in windows: everything that a stream tells without the others."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

from ledger.audit.check_conflicts import TOLD_AT_DOORS, conflict_news
from ledger.audit.check_places import line_news
from ledger.audit.check_rows import numbered
from ledger.audit.check_seats import MOVERS, Seats, between, moved_unread, seats_moved
from ledger.audit.check_swaps import swap_news
from ledger.audit.check_tills import TOLD_BY, sale_news
from ledger.audit.checks import OF_BYTES, OF_STAMPS, Check, checks_of, judged
from ledger.audit.findings import (
    ConflictNews,
    Found,
    LineNews,
    SaleNews,
    Step,
    SwapNews,
    Taken,
    WindowReport,
)
from ledger.audit.raw_rows import NO_NUMBERS, LeafHashes, RawRow, RawStreams, moment
from ledger.audit.streams import UNFIT, State, begun, evolved
from ledger.codec import NAMES, Encoded, Unreadable, decode, encode, unframe
from ledger.codec.rows import BATCH, Frame
from ledger.kernel.events import Recorded
from ledger.kernel.fast import uuid_of
from ledger.order.order import Order
from ledger.order.stamps import LinesSwapped, OrderPlaced
from ledger.shop.shop import void_versions
from ledger.shop.stamps import SeriesResumed
from ledger.waiting_list.place import WaitingPlace


class Ids(dict[bytes, UUID]):
    """UUIDs by their sixteen bytes, each made once."""

    def __missing__(self, raw: bytes) -> UUID:
        made = self[raw] = uuid_of(raw)
        return made


def recorded_row(row: RawRow, frame: Frame, ids: Ids) -> Recorded[object]:
    """The stamp in a row, its sealed part closed; raises `ledger.codec.Unreadable`."""
    position, stream, version, name, at, cause, _, _, numbers, _, leaf = row
    if cause is None:
        raise Unreadable("this row was not written as a stamp")
    schema, _, body = frame
    stamp, actor, occurred_at, evidence, request = decode(name, schema, body, None)
    return Recorded(
        ids[stream],
        version,
        position,
        moment(at),
        stamp,
        ids[cause],
        actor,
        occurred_at,
        evidence,
        numbers or NO_NUMBERS,
        leaf,
        request,
    )


class StreamWindow:
    """Of each stream the version of its last row, and the stream as far as it can be folded.

    At most `most` are kept from window to window; the longest unasked go first. Not
    `understanding`, only versions are kept, and no stamp is read.
    """

    def __init__(self, ledger: RawStreams, *, most: int, understanding: bool) -> None:
        self._ledger, self._most, self._understanding = ledger, max(most, BATCH), understanding
        self.versions: OrderedDict[bytes, int] = OrderedDict()
        self.states: dict[bytes, State] = {}
        # Of orders, the seats that they take, as of the last stamp that moved some.
        self.seats: dict[bytes, Seats] = {}

    def prepare(self, rows: Sequence[RawRow], *, after: int) -> None:
        """Before a window of rows: what stands up to `after` of its streams is at hand, at once."""
        streams = {row[1] for row in rows}
        for stream in streams & self.versions.keys():
            self.versions.move_to_end(stream)
        missing = streams - self.versions.keys()
        if missing and after:
            self._read_again(missing, until=after)
        while len(self.versions) > self._most:
            stream, _ = self.versions.popitem(last=False)
            self.states.pop(stream, None)
            self.seats.pop(stream, None)

    def _read_again(self, streams: Iterable[bytes], *, until: int) -> None:
        if not self._understanding:
            self.versions.update(self._ledger.versions([*streams], until=until))
            return
        ids = Ids()
        for row in self._ledger.raw_streams([*streams], until=until):
            self.versions[row[1]] = row[2]
            self._fold(row, ids)

    def _fold(self, row: RawRow, ids: Ids) -> None:
        """Stamps that cannot be read or folded were found where they stand; here they are left."""
        try:
            one = recorded_row(row, unframe(row[9]), ids)
            self.states[row[1]] = evolved(self.states.get(row[1]) or begun(one), one)
        except (Unreadable, *UNFIT):
            return


MOST_STREAMS, _END = 20_000, 2**62
_NO_FRAME: Frame = (0, b"", b"")
_CERTAIN = {stamp_type: checks_of(stamp_type) for stamp_type in NAMES}
_RESUMED = NAMES[SeriesResumed][0]
_UNREAD = (None, None, None, None, "")


class Share:
    """All streams of a ledger, or some of them; they are kept as `StreamWindow` keeps them."""

    def __init__(
        self, ledger: RawStreams, *, hashes_only: bool = False, most: int | None = None
    ) -> None:
        kept = MOST_STREAMS if most is None else most
        self._shelf = StreamWindow(ledger, most=kept, understanding=not hashes_only)
        self._ledger = ledger
        self._leaf = LeafHashes(ledger.ledger_id).of
        self._ids, self._lines, self._sales = Ids(), list[LineNews](), list[SaleNews]()
        self._conflicts, self._swaps = list[ConflictNews](), list[SwapNews]()
        self.report = self._of_bytes if hashes_only else self._of_stamps

    def _of_bytes(self, rows: Sequence[RawRow], *, after: int) -> WindowReport:
        """Of the next window of rows, which begins after a position: versions and hashes."""
        self._shelf.prepare(rows, after=after)
        versions, found = self._shelf.versions, list[Found]()
        for row in rows:
            before, leaf = versions.get(row[1], 0), self._leaf(row)
            if row[2] != before + 1 or leaf != row[10]:
                found += said(Step(row, leaf, before, _NO_FRAME, *_UNREAD), OF_BYTES)
            versions[row[1]] = row[2]
        return WindowReport(found, [])

    def _of_stamps(self, rows: Sequence[RawRow], *, after: int) -> WindowReport:
        """Of the next window of rows, which begins after a position: every law."""
        self._shelf.prepare(rows, after=after)
        self._ids.clear()
        found, taken = list[Found](), list[Taken]()
        self._lines, self._sales, self._conflicts, self._swaps = [], [], [], []
        gaps = frozenset(row[0] for row in rows if row[3] == _RESUMED)
        for row in rows:
            step, checks = self._understood(row, taken)
            if step is not None:
                found += said(step, checks)
        return WindowReport(
            found,
            taken,
            gaps=gaps,
            lines=self._lines,
            sales=self._sales,
            swaps=self._swaps,
            conflicts=self._conflicts,
        )

    def _understood(self, row: RawRow, taken: list[Taken]) -> tuple[Step | None, tuple[Check, ...]]:
        """As far as it can be understood, and who is to look at it; None if nobody need."""
        shelf, stream = self._shelf, row[1]
        version, leaf = shelf.versions.get(stream, 0), self._leaf(row)
        shelf.versions[stream] = row[2]
        frame = _NO_FRAME
        one: Recorded[object] | None = None
        again: Encoded | None = None
        before: State | None = None
        after: State | None = None
        try:
            frame = unframe(row[9])
            one = recorded_row(row, frame, self._ids)
            again = encode(one)
            before = shelf.states.get(stream) or begun(one)
            shelf.states[stream] = after = evolved(before, one)
            self._tell(row, one, after)
            if type(one.stamp) in MOVERS:
                self._take(row, one, taken, before=before, after=after)
        except (Unreadable, *UNFIT) as error:
            if one is None and (moved := moved_unread(row[3], self._ids[stream], row[9])):
                taken.append((row[0], stream, moved))
            if one is None and self._counts_no_more(row):
                return Step(row, leaf, version, frame, *_UNREAD), OF_BYTES
            fault = f"{type(error).__name__}: {error}"
            return Step(row, leaf, version, frame, one, again, before, after, fault), OF_STAMPS
        checks = called_for(row, leaf, version, body=frame[2], one=one, again=again, before=before)
        if not checks:
            return None, checks
        return Step(row, leaf, version, frame, one, again, before, after, ""), checks

    def _tell(self, row: RawRow, one: Recorded[object], after: State) -> None:
        """What laws over all streams need of it."""
        if type(after) is WaitingPlace and after.taken is not None:
            self._lines.append(line_news(one, row[1], after))
        if type(one.stamp) in TOLD_BY:
            self._sales += sale_news(one, row[1], after)
        if type(one.stamp) is LinesSwapped:
            self._swaps += swap_news(one, row[1])
        if type(one.stamp) in TOLD_AT_DOORS:
            self._conflicts += conflict_news(one, row[1], after, row[4])

    def _counts_no_more(self, row: RawRow) -> bool:
        """Whether a later stamp of its stream says that this one cannot be read and is void."""
        later: list[Recorded[object]] = []
        for other in self._ledger.raw_streams([row[1]], until=_END):
            with suppress(Unreadable):
                later.append(recorded_row(other, unframe(other[9]), self._ids))
        return row[2] in void_versions(later)

    def _take(
        self, row: RawRow, one: Recorded[object], taken: list[Taken], *, before: State, after: State
    ) -> None:
        """The seats that a stamp moved. Those that its order took before are mostly known."""
        if type(after) is Order:
            known, has = self._shelf.seats.get(row[1]), after.seats
            moved = between(known, has) if known is not None else seats_moved(one, before, after)
            self._shelf.seats[row[1]] = has
        else:
            moved = seats_moved(one, before, after)
        if moved:
            taken.append((row[0], row[1], moved))


def called_for(
    row: RawRow,
    leaf: bytes | None,
    version_before: int,
    *,
    body: bytes,
    one: Recorded[object],
    again: Encoded,
    before: State,
) -> tuple[Check, ...]:
    """All checks, unless the row is as it was written: then those that its stamp calls for.

    What is asked here is what the other checks would ask, at once. A test compares the findings.
    """
    kind = type(one.stamp)
    checks = _CERTAIN[kind]
    as_written = (
        body == again.body
        and leaf == row[10]
        and row[2] == version_before + 1
        and row[6] == again.occurrence
        and row[7] == again.binding
        and (row[8] is None or numbered in checks)
        and (type(before) is not Order or (before.placed is None) is (kind is OrderPlaced))
    )
    return checks if as_written else OF_STAMPS


def said(step: Step, checks: Iterable[Check]) -> list[Found]:
    """What checks say about one row."""
    found: list[Found] = []
    for check in checks:
        found += judged(check, step.row[0], step.row[1], step)
    return found
