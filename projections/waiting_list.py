"""The waiting list: who waits in which line, who has seats until when, what is to be done next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ledger.order.letter_delivery import Posting
from ledger.waiting_list.place import WaitingPlace, letters_to_send
from projections.engine.projection import Projection, column

_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
# A letter that was begun, or did not go out, is looked at again after so long.
_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInLine:
    """A place. `state` is waiting, held, lapsed, used or left; the smaller `rank` is next.

    `until`: its seats are held so long. `look_at`: from then on a worker has something to do with
    it, a letter or the end of its hold; None: nothing.
    """

    stream: UUID
    shop: str
    product: str
    quantity: int
    email_index: str
    state: str
    rank: int
    taken_at: datetime
    until: datetime | None
    look_at: datetime | None


def places(place: WaitingPlace) -> Sequence[PlaceInLine]:
    """One row from the day that it was taken."""
    if place.taken is None or place.taken_at is None:
        return ()
    due = [*_letters(place), *([place.until] if place.until else [])]
    return (
        PlaceInLine(
            stream=place.id,
            shop=place.taken.shop_slug,
            product=place.taken.product,
            quantity=column(place.taken.quantity),
            email_index=place.taken.email_index,
            state=str(place.state),
            rank=place.rank,
            taken_at=place.taken_at,
            until=place.until,
            look_at=min(due, default=None),
        ),
    )


def _letters(place: WaitingPlace) -> Iterator[datetime]:
    """From when on a worker looks at each letter that is to go out still."""
    for letter in letters_to_send(place):
        posting = place.postings.get(letter, Posting())
        yield posting.changed_at + _AGAIN if posting.changed_at else _AT_ONCE


WAITING_LIST = Projection(
    name="waiting_list",
    version=1,
    row=PlaceInLine,
    key=(),
    rows={WaitingPlace: places},
)
