"""What is hashed for one stamp, byte by byte. A change here is a new domain tag."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import Struct
from uuid import UUID

from ledger.proof.merkle import LEAF, leaf_hash

_TAG = b"stampledger stamp v1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_length = Struct(">I").pack
_number = Struct(">Q").pack
HEAD = _length(len(_TAG)) + _TAG
# Ledger, position, stream, version, length of the type.
_place = Struct(">16sQ16sQI").pack
# Time, correlation id with its length (or no more than the length), how many numbers follow.
_caused = Struct(">qI16sI").pack
_uncaused = Struct(">qII").pack
# Position, stream, version, length of the type: what follows the same ledger every time.
_next_place = Struct(">Q16sQI").pack
# Time, correlation id with its length, no numbers, length of the state.
_next_caused = Struct(">qI16sII").pack

# Position, stream, version, type, correlation id, numbers, state.
LeafOf = Callable[[int, UUID, int, str, UUID | None, Mapping[str, int], bytes], bytes]


def stamp_bytes(
    ledger: UUID,
    position: int,
    *,
    stream: UUID,
    version: int,
    type: str,
    recorded_at: datetime,
    correlation_id: UUID | None,
    numbers: Mapping[str, int],
    state: bytes,
) -> bytes:
    """The bytes of one leaf. Integers are big-endian and fixed in width, the rest has a length.

    In this order: domain tag, ledger, position, stream, version, type, time of recording in
    microseconds since 1970 UTC, correlation id, numbers by name, state. The leaf hash of the
    stamp is `ledger.proof.merkle.leaf_hash` of them.

    >>> stamped = stamp_bytes(
    ...     UUID(int=1), 2, stream=UUID(int=3), version=4, type="PAID",
    ...     recorded_at=datetime(2027, 2, 12, 10, 0, 0, 5, tzinfo=UTC),
    ...     correlation_id=UUID(int=6), numbers={"order": 7}, state=b"{}",
    ... )
    >>> for start in range(0, len(stamped), 36):
    ...     print(stamped[start:start + 36].hex())
    000000147374616d706c6564676572207374616d70207631000000000000000000000000
    000000010000000000000002000000000000000000000000000000030000000000000004
    00000004504149440006674c194e48050000001000000000000000000000000000000006
    00000001000000056f726465720000000000000007000000027b7d
    """
    cause = correlation_id.bytes if correlation_id is not None else None
    at = microseconds(recorded_at)
    return assembled(
        ledger.bytes, position, stream.bytes, version, type.encode(), at, cause, numbers, state
    )


def assembled(
    ledger: bytes,
    position: int,
    stream: bytes,
    version: int,
    name: bytes,
    at: int,
    cause: bytes | None,
    numbers: Mapping[str, int],
    state: bytes,
) -> bytes:
    """The same bytes from values as they are stored: ids are sixteen bytes, the name is UTF-8."""
    count = len(numbers)
    return b"".join(
        (
            HEAD,
            _place(ledger, position, stream, version, len(name)),
            name,
            _uncaused(at, 0, count) if cause is None else _caused(at, 16, cause, count),
            *([_named(one, numbers[one]) for one in sorted(numbers)] if count else ()),
            _length(len(state)),
            state,
        )
    )


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def _named(name: str, number: int) -> bytes:
    encoded = name.encode()
    return _length(len(encoded)) + encoded + _number(number)


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
        place = _next_place(position, stream.bytes, version, len(name))
        caused = _next_caused(at, 16, cause.bytes, 0, len(state))
        return sha256(b"".join((before, place, name, caused, state))).digest()

    return leaf
