"""What stands in the ledger about all that some appends touch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.store.recorder import PreparedAppend
from adapters.store.rows import Identity, PreparedStamp, StampRow
from ledger.proof.merkle import EMPTY_ROOT, Frontier

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger ends. `root` is that of the frontier, computed once."""

    frontier: Frontier = field(default=Frontier())
    recorded_at: datetime = _BEGINNING
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Seats:
    """The running totals of one quota."""

    capacity: int = 0
    held: int = 0
    sold: int = 0

    @property
    def free(self) -> int:
        """What is left to hold or sell."""
        return self.capacity - self.held - self.sold


@dataclass(frozen=True, slots=True)
class Touched:
    """All that the conditions of some appends ask about, but for `identities_of` them."""

    streams: set[UUID]
    quotas: set[UUID]
    series: set[str]
    payments: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Known:
    """What stands in the database about all that is touched. `decide` writes into its dicts."""

    head: Head
    versions: dict[UUID, int]
    identities: dict[Identity, StampRow]
    seats: dict[UUID, Seats]
    numbers: dict[str, int]
    payments: dict[UUID, UUID] = field(default_factory=dict)
    """Who holds them."""


def touched(appends: Sequence[PreparedAppend]) -> Touched:
    """What must be looked up before these appends can be decided."""
    events = [event for append in appends for event in append.events]
    written = {stream_of(event) for event in events}
    quotas = {change.quota for append in appends for change in append.seats}
    for line in (line for append in appends for line in append.gives_way):
        quotas.update((line.id, *line.quotas))
    return Touched(
        streams=written.union(*[append.expected for append in appends]),
        quotas=quotas,
        series={name for one in events if isinstance(one, PreparedStamp) for name in one.series},
        payments={claim.payment for append in appends for claim in append.payments},
    )


def identities_of(appends: Sequence[PreparedAppend]) -> set[Identity]:
    """What law 3 counts, of all stamps in these appends."""
    events = [event for append in appends for event in append.events]
    return {event.identity for event in events if isinstance(event, PreparedStamp)}


def stream_of(event: StoredEvent) -> UUID:
    """The library's events may name their stream in text."""
    stream = event.originator_id
    return stream if isinstance(stream, UUID) else UUID(stream)
