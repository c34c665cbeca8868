"""Doors whose messages only say what to look at: the provider is asked what it is."""

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

from ledger.inbox.intake import Message
from ledger.inbox.ports import Unreadable, WebhookDoor
from ledger.reconciliation.records import TheirRecord
from ledger.reconciliation.unread import Unread


@runtime_checkable
class AskingDoor(WebhookDoor, Protocol):
    """What the web needs of such a door, beside what it needs of any."""

    def signed(self, headers: Mapping[str, str]) -> bool:
        """Whether a message that passed the check came from the provider, not just anybody."""
        ...

    def subject(self, body: bytes) -> str | None:
        """The provider's name of what to look at; None where there is nothing. May be a lie."""
        ...

    def ask(self, subject: str) -> Message | None:
        """What the provider says of it, to be kept and read; None while there is nothing to tell.

        Raises `ledger.reconciliation.records.ProviderAway`.
        """
        ...


@runtime_checkable
class DoubtfulDoor(WebhookDoor, Protocol):
    """A door whose messages may say that money went back, and not which refunds did it."""

    def refunds_in_doubt(self, body: bytes) -> str | None:
        """The payment whose refunds have to be looked up. Raises `Unreadable`."""
        ...


@runtime_checkable
class RefundBooks(Protocol):
    """What looking them up needs of a provider's books."""

    def refunds_of(self, payment: str) -> Iterator[TheirRecord | Unread]:
        """Every refund of one payment, whoever made it.

        Raises `ledger.reconciliation.records.ProviderAway`.
        """
        ...


def refunds_in_doubt(door: WebhookDoor, body: bytes) -> str | None:
    """The payment whose refunds a message leaves in doubt; None at most doors, and mostly."""
    try:
        return door.refunds_in_doubt(body) if isinstance(door, DoubtfulDoor) else None
    except Unreadable:
        return None
