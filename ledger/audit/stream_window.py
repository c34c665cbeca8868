"""Streams as they stand while rows go by in windows; those not seen for long are read again."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from uuid import UUID

from ledger.audit.check_seats import Seats
from ledger.audit.raw_rows import NO_NUMBERS, RawRow, RawStreams, moment
from ledger.audit.streams import UNFIT, State, begun, evolved
from ledger.codec import Unreadable, decode, unframe
from ledger.codec.rows import BATCH, Frame
from ledger.kernel.events import Recorded
from ledger.kernel.fast import uuid_of


class Ids(dict[bytes, UUID]):
    """UUIDs by their sixteen bytes, each made once."""

    def __missing__(self, raw: bytes) -> UUID:
        made = self[raw] = uuid_of(raw)
        return made


def recorded(row: RawRow, frame: Frame, ids: Ids) -> Recorded[object]:
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
            one = recorded(row, unframe(row[9]), ids)
            self.states[row[1]] = evolved(self.states.get(row[1]) or begun(one), one)
        except (Unreadable, *UNFIT):
            return
