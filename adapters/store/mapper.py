"""Between drafts, stored rows, recorded stamps: encoded by the codec, personal data sealed."""

from dataclasses import dataclass
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from adapters.keys.key_ring import Keyring, Sealing
from adapters.store.rows import PlainRow, PreparedStamp, StampRow
from ledger.codec import closed, decode, faithful, frame, unframe
from ledger.kernel.events import Draft, Recorded
from ledger.order.numbers import floor_of


@dataclass(frozen=True, slots=True)
class NumberedDraft:
    """A draft with its place in its stream, as the library wants an event to be."""

    originator_id: UUID
    originator_version: int
    draft: Draft[object]
    sealing: Sealing


@dataclass(frozen=True, slots=True)
class RecordedStamp:
    """A recorded stamp, as the library wants an event to be."""

    originator_id: UUID
    originator_version: int
    recorded: Recorded[object]


class StampMapper(Mapper[UUID]):
    """The library's mapper, for stamps."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(JSONTranscoder())
        self._keyring = keyring

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> PreparedStamp:
        """Encode and seal a numbered draft."""
        if not isinstance(domain_event, NumberedDraft):
            raise TypeError(f"not a numbered draft: {type(domain_event).__name__}")
        return prepare(
            domain_event.draft, domain_event.originator_version, sealing=domain_event.sealing
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Open and decode a row."""
        if not isinstance(stored_event, StampRow):
            raise TypeError("not a row of the ledger")
        recorded = self.open(stored_event)
        return RecordedStamp(recorded.stream, recorded.version, recorded)

    def open(self, row: StampRow) -> Recorded[object]:
        """The stamp in a row, with its sealed part while its key exists."""
        if row.correlation_id is None:
            raise TypeError(f"position {row.id} holds no stamp")
        schema, sealed, body = unframe(row.state)
        private = self._open(row, sealed) if sealed else None
        decoded = decode(row.topic, schema, body, private)
        return Recorded(
            row.originator_id,
            row.originator_version,
            row.id,
            row.recorded_at,
            decoded.stamp,
            row.correlation_id,
            decoded.actor,
            decoded.occurred_at,
            decoded.evidence,
            row.numbers,
            row.leaf,
            decoded.request,
        )

    def _open(self, row: StampRow, sealed: bytes) -> bytes | None:
        return self._keyring.open(
            row.originator_id, row.originator_version, type=row.topic, sealed=sealed
        )


def restore(row: PlainRow) -> Recorded[object]:
    """The stamp in a row, its sealed part closed; raises `ledger.codec.Unreadable`."""
    position, stream, version, name, recorded_at, cause, numbers, state, leaf = row
    if cause is None:
        raise TypeError(f"position {position} holds no stamp")
    stamp, envelope = closed(name, state)
    return Recorded(
        stream,
        version,
        position,
        recorded_at,
        stamp,
        cause,
        envelope.actor,
        envelope.occurred_at,
        envelope.evidence,
        numbers,
        leaf,
        envelope.request,
    )


def prepare(draft: Draft[object], version: int, *, sealing: Sealing) -> PreparedStamp:
    """A draft as it will be stored at this version of its stream.

    Raises `ledger.codec.NotStorable` for one that would not read back as what it is.
    """
    encoded = faithful(draft)
    sealed = b""
    if encoded.private is not None:
        sealed = sealing.seal(draft.stream, version, type=encoded.type, plaintext=encoded.private)
    return PreparedStamp(
        draft.stream,
        version,
        encoded.type,
        frame(encoded.schema, sealed, encoded.body),
        draft.correlation_id,
        encoded.occurrence,
        encoded.binding,
        encoded.series,
        floor_of(draft.stamp) if encoded.series else 0,
    )


def recorded_as(draft: Draft[object], row: StampRow) -> Recorded[object]:
    """A draft that was just committed, without decoding what was encoded a moment ago."""
    return Recorded(
        draft.stream,
        row.originator_version,
        row.id,
        row.recorded_at,
        draft.stamp,
        draft.correlation_id,
        draft.actor,
        draft.occurred_at,
        draft.evidence,
        row.numbers,
        row.leaf,
        draft.request,
    )
