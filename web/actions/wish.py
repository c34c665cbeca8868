"""Who asks, when, and under which identity: what every wish carries, from whichever door."""

from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID


class Wish(TypedDict):
    """The fields that every command has; `request` where the caller's key binds it to its body."""

    correlation_id: UUID
    actor: str
    at: datetime
    request: NotRequired[str | None]
