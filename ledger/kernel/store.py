"""The port to storage: what an append asks for, and what a commit answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import UUID

from ledger.kernel.events import Draft, Recorded

_S = TypeVar("_S")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """A change of one quota's running totals, in seats. `capacity` sets it; None leaves it.

    A change that raises held + sold needs room; so does one that lowers the capacity.
    """

    quota: UUID
    held: int = 0
    sold: int = 0
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """People who wait for seats: each seat they wait for would take one of each of `quotas`.

    How many they wait for is counted like a quota, as what `id` holds.
    """

    id: UUID
    quotas: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentClaim:
    """One payment at a provider, and what counts it as its money (law 3).

    `payment` is the `payment_id` of `ledger.order.payment_claims`; `holder` the correlation id
    of an order's payment attempt, or a case. A payment has one holder for ever.
    """

    payment: UUID
    holder: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Stamps that are committed together or not at all, with their conditions.

    `expected` names the version of each stream that was looked at, written or only read;
    0 is a stream that must not exist yet. Every stream written must be in it.

    What it takes of a quota beyond what it gives back leaves as many seats free as the lines in
    `gives_way` could have this moment: else there is no room for it, whatever is free.
    """

    drafts: Sequence[Draft[object]]
    expected: Mapping[UUID, int]
    seats: Sequence[SeatChange] = field(default=())
    payments: Sequence[PaymentClaim] = field(default=())
    gives_way: Sequence[WaitingLine] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """The stamps stand in the ledger. `repeated`: they stood there before, nothing was written.

    `size` and `root` are the tree head of the commit that wrote them (or of the newest one).
    """

    recorded: Sequence[Recorded[object]]
    size: int
    root: bytes
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A stream that was looked at has moved on: read again, decide again."""

    stream: UUID
    expected: int
    actual: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoom:
    """A quota has too few free seats for this append. Nothing was written."""

    quota: UUID
    asked: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTaken:
    """A payment of this append is money of somebody else already. Nothing was written."""

    payment: UUID
    holder: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A stamp of the same identity stands there with other binding fields (law 3)."""

    existing: Recorded[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadStamp:
    """A stamp that stands in a stream and cannot be read. `why` names no data."""

    version: int
    why: str


class LedgerUnavailable(Exception):
    """The ledger cannot be reached. Nothing of this append was written."""


class ClockAway(LedgerUnavailable):
    """This machine's clock is not the database's: nothing is appended from here until it is."""


class OutcomeUnknown(LedgerUnavailable):
    """The connection was lost in the commit: the append may stand. Asking again is safe (law 3)."""


Outcome = Appended | Conflict | NoRoom | PaymentTaken | Contradiction


class StampStore(Protocol):
    """What the services need of storage, and nothing more."""

    def read(self, stream: UUID, *, after: int = 0) -> Sequence[Recorded[object]]:
        """All stamps of a stream in version order, sealed parts opened; empty if none.

        Or those `after` a version.
        """
        ...

    def read_what_can_be(
        self, stream: UUID
    ) -> tuple[Sequence[Recorded[object]], Sequence[UnreadStamp]]:
        """The stamps of a stream that can be read, and those that cannot."""
        ...

    def find(
        self, correlation_id: UUID, kind: type[_S], *, occurrence: str = ""
    ) -> Recorded[_S] | None:
        """The stamp of a type under a correlation id, if it stands."""
        ...

    def append(self, *appends: Append) -> Sequence[Outcome]:
        """Each append is all or nothing on its own; a refused one does not harm its neighbours."""
        ...


class ManyStore(StampStore, Protocol):
    """A store that reads many streams with one question."""

    def read_opened(self, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded[object]]]:
        """All stamps of many streams as `read` gives them; unreadable streams are left out."""
        ...
