"""Stamps as bytes: their names, their versions, how they are written and read."""

from ledger.codec.bounds import NotStorable, faithful, require_readable
from ledger.codec.decode import UPCASTERS, Decoded, Envelope, closed, decode
from ledger.codec.encode import Encoded, Unreadable, canonical, encode, frame, unframe
from ledger.codec.names import NAMES, STORED

__all__ = [
    "NAMES",
    "STORED",
    "UPCASTERS",
    "Decoded",
    "Encoded",
    "Envelope",
    "NotStorable",
    "Unreadable",
    "canonical",
    "closed",
    "decode",
    "encode",
    "faithful",
    "frame",
    "require_readable",
    "unframe",
]
