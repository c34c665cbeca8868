"""A stamp with its envelope: where, when and why it stands in the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

_DERIVED = UUID("5d0c8a4e-27f5-4f0b-9d4e-0b7f1c1f6a11")
_NO_NUMBERS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A stamp about to be appended. Position, version, time and numbers come with the commit.

    `occurred_at` is a fact's own time at its provider, and an intent's by the clock of the machine
    that asks; `evidence` is the hash of the inbox message that a fact was read from. Neither
    belongs to the identity of the stamp (law 3). `request` is the key and the digest of the call
    that asked for it: the same identity for another request is a contradiction.
    """

    stream: UUID
    stamp: Any
    correlation_id: UUID
    actor: str
    occurred_at: datetime | None = None
    evidence: str | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A stamp as the ledger holds it.

    `version` counts in its stream from 1, `position` in the ledger from 1 without holes.
    `numbers` are those the commit drew from named series, such as the order number.
    `leaf` is the RFC 6962 leaf hash over the stored bytes.
    """

    stream: UUID
    version: int
    position: int
    recorded_at: datetime
    stamp: Any
    correlation_id: UUID
    actor: str
    occurred_at: datetime | None = None
    evidence: str | None = None
    numbers: Mapping[str, int] = field(default_factory=lambda: _NO_NUMBERS)
    leaf: bytes = b""
    request: str | None = None

    @property
    def happened_at(self) -> datetime:
        """The provider's time, or that of whoever asked it; where none was told, of recording."""
        return self.occurred_at or self.recorded_at


def derived(correlation_id: UUID, purpose: str) -> UUID:
    """The correlation id of what we do because of another one: the same cause, the same id."""
    return uuid5(_DERIVED, f"{correlation_id}/{purpose}")
