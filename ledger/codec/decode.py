"""Stamps out of stored bytes, of any version that was ever written."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ledger.codec.encode import HEAD_SIZE, Unreadable, head, unframe
from ledger.codec.names import STORED
from ledger.codec.upcasters import upcast


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """The part of a body that is not the stamp's own."""

    actor: str
    occurred_at: datetime | None
    evidence: str | None
    request: str | None = None


class Decoded(NamedTuple):
    """A stamp read back, with the part of its envelope that is kept in the body."""

    stamp: Any
    actor: str
    occurred_at: datetime | None
    evidence: str | None
    request: str | None


_DECODERS: Mapping[str, Callable[[bytes], Any]] = {
    name: msgspec.json.Decoder(cls).decode for name, (cls, _) in STORED.items()
}
_CLOSED: Mapping[str, tuple[bytes, Callable[[bytes], Any]]] = {
    name: (head(newest), _DECODERS[name]) for name, (_, newest) in STORED.items()
}
_envelope = msgspec.json.Decoder(Envelope).decode
# The library leaves some bytes that are no text to Python's own decoder.
_FAULTS = (KeyError, TypeError, AttributeError, UnicodeDecodeError, msgspec.MsgspecError)


def decode(name: str, schema: int, body: bytes, private: bytes | None) -> Decoded:
    """The stamp that these bytes hold; raises `Unreadable`."""
    try:
        body = _newest(name, schema, body)
        envelope = _envelope(body)
        # Both are JSON objects: the sealed fields go on where the body ends.
        stamp = _DECODERS[name](body[:-1] + b"," + private[1:] if private else body)
    except _FAULTS as error:
        raise _unreadable(name, schema, error) from error
    return Decoded(stamp, envelope.actor, envelope.occurred_at, envelope.evidence, envelope.request)


def closed(name: str, state: bytes) -> tuple[Any, Envelope]:
    """The stamp in a frame, and its envelope, the sealed part left closed; raises `Unreadable`.

    The same as `unframe` and `decode`, for readers of very many.
    """
    try:
        begin, decoder = _CLOSED[name]
        # The newest version without a sealed part, as nearly every stamp is.
        body = state[HEAD_SIZE:] if state.startswith(begin) else _body(name, state)
        return decoder(body), _envelope(body)
    except _FAULTS as error:
        raise _unreadable(name, unframe(state)[0], error) from error


def _body(name: str, state: bytes) -> bytes:
    schema, _, body = unframe(state)
    return _newest(name, schema, body)


def _newest(name: str, schema: int, body: bytes) -> bytes:
    """The body as the newest version would have written it."""
    return body if schema == STORED[name][1] else upcast(name, schema, body)


def _unreadable(name: str, schema: int, error: Exception) -> Unreadable:
    return Unreadable(f"{name} version {schema}: {error}")
