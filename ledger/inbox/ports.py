"""Where a provider's messages come in: a door reads them, or says that they are unreadable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from ledger.inbox.report import Report
from ledger.payments.message import BadMessage, Message


class Tampered(Exception):
    """A kept message is not what was kept, or cannot be opened though nobody erased it."""


class WebhookDoor(Protocol):
    """What the web needs of a provider's door, and nothing more."""

    provider: str

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        """Did the provider send it, lately? Raises `BadMessage` if not, and nothing else.

        What passes is kept before anyone asks what it says.
        """
        ...

    def reread(self, body: bytes) -> Sequence[Report]:
        """The facts of a kept message, the same every time. Raises `BadMessage`."""
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


@runtime_checkable
class AskingDoor(WebhookDoor, Protocol):
    """A door whose messages only say what to look at: the provider is asked what it is."""

    def signed(self, headers: Mapping[str, str]) -> bool:
        """Whether a message that passed the check came from the provider, not just anybody."""
        ...

    def subject(self, body: bytes) -> str | None:
        """The provider's name of what to look at; None where there is nothing. May be a lie."""
        ...

    def ask(self, subject: str) -> Message | None:
        """What the provider says of it, to be kept and read; None while there is nothing to tell.

        Raises `ledger.payments.message.ProviderAway`.
        """
        ...


@runtime_checkable
class DoubtfulDoor(WebhookDoor, Protocol):
    """A door whose messages may say that money went back, and not which refunds did it."""

    def refunds_in_doubt(self, body: bytes) -> str | None:
        """The payment whose refunds have to be looked up. Raises `BadMessage`."""
        ...


def refunds_in_doubt(door: WebhookDoor, body: bytes) -> str | None:
    """The payment whose refunds a message leaves in doubt; None at most doors, and mostly."""
    try:
        return door.refunds_in_doubt(body) if isinstance(door, DoubtfulDoor) else None
    except BadMessage:
        return None
