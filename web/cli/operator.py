"""Who types a command."""

import getpass
from uuid import uuid4

from web.actions.wish import Wish
from web.wiring.parts import Parts


def actor() -> str:
    """An opaque name of who is signed in here."""
    return f"cli:{getpass.getuser()}"


def wish_of(parts: Parts) -> Wish:
    """A wish of its own: a command typed again asks again."""
    return Wish(correlation_id=uuid4(), actor=actor(), at=parts.clock())
