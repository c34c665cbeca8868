"""Rows of the ledger as bytes and whole numbers: the form in which very many are checked."""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from struct import Struct
from typing import Protocol
from uuid import UUID

from ledger.codec.rows import Kept, KeptBeside, LedgerRows, StoredCommit, StoredRow
from ledger.proof.leaf import HEAD, assembled

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
# From 1970, where leaves count from, to 2000, where rows do: in microseconds.
_UNTIL_2000 = 946_684_800_000_000
_MOST_PLANS = 1_000
NO_NUMBERS: Mapping[str, int] = {}

# Position, stream, version, type, time, correlation id, occurrence, binding, numbers, state, leaf.
# Ids are their sixteen bytes; a time is microseconds since 2000 UTC; no numbers are None.
RawRow = tuple[
    int,
    bytes,
    int,
    str,
    int,
    bytes | None,
    str | None,
    bytes | None,
    Mapping[str, int] | None,
    bytes,
    bytes,
]
# Position, stream, time, numbers, leaf: what holds the ledger together, and no more.
Vertebra = tuple[int, bytes, int, Mapping[str, int] | None, bytes]
# First, last, time, frontier, root.
RawCommit = tuple[int, int, int, bytes, bytes]


class ClaimFault(StrEnum):
    """How a claim and the stamps differ."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"


# A position, the stream of its stamp (None where none stands there), and how the claim differs.
FaultyClaim = tuple[int, UUID | None, ClaimFault]


class RawStreams(Protocol):
    """What checking stream by stream needs of storage."""

    @property
    def ledger_id(self) -> UUID: ...

    def raw_share(self, after: int, *, until: int, share: int, of: int) -> Sequence[RawRow]:
        """Rows after one position and up to another of the streams whose `share_of` this is."""
        ...

    def raw_streams(self, streams: Collection[bytes], *, until: int) -> Sequence[RawRow]:
        """The rows of several streams up to a position, in the order of positions."""
        ...

    def versions(self, streams: Collection[bytes], *, until: int) -> Mapping[bytes, int]:
        """The version of the last row of each of these streams up to a position."""
        ...


class RawLedger(RawStreams, Protocol):
    """All that verification needs of storage. Nothing here may mend or hide what is stored."""

    def head(self) -> tuple[int, bytes]:
        """The newest tree head: size and root."""
        ...

    def raw_rows(self, after: int, *, limit: int) -> Sequence[RawRow]:
        """The next rows by position, holes and all."""
        ...

    def vertebrae(self, after: int, *, limit: int) -> Sequence[Vertebra]:
        """Of the same rows, what holds the ledger together."""
        ...

    def raw_commits(self, after: int, *, limit: int) -> Sequence[RawCommit]:
        """The next commits, of those that end after a position."""
        ...

    def kept_beside(self, after: int, *, until: int) -> KeptBeside:
        """Every running total and number that is kept after one position and up to another."""
        ...

    def strays(self) -> Sequence[Kept]:
        """Totals and numbers that are kept where no commit ends."""
        ...

    def repeated(self, until: int) -> Sequence[int]:
        """Positions of rows of which something stands before that there may be once.

        That is their identity, their payment as somebody else's, or the code of a ticket.
        """
        ...

    def faulty_claims(self) -> Sequence[FaultyClaim]:
        """Claims of payments that are not those which the stamps give, by position."""
        ...


class AuditedRows(RawLedger, LedgerRows, Protocol):
    """All that auditors read of storage."""


def share_of(stream: bytes, of: int) -> int:
    """Which of so many shares a stream falls to; ids are random, or hashes."""
    return stream[15] % of


def raw_of(row: StoredRow) -> RawRow:
    """The same row as bytes and whole numbers."""
    return (
        row.position,
        row.stream.bytes,
        row.version,
        row.type,
        counted(row.recorded_at),
        row.correlation_id.bytes if row.correlation_id is not None else None,
        row.occurrence,
        row.binding,
        row.numbers or None,
        row.state,
        row.leaf,
    )


def stored_of(row: RawRow) -> StoredRow:
    """The same row in the values that people and checks read."""
    position, stream, version, type, at, cause, occurrence, binding, numbers, state, leaf = row
    return StoredRow(
        position,
        UUID(bytes=stream),
        version,
        type,
        moment(at),
        UUID(bytes=cause) if cause is not None else None,
        occurrence,
        binding,
        numbers or NO_NUMBERS,
        state,
        leaf,
    )


def vertebra_of(row: RawRow) -> Vertebra:
    """The part of a row that holds the ledger together."""
    return row[0], row[1], row[4], row[8], row[10]


def raw_commit_of(commit: StoredCommit) -> RawCommit:
    """The same commit as bytes and whole numbers."""
    at = counted(commit.recorded_at)
    return commit.first, commit.last, at, commit.frontier, commit.root


def counted(when: datetime) -> int:
    """Microseconds since 2000 UTC, exactly."""
    return (when - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The time so many microseconds after 2000 UTC; one that Python does not know is its last."""
    try:
        return _EPOCH + timedelta(microseconds=at)
    except OverflowError:
        return _LAST_MOMENT


# Everything before the state in one go, for a type's name of a certain length; and that name.
_Plan = tuple[Callable[..., bytes], bytes]


class LeafHashes:
    """Of one ledger. How a row of each type begins is worked out once."""

    def __init__(self, ledger: UUID) -> None:
        self._ledger, self._head = ledger.bytes, b"\x00" + HEAD + ledger.bytes
        self._plans: dict[str, _Plan] = {}

    def of(self, row: RawRow) -> bytes | None:
        """The leaf hash of a row; None for values that no committer could have hashed."""
        position, stream, version, type, at, cause, _, _, numbers, state, _ = row
        try:
            if cause is None or numbers:
                return self._of_any(row)
            pack, name = self._plans.get(type) or self._planned(type)
            size, at = len(state), at + _UNTIL_2000
            whole = pack(
                self._head, position, stream, version, len(name), name, at, 16, cause, 0, size
            )
            return sha256(whole + state).digest()
        except (ArithmeticError, TypeError, ValueError, struct.error):
            return None

    def _of_any(self, row: RawRow) -> bytes:
        position, stream, version, type, at, cause, _, _, numbers, state, _ = row
        name, at = type.encode(), at + _UNTIL_2000
        parts = (self._ledger, position, stream, version, name, at, cause, numbers or {}, state)
        return sha256(b"\x00" + assembled(*parts)).digest()

    def _planned(self, type: str) -> _Plan:
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        name = type.encode()
        pack = Struct(f">{len(self._head)}sQ16sQI{len(name)}sqI16sII").pack
        self._plans[type] = pack, name
        return pack, name
