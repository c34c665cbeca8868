"""A link to sign in: asked for on one browser, sent to one address, good once and not for long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LINK_LIVES = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink:
    """Who asked for it, and where they go on. Whoever has its code proves that `email` is theirs.

    `browser` is the hash of the asking browser's own word; `onward` a path of ours.
    """

    email: str
    language: str
    onward: str
    browser: bytes
    until: datetime
