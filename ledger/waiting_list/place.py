"""A place in line: whose it is, how it stands, which seats are held for it, what may be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID, uuid5

from ledger.kernel import values
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign, Recorded
from ledger.order.letter_delivery import Posting
from ledger.order.stamps import SeatClaim
from ledger.shop.stamps import line_id
from ledger.waiting_list.refusals import HoldOver, NotInLine
from ledger.waiting_list.stamps import (
    Leaving,
    LetterFate,
    LineEnd,
    PlaceLapsed,
    PlaceLeft,
    PlaceLetter,
    PlaceLetterEnded,
    PlaceLetterStarted,
    PlaceMoved,
    PlaceOffered,
    PlaceStamp,
    PlaceTaken,
    PlaceUsed,
)

# Nobody leaves a line and comes back so often.
GENERATIONS = 50
# So many pieces may be waited for in one line: a bound of the books, far above any crowd.
LINE_LENGTH = 1_000_000_000


def place_id(shop: UUID, product: str, email_index: str, generation: int) -> UUID:
    """The stream of an address's place: it follows from the keyed hash, so there is only one.

    It tells nothing of the address to who has not the key of that hash.
    """
    return uuid5(line_id(shop, product), f"{email_index}/{generation}")


class PlaceState(StrEnum):
    """How a place stands. Whoever waits or has seats held can still do something with it."""

    NONE = "none"
    WAITING = "waiting"
    HELD = "held"
    LAPSED = "lapsed"
    USED = "used"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPlace:
    """A place. `rank`: who has the smaller one is next; that of the stamp, or as staff moved it."""

    id: UUID
    version: int = 0
    position: int = 0
    taken: PlaceTaken | None = None
    taken_at: datetime | None = None
    rank: int = 0
    offered: PlaceOffered | None = None
    offered_at: datetime | None = None
    left: PlaceLeft | None = None
    state: PlaceState = PlaceState.NONE
    order: UUID | None = None
    ended_at: datetime | None = None
    erased_at: datetime | None = None
    postings: Mapping[PlaceLetter, Posting] = field(default_factory=dict)

    @property
    def terms(self) -> PlaceTaken:
        """What is waited for. Only asked of a place that was taken."""
        assert self.taken is not None, "nobody took this place"
        return self.taken

    @property
    def alive(self) -> bool:
        """Whether somebody waits, or has seats held."""
        return self.state in (PlaceState.WAITING, PlaceState.HELD)

    @property
    def erased(self) -> bool:
        """Whether its person was erased: nobody is written to, and no link works."""
        return self.erased_at is not None

    @property
    def until(self) -> datetime | None:
        """Until when seats are held for it, if they are."""
        return self.offered.until if self.offered and self.state is PlaceState.HELD else None

    @property
    def seats(self) -> Mapping[UUID, tuple[int, int]]:
        """What it takes of the quotas, as (held, sold): of the line itself while it waits."""
        match self.state:
            case PlaceState.WAITING:
                line = line_id(self.terms.shop, self.terms.product)
                return {line: (self.terms.quantity, 0)}
            case PlaceState.HELD if self.offered:
                return {one.quota: (one.seats, 0) for one in self.offered.seats}
            case _:
                return {}


def fold_place(place: UUID, history: Iterable[Recorded[object]]) -> WaitingPlace:
    """The place as it stands after these stamps."""
    folded = WaitingPlace(id=place)
    for recorded in history:
        folded = evolve_place(folded, recorded)
    return folded


def evolve_place(  # noqa: C901 (a dispatching match)
    place: WaitingPlace, recorded: Recorded[object]
) -> WaitingPlace:
    """The place after one more stamp."""
    place = replace(place, version=recorded.version, position=recorded.position)
    stamp, at = recorded.stamp, recorded.recorded_at
    if not isinstance(stamp, PlaceStamp):
        raise Foreign(stamp)
    match stamp:
        case PlaceTaken():
            rank, state = recorded.position, PlaceState.WAITING
            return replace(place, taken=stamp, taken_at=at, rank=rank, state=state)
        case PlaceMoved():
            front = stamp.to is LineEnd.FRONT
            return replace(place, rank=-recorded.position if front else recorded.position)
        case PlaceOffered():
            return replace(place, offered=stamp, offered_at=at, state=PlaceState.HELD)
        case PlaceLapsed():
            return replace(place, state=PlaceState.LAPSED, ended_at=at)
        case PlaceUsed():
            return replace(place, state=PlaceState.USED, order=stamp.order, ended_at=at)
        case PlaceLeft():
            order, state = stamp.order, PlaceState.LEFT
            return replace(place, left=stamp, state=state, order=order, ended_at=at)
        case PlaceLetterStarted() | PlaceLetterEnded():
            return _told(place, stamp, at)
        case Erased():
            taken = replace(place.taken, email=None, code=None) if place.taken else None
            return replace(place, taken=taken, erased_at=at)
        case _:
            assert_never(stamp)


# An answer that comes after all is better than not knowing; a claim is worth the least.
_RANKS = ("", "started", *(str(one) for one in (LetterFate.UNKNOWN, "failed", "sent")))


def _told(
    place: WaitingPlace, stamp: PlaceLetterStarted | PlaceLetterEnded, at: datetime
) -> WaitingPlace:
    before = place.postings.get(stamp.letter, Posting())
    ended = stamp if isinstance(stamp, PlaceLetterEnded) else None
    word, number = str(ended.fate) if ended else "started", stamp.try_number
    known = before.tries.get(number, "")
    after = values.replace(
        before,
        tries={**before.tries, number: max(known, word, key=_RANKS.index)},
        changed_at=at,
        permanent=before.permanent or bool(ended and ended.permanent),
        started_at=before.started_at if ended else at,
    )
    return replace(place, postings={**place.postings, stamp.letter: after})


def letters_owed(place: WaitingPlace) -> tuple[PlaceLetter, ...]:
    """The letters that it calls for as it stands, sent or not: each at most once.

    One that was begun stays owed. Nobody is written to once they were erased.
    """
    if place.erased:
        return ()
    wanted = {
        PlaceLetter.JOINED: place.state is PlaceState.WAITING,
        PlaceLetter.TURN: place.state is PlaceState.HELD,
        PlaceLetter.LAPSED: place.state is PlaceState.LAPSED,
        PlaceLetter.ENDED: _was_ended(place),
    }
    return tuple(one for one, owed in wanted.items() if owed or one in place.postings)


def letters_to_send(place: WaitingPlace) -> tuple[PlaceLetter, ...]:
    """Those that were neither sent nor given up."""
    return tuple(one for one in letters_owed(place) if _is_open(place.postings.get(one)))


def _is_open(posting: Posting | None) -> bool:
    return posting is None or (posting.state != "sent" and not posting.permanent)


def _was_ended(place: WaitingPlace) -> bool:
    """Others ended it: whoever left by themselves, or bought, knows."""
    return place.left is not None and place.left.cause in (Leaving.STAFF, Leaving.CLOSED)


def decide_take(place: WaitingPlace, wish: PlaceTaken) -> Sequence[PlaceStamp]:
    """Whoever waits already keeps their place, whatever they ask for now."""
    return [] if place.taken is not None else [wish]


def decide_offer(
    place: WaitingPlace, seats: Sequence[SeatClaim], *, until: datetime, seen: int
) -> Sequence[PlaceStamp]:
    """Seats for who waits; nothing for who does not any more."""
    if place.state is not PlaceState.WAITING:
        return []
    return [PlaceOffered(seats=tuple(seats), until=until, seen=seen)]


def decide_lapse(place: WaitingPlace, at: datetime) -> Sequence[PlaceStamp]:
    """Once the time is over; not a moment before."""
    over = place.until is not None and place.until <= at
    return [PlaceLapsed()] if over else []


def decide_use(place: WaitingPlace, order: UUID, at: datetime) -> Sequence[PlaceStamp]:
    """The seats go to an order, within their time. Raises `HoldOver`."""
    if place.until is None or place.until <= at:
        raise HoldOver
    return [PlaceUsed(order=order)]


def decide_leave(
    place: WaitingPlace, cause: Leaving, *, order: UUID | None = None, reason: str | None = None
) -> Sequence[PlaceStamp]:
    """Whoever waits no longer cannot leave again."""
    return [PlaceLeft(cause=cause, order=order, reason=reason)] if place.alive else []


def decide_move(place: WaitingPlace, to: LineEnd, reason: str) -> Sequence[PlaceStamp]:
    """To the front or the back. Raises `NotInLine` for whoever does not wait."""
    if place.state is not PlaceState.WAITING:
        raise NotInLine
    return [PlaceMoved(to=to, reason=reason)]


def decide_erase(place: WaitingPlace, erased: Erased) -> Sequence[PlaceStamp]:
    """Whoever waits leaves the line with it; what is erased already is not erased again."""
    if place.taken is None or place.erased:
        return []
    return [*decide_leave(place, Leaving.ERASED), erased]
