"""Doors whose messages only say what to look at: the provider is asked what it is."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from ledger.doors import WebhookDoor
from ledger.intake import Message


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

        Raises `ledger.reconciling.records.ProviderAway`.
        """
        ...
