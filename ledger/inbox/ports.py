"""Where a provider's messages come in: a door reads them, or says that they are unreadable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.inbox.report import Report


class Unreadable(Exception):
    """A message that is not a provider's, or not in its words. The text holds nothing of it."""


class Tampered(Exception):
    """A kept message is not what was kept, or cannot be opened though nobody erased it."""


class WebhookDoor(Protocol):
    """What the web needs of a provider's door, and nothing more."""

    provider: str

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        """Did the provider send it, lately? Raises `Unreadable` if not, and nothing else.

        What passes is kept before anyone asks what it says.
        """
        ...

    def reread(self, body: bytes) -> Sequence[Report]:
        """The facts of a kept message, the same every time. Raises `Unreadable`."""
        ...

    def event_id(self, body: bytes) -> str | None:
        """The provider's own name of a message, signed or not; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A kept message: its id in the inbox, and the hash that stamps read from it carry."""

    id: UUID
    hash: str


class Inbox(Protocol):
    """Where messages are kept before they are interpreted."""

    def keep(
        self,
        provider: str,
        door: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        verdict: str,
        provider_event_id: str | None,
        received_at: datetime,
    ) -> Evidence:
        """Sealed and committed when it returns; only then may a provider be told 2xx."""
        ...

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """What became of it: `done`, `failed`, or `waiting` to try again. Done stays done."""
        ...
