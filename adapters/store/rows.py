"""A stamp as a row of the ledger: ready to be appended, and as it stands there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

NO_NUMBERS: Mapping[str, int] = MappingProxyType({})

# Correlation id, type, occurrence: law 3 allows one stamp of each in the ledger.
Identity = tuple[UUID, str, str]


@dataclass(frozen=True, init=False)
class PreparedStamp(StoredEvent):
    """A stored event that is a stamp: it has an identity, and may draw numbers from series."""

    originator_id: UUID
    correlation_id: UUID
    occurrence: str
    binding: bytes
    series: tuple[str, ...]
    floor: int
    identity: Identity = field(repr=False, compare=False)
    """What law 3 counts."""

    # A frozen class sets its fields one call each; set together, that takes a third of the time.
    def __init__(
        self,
        originator_id: UUID,
        originator_version: int,
        topic: str,
        state: bytes,
        correlation_id: UUID,
        occurrence: str,
        binding: bytes,
        series: tuple[str, ...] = (),
        floor: int = 0,
    ) -> None:
        self.__dict__.update(
            originator_id=originator_id,
            originator_version=originator_version,
            topic=topic,
            state=state,
            correlation_id=correlation_id,
            occurrence=occurrence,
            binding=binding,
            series=series,
            floor=floor,
            identity=(correlation_id, topic, occurrence),
        )


@dataclass(frozen=True, init=False)
class StampRow(Notification):
    """A row of the ledger. An opaque one, not written as a stamp, has no correlation id."""

    originator_id: UUID
    recorded_at: datetime
    correlation_id: UUID | None
    occurrence: str | None
    binding: bytes | None
    numbers: Mapping[str, int]
    leaf: bytes

    def __init__(
        self,
        *,
        originator_id: UUID,
        originator_version: int,
        topic: str,
        state: bytes,
        id: int,
        recorded_at: datetime,
        correlation_id: UUID | None,
        occurrence: str | None,
        binding: bytes | None,
        numbers: Mapping[str, int],
        leaf: bytes,
    ) -> None:
        self.__dict__.update(
            originator_id=originator_id,
            originator_version=originator_version,
            topic=topic,
            state=state,
            id=id,
            recorded_at=recorded_at,
            correlation_id=correlation_id,
            occurrence=occurrence,
            binding=binding,
            numbers=numbers,
            leaf=leaf,
        )

    @classmethod
    def of(
        cls,
        stamp: PreparedStamp,
        position: int,
        *,
        recorded_at: datetime,
        numbers: Mapping[str, int],
        leaf: bytes,
    ) -> "StampRow":
        """A stamp with its place in the ledger; it has all else already."""
        row = object.__new__(cls)
        values = row.__dict__
        values.update(stamp.__dict__)
        values["id"], values["recorded_at"] = position, recorded_at
        values["numbers"], values["leaf"] = numbers, leaf
        return row

    def opaque(self) -> StoredEvent:
        """The same event as the library stored it."""
        return StoredEvent(
            self.originator_id, self.originator_version, topic=self.topic, state=self.state
        )


class PlainRow(NamedTuple):
    """One row. An opaque one, not written as a stamp, has no correlation id."""

    position: int
    stream: UUID
    version: int
    type: str
    recorded_at: datetime
    correlation_id: UUID | None
    numbers: Mapping[str, int]
    state: bytes
    leaf: bytes


def plain(row: StampRow) -> PlainRow:
    """The same row with less."""
    return PlainRow(
        row.id,
        row.originator_id,
        row.originator_version,
        row.topic,
        row.recorded_at,
        row.correlation_id,
        row.numbers,
        row.state,
        row.leaf,
    )
