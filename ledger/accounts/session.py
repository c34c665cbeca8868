"""A session: somebody signed in on a browser, and for how long that is believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

Kind = Literal["customer", "staff"]

# How exactly the last use is known: a session is not written at every page.
LAST_USE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """It ends after `idle` without a use, and `at_most` after it was opened whatever happens."""

    idle: timedelta
    at_most: timedelta


LIFETIMES: Mapping[Kind, Lifetime] = {
    "customer": Lifetime(idle=timedelta(days=30), at_most=timedelta(days=180)),
    "staff": Lifetime(idle=timedelta(hours=2), at_most=timedelta(hours=12)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session as it is listed: never the word by which its browser is known.

    `subject` is who signed in, an opaque id; `how` in a word of the door that let them in (link,
    passkey, …); `device` names browser and system as far as they told. Times are when it was
    opened, used last (to the minute), and when it ends if it is not used again.
    """

    id: UUID
    kind: Kind
    subject: UUID
    how: str
    device: str
    opened_at: datetime
    last_used_at: datetime
    ends_at: datetime


def opened(id: UUID, kind: Kind, subject: UUID, *, how: str, device: str, at: datetime) -> SignedIn:
    """A session that begins now."""
    lifetime = LIFETIMES[kind]
    return SignedIn(
        id=id,
        kind=kind,
        subject=subject,
        how=how,
        device=device,
        opened_at=at,
        last_used_at=at,
        ends_at=at + min(lifetime.idle, lifetime.at_most),
    )
