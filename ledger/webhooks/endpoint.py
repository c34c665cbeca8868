"""An endpoint of an integrator: what it is told of, by which secrets, and when it is given up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from ledger.kernel.events import derived

# After so many failures of one event the next try waits so long; after the last it is a dead
# letter. They are longer than an endpoint that never answers is kept: an outage loses nothing.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
# An endpoint that took nothing for so long is switched off; what it missed waits.
GIVES_UP_AFTER = timedelta(days=3)
# How long the former secret signs beside a new one.
BOTH_SECRETS = timedelta(days=1)
# From so many failures in a row on, the whole endpoint rests a while.
_PATIENT, _FIRST_REST, _LONGEST_REST = 3, timedelta(seconds=5), timedelta(minutes=5)
# So many endpoints of one shop, and so many characters of an address.
MOST_ENDPOINTS, LONGEST_URL = 10, 500
_HERE = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"[0-9A-Za-z.:-]{1,253}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where events go. `kinds` are event types, all of them if empty; the address may be secret.

    `position` tells how far the ledger was read for it; `failures` are those in a row.
    """

    id: UUID
    shop: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    made_at: datetime
    made_by: str
    former: str = field(default="", repr=False)
    former_until: datetime | None = None
    kinds: tuple[str, ...] = ()
    personal: bool = False
    position: int = 0
    disabled_at: datetime | None = None
    disabled_why: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    next_at: datetime | None = None
    delivered_at: datetime | None = None
    waiting: int = 0
    dead: int = 0

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """Those that sign just now, the newest first."""
        former = self.former_until is not None and now < self.former_until
        return (self.secret, self.former) if self.former and former else (self.secret,)

    def wants(self, kind: str) -> bool:
        """Whether it is told of events of this type."""
        return not self.kinds or kind in self.kinds

    def gives_up(self, now: datetime) -> bool:
        """Whether it has taken nothing for so long that nobody tries any more."""
        return self.failing_since is not None and self.failing_since + GIVES_UP_AFTER <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDelivery:
    """One event on its way to one endpoint. `outcome` is what the last try came to."""

    endpoint: UUID
    position: int
    order: UUID
    tries: int = 0
    next_at: datetime | None = None
    dead_at: datetime | None = None
    outcome: str = ""

    @property
    def event(self) -> UUID:
        """What the receiver knows it by, however often it is sent."""
        return event_id(self.endpoint, self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsCounted:
    """Events on their way to any endpoint; `oldest` is the position of the first that waits.

    `off` are the endpoints that were switched off.
    """

    waiting: int
    retried: int
    dead: int
    off: int
    oldest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a try: the status, or a word for why there is none. Nothing else is kept."""

    status: int = 0
    word: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver has the event."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether it says that it wants no more events, ever."""
        return self.status == 410

    def __str__(self) -> str:
        return self.word or str(self.status)


def event_id(endpoint: UUID, position: int) -> UUID:
    """The same event at the same endpoint has the same identifier for ever."""
    return derived(endpoint, f"event/{position}")


def pause_after(tries: int, *, jitter: float) -> timedelta | None:
    """How long an event waits after so many tries; None when it is a dead letter.

    `jitter` is between -1 and 1: a fifth more or less, so that not all come back at once.

    >>> str(pause_after(2, jitter=0)), pause_after(11, jitter=0)
    ('0:01:00', None)
    """
    if tries > len(PAUSES):
        return None
    return PAUSES[tries - 1] * (1 + jitter / 5)


def rest_after(failures: int, *, jitter: float) -> timedelta:
    """How long an endpoint rests after so many failures in a row, whatever event they were of.

    >>> [rest_after(one, jitter=0).seconds for one in (1, 2, 3, 4, 99)]
    [0, 0, 5, 10, 300]
    """
    if failures < _PATIENT:
        return timedelta()
    enough = (_LONGEST_REST // _FIRST_REST).bit_length()
    doubled: int = 2 ** min(failures - _PATIENT, enough)
    return min(_FIRST_REST * doubled, _LONGEST_REST) * (1 + jitter / 5)


def address_fault(url: str, *, plain: bool) -> str:
    """What is wrong with an address, as a word; empty if nothing is.

    `plain` allows http, too, to this machine itself.

    >>> address_fault("http://example.org/hook", plain=False)
    'not-https'
    >>> address_fault("https://example.org:8443/hook?shop=1", plain=False)
    ''
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "malformed"
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return "malformed"
    if parts.scheme != "https" and not (plain and parts.scheme == "http" and host in _HERE):
        return "not-https"
    if not _HOST.fullmatch(host) or parts.fragment or "@" in parts.netloc:
        return "malformed"
    return ""


def unknown_kinds(kinds: Sequence[str], known: Sequence[str]) -> list[str]:
    """Those that no event is of."""
    return [one for one in kinds if one not in known]
