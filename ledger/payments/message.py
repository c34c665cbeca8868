"""What a provider says to us, before it is understood: its bytes, or why there are none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a webhook would have brought. The same state of the same thing is the same message.

    `name` is what the inbox knows it by; `body` is read by the provider's own door.
    """

    provider: str
    name: str
    body: bytes


class BadMessage(Exception):
    """A message that is not a provider's, or not in its words. The text holds nothing of it."""


class ProviderAway(Exception):
    """The provider cannot be asked just now. The text holds no secret."""
