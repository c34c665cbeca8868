"""A provider's message as it is kept: bytes to seal, and a hash to stamp."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from ledger.inbox.ports import Evidence

__all__ = ["Evidence", "Message", "Waiting", "envelope", "evidence_hash", "packed", "unpacked"]

_NOT_KEPT = ("authorization", "cookie", "proxy-authorization")


@dataclass(frozen=True, slots=True)
class Message:
    """What came in: header names in lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A kept message that was not interpreted yet. `attempts` counts how often that failed."""

    id: UUID
    received_at: datetime
    provider: str
    door: str
    verdict: str
    provider_event_id: str | None
    hash: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedMessage:
    """A kept message, opened. `waits`: it was not interpreted yet."""

    id: UUID
    hash: str
    body: bytes
    waits: bool


def evidence_hash(body: bytes) -> str:
    """SHA-256 of the body: the same message sent again has the same one."""
    return sha256(body).hexdigest()


def envelope(
    received_at: datetime,
    provider: str,
    door: str,
    verdict: str,
    provider_event_id: str | None,
    digest: str,
) -> bytes:
    """What stands beside a sealed message in the clear, as it is bound to it."""
    at = received_at.astimezone(UTC).isoformat()
    return json.dumps([at, provider, door, verdict, provider_event_id, digest]).encode()


def packed(headers: Mapping[str, str], body: bytes) -> bytes:
    """Headers as JSON after their length in four bytes, then the body as it came."""
    kept = {name.lower(): text for name, text in headers.items() if name.lower() not in _NOT_KEPT}
    head = json.dumps(kept, sort_keys=True).encode()
    return len(head).to_bytes(4, "big") + head + body


def unpacked(plaintext: bytes) -> Message:
    size = int.from_bytes(plaintext[:4], "big")
    return Message(json.loads(plaintext[4 : 4 + size]), plaintext[4 + size :])
