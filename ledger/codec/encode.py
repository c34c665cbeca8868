"""A draft as canonical bytes: JSON, keys sorted, no spaces, sealed fields apart."""

import dataclasses
import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from ledger.codec.names import NAMES
from ledger.kernel.events import Draft, Recorded, bound, declared, occurrence_of
from ledger.order.numbers import series_of

_HEAD = struct.Struct(">HI")
HEAD_SIZE = _HEAD.size


class Unreadable(ValueError):
    """Stored bytes that are no stamp of a known type and version."""


def frame(schema: int, sealed: bytes, body: bytes) -> bytes:
    """Schema version, sealed part and body as one run of bytes that cannot be read two ways.

    >>> frame(1, b"xy", b"{}").hex()
    '00010000000278797b7d'
    """
    return _HEAD.pack(schema, len(sealed)) + sealed + body


def head(schema: int) -> bytes:
    """What a frame without a sealed part begins with."""
    return _HEAD.pack(schema, 0)


def unframe(state: bytes) -> tuple[int, bytes, bytes]:
    """The schema version, sealed part and body of a frame; `Unreadable` if it is none."""
    if len(state) < _HEAD.size:
        raise Unreadable("the stored state is too short")
    schema, length = _HEAD.unpack_from(state)
    end = _HEAD.size + length
    if len(state) < end:
        raise Unreadable("the stored state is cut off")
    return schema, state[_HEAD.size : end], state[end:]


# The part of a body that is not the stamp's own. Only what a caller's key asked for names it.
_ENVELOPE = ("actor", "occurred_at", "evidence")
_REQUESTED = (*_ENVELOPE, "request")
_encode = msgspec.json.Encoder(order="deterministic").encode


class Encoded(NamedTuple):
    """A draft as bytes: `body` in the clear, `private` to be sealed, and what identifies it."""

    type: str
    schema: int
    body: bytes
    private: bytes | None
    occurrence: str
    binding: bytes
    series: tuple[str, ...]


class _Plan(NamedTuple):
    """What encoding needs to know of a stamp type, looked up once.

    `values` reads the fields of a body from a draft, in the order of their names, which is the
    order in which `body` is written.
    """

    name: str
    schema: int
    values: Callable[[Draft[object] | Recorded[object]], tuple[Any, ...]]
    body: Callable[..., msgspec.Struct]
    sealed: tuple[str, ...]


def _planned(stamp_type: type, envelope: Sequence[str]) -> _Plan:
    name, schema = NAMES[stamp_type]
    sealed = declared(stamp_type).sealed
    core = [one.name for one in dataclasses.fields(stamp_type) if one.name not in sealed]
    found = {one: one for one in envelope} | {one: f"stamp.{one}" for one in core}
    places = dict(sorted(found.items()))
    return _Plan(
        name,
        schema,
        attrgetter(*places.values()),
        msgspec.defstruct(f"{stamp_type.__name__}Body", places, gc=False),
        sealed,
    )


_PLANS: Mapping[type, _Plan] = {one: _planned(one, _ENVELOPE) for one in NAMES}
_REQUESTED_PLANS: Mapping[type, _Plan] = {one: _planned(one, _REQUESTED) for one in NAMES}


def encode(draft: Draft[object] | Recorded[object]) -> Encoded:
    """A draft, or a stamp that was one, as it is stored, and what identifies it."""
    one, request = draft.stamp, draft.request
    plans, binding = _PLANS, bound(one)
    if request is not None:
        plans, binding = _REQUESTED_PLANS, (*binding, request)
    name, schema, values, body, sealed = plans[type(one)]
    return Encoded(
        name,
        schema,
        _encode(body(*values(draft))),
        _private(one, sealed) if sealed else None,
        occurrence_of(one),
        hashlib.sha256(_encode(binding)).digest(),
        series_of(one),
    )


def _private(one: Any, sealed: tuple[str, ...]) -> bytes | None:
    private = {name: getattr(one, name) for name in sealed}
    told = {name: value for name, value in private.items() if value is not None}
    return _encode(told) if told else None


def canonical(body: bytes) -> bytes:
    """The body of any version as it was first written: keys sorted, values as they stand."""
    return msgspec.json.encode(dict(sorted(msgspec.json.decode(body).items())))
