"""Schema version, sealed part and body as one run of bytes, which is what a row holds."""

import struct

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
