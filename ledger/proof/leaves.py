"""The leaf hashes of all stamps of one commit, each in one pass over its bytes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from struct import Struct
from uuid import UUID

from ledger.proof.leaf import HEAD, microseconds, stamp_bytes
from ledger.proof.merkle import LEAF, leaf_hash

# Position, stream, version, type, correlation id, numbers, state.
LeafOf = Callable[[int, UUID, int, str, UUID | None, Mapping[str, int], bytes], bytes]

_place = Struct(">Q16sQI").pack
# Time, correlation id with its length, no numbers, length of the state.
_caused = Struct(">qI16sII").pack


def leaves_of(ledger: UUID, recorded_at: datetime) -> LeafOf:
    """`leaf_hash(stamp_bytes(…))` of stamps that differ in neither ledger nor time.

    >>> from datetime import UTC
    >>> ledger, stream, now = UUID(int=1), UUID(int=3), datetime(2027, 2, 12, tzinfo=UTC)
    >>> leaves_of(ledger, now)(2, stream, 4, "PAID", UUID(int=6), {}, b"{}").hex()[:16]
    'd0d090832dd21737'
    """
    before, at = LEAF + HEAD + ledger.bytes, microseconds(recorded_at)

    def leaf(
        position: int,
        stream: UUID,
        version: int,
        type: str,
        cause: UUID | None,
        numbers: Mapping[str, int],
        state: bytes,
    ) -> bytes:
        if numbers or cause is None:
            return leaf_hash(
                stamp_bytes(
                    ledger,
                    position,
                    stream=stream,
                    version=version,
                    type=type,
                    recorded_at=recorded_at,
                    correlation_id=cause,
                    numbers=numbers,
                    state=state,
                )
            )
        name = type.encode()
        place = _place(position, stream.bytes, version, len(name))
        caused = _caused(at, 16, cause.bytes, 0, len(state))
        return sha256(b"".join((before, place, name, caused, state))).digest()

    return leaf
