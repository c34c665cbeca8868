"""A wish to wait in line, before a mailbox has confirmed that it is its owner's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Whoever asked sees the letter the same day, or asks once more.
LINK_LIVES = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAsked:
    """Who asked for which place. Whoever has its code proves that `email` is theirs."""

    shop: str
    product: str
    quantity: int
    email: str
    language: str
    until: datetime
