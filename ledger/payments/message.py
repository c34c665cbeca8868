"""What a provider says to us, before it is understood; and the address that it sends people to."""

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"https?://[!-~]{1,2000}")


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


def page_address(value: object) -> str:
    """An address on the web, without anything that cannot stand in one; raises `BadMessage`.

    >>> page_address("https://pay.example/1")
    'https://pay.example/1'
    """
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise BadMessage("the page's address is none")
    return value
