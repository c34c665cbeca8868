"""Outgoing webhooks as pages and commands use them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.webhooks.endpoint import Answer, Endpoint, EventDelivery, EventsCounted


class WebhookEndpoints(Protocol):
    """Where events are sent, for all processes together. Raises `LedgerUnavailable`."""

    def add(self, endpoint: Endpoint) -> None:
        """A new one."""
        ...

    def listed(self, shops: Sequence[str]) -> Sequence[Endpoint]:
        """Those of these shops, the oldest first."""
        ...

    def get(self, endpoint: UUID) -> Endpoint | None:
        """One as it stands; None if there is none."""
        ...

    def remove(self, endpoint: UUID) -> None:
        """It is told nothing more; what waits for it is gone."""
        ...

    def set_secrets(self, endpoint: Endpoint) -> None:
        """Its secret, and the former one for as long as that counts, are these."""
        ...

    def enable(self, endpoint: UUID, *, now: datetime) -> None:
        """It is tried again at once, whatever happened before."""
        ...

    def replay(self, endpoint: UUID, *, after: int) -> None:
        """All events after a position are sent again, in their order."""
        ...

    def replay_one(self, endpoint: UUID, position: int, *, order: UUID, now: datetime) -> None:
        """The event at a position is sent again."""
        ...

    def counted(self) -> EventsCounted:
        """What is on its way to all of them."""
        ...

    def dead(self, endpoint: UUID, limit: int) -> Sequence[EventDelivery]:
        """Dead letters, the oldest first."""
        ...


class WebhookSender(Protocol):
    """The way out to receivers."""

    def fault(self, url: str) -> str:
        """What is wrong with an address, as a word; empty where events may be sent to it."""
        ...

    def fresh_secret(self) -> str:
        """A new secret, as receivers' libraries take it."""
        ...

    def __call__(self, endpoint: Endpoint, event: UUID, body: bytes) -> Answer:
        """What came of posting it. Never raises for what the other side does."""
        ...
