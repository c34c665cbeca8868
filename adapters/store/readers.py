"""The ledger read in bulk: with sealed parts opened, or by who needs no personal data."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import structlog

from adapters.keys.key_ring import Keyring
from adapters.store.mapper import restore
from adapters.store.recorder import ERASED, StampRecorder
from adapters.store.rows import PlainRow
from ledger.codec import Unreadable, decode, unframe
from ledger.kernel.events import Recorded
from ledger.shop.shop import void_versions

_log = structlog.get_logger("ledger")


def opened_streams(
    rows: Sequence[PlainRow], keyring: Keyring
) -> Mapping[UUID, Sequence[Recorded[object]]]:
    """The stamps of each stream; a stream with one that cannot be read or opened is left out."""
    by_stream: dict[UUID, list[PlainRow]] = defaultdict(list)
    for row in rows:
        by_stream[row.stream].append(row)
    for stream, stack in by_stream.items():
        if any(row.type == ERASED for row in stack):
            keyring.forget(stream)
    keyring.fetch(_sealed(rows))
    found: dict[UUID, Sequence[Recorded[object]]] = {}
    for stream, stack in by_stream.items():
        try:
            found[stream] = [_opened(row, keyring) for row in stack]
        except Exception as error:  # whoever asks for this stream alone is told
            _log.warning("stream_unreadable", error=type(error).__name__)
    return found


def _sealed(rows: Sequence[PlainRow]) -> Iterator[bytes]:
    for row in rows:
        with suppress(Unreadable):
            yield unframe(row.state)[1]


def _opened(row: PlainRow, keyring: Keyring) -> Recorded[object]:
    position, stream, version, name, recorded_at, cause, numbers, state, leaf = row
    if cause is None:
        raise TypeError(f"position {position} holds no stamp")
    schema, sealed, body = unframe(state)
    private = keyring.open(stream, version, type=name, sealed=sealed) if sealed else None
    stamp, actor, occurred_at, evidence, request = decode(name, schema, body, private)
    return Recorded(
        stream,
        version,
        position,
        recorded_at,
        stamp,
        cause,
        actor,
        occurred_at,
        evidence,
        numbers,
        leaf,
        request,
    )


class ClosedLedger:
    """Stamps with their sealed parts closed, straight from a recorder."""

    def __init__(self, recorder: StampRecorder) -> None:
        self.recorder = recorder

    def read_many(
        self, streams: Sequence[UUID], *, until: int
    ) -> Mapping[UUID, Sequence[Recorded[object]]]:
        """The stamps of these streams up to a position; those that count no more are left out."""
        found: dict[UUID, list[Recorded[object]]] = defaultdict(list)
        unread: list[tuple[PlainRow, Unreadable]] = []
        for row in self.recorder.read_plain_streams(streams, until=until):
            try:
                found[row.stream].append(restore(row))
            except Unreadable as error:
                unread.append((row, error))
        for row, fault in unread:
            if row.version not in void_versions(found[row.stream]):
                raise fault
        return found

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]:
        """The next stamps of the ledger. Raises `PositionMissing` at a hole."""
        return [restore(row) for row in self.recorder.read_plain(after, limit=limit)]

    def close(self) -> None:
        """Let go of the storage."""
        self.recorder.close()
