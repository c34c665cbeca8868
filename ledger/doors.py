"""Where a provider's messages come in: a door reads them, or says that they are unreadable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ledger.reports import Report


class Unreadable(Exception):
    """A message that is not a provider's, or not in its words. The text holds nothing of it."""


class WebhookDoor(Protocol):
    """What the web needs of a provider's door, and nothing more."""

    provider: str

    def read(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Report]:
        """The facts of a message whose signature is right. Raises `Unreadable`, nothing else."""
        ...

    def reread(self, body: bytes) -> Sequence[Report]:
        """The facts of a stored message, whose signature was right when it came."""
        ...

    def event_id(self, body: bytes) -> str | None:
        """The provider's own name of a message, signed or not; None when there is none."""
        ...
