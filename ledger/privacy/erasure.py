"""What an erasure stamps: on every stream of a person in one append, or on none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.accounts.account import decide_erase
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Draft
from ledger.kernel.refusals import Contradicted, PersonMoved, StillOpen
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.seats import added_up
from ledger.kernel.store import Append, Appended, Conflict, StampStore
from ledger.order.commands import ErasePerson
from ledger.order.decide import decide
from ledger.privacy.holdings import Holdings
from ledger.waiting_list.place import decide_erase as erase_place
from ledger.waiting_list.service import moving


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseWish:
    """Who erases, when and why. `digest` is that of what was looked at; None: nobody looked."""

    correlation_id: UUID
    actor: str
    at: datetime
    ground: Ground
    digest: str | None = None


def append_of(holdings: Holdings, wish: EraseWish) -> Append:
    """What erases all of it, without a stamp where nothing is left. Raises `StillOpen`.

    Whoever waits in line leaves it in the same append, and their seats are free.
    """
    drafts = drafts_of(holdings, wish)
    left = {place.id: moving(place, _of(drafts, place.id)).seats for place in holdings.places}
    return Append(
        drafts=drafts,
        expected={draft.stream: holdings.versions[draft.stream] for draft in drafts},
        seats=added_up(change for seats in left.values() for change in seats),
    )


def _of(drafts: Sequence[Draft[object]], stream: UUID) -> Sequence[Draft[object]]:
    return [one for one in drafts if one.stream == stream]


def drafts_of(holdings: Holdings, wish: EraseWish) -> Sequence[Draft[object]]:
    """The stamps that erase all of it; none where nothing is left. Raises `StillOpen`."""
    if open := holdings.obstacles(wish.at):
        raise StillOpen(open=tuple(str(one.hindrance.open) for one in open))
    return [
        Draft(
            stream=stream,
            stamp=stamp,
            correlation_id=wish.correlation_id,
            actor=wish.actor,
        )
        for stream, stamp in _stamps(holdings, wish)
    ]


def erase(
    store: StampStore, find: Callable[[], Holdings], wish: EraseWish, *, about: UUID
) -> tuple[Holdings, Sequence[UUID]]:
    """What was erased, and the streams that it was; none where nothing was left.

    It is found again whenever something has moved meanwhile: money that comes in between, or an
    order that is placed, is looked at before anything is destroyed. Raises `StillOpen`,
    `PersonMoved`.
    """

    def attempt() -> tuple[Holdings, Sequence[UUID]] | Conflict:
        found = find()
        if wish.digest is not None and wish.digest != found.digest:
            raise PersonMoved
        append = append_of(found, wish)
        if not append.drafts:
            return found, ()
        match store.append(append)[0]:
            case Appended():
                return found, [*dict.fromkeys(draft.stream for draft in append.drafts)]
            case Conflict() as conflict:
                return conflict
            case _:
                raise Contradicted

    return again_on_conflict(about, attempt)


def _stamps(holdings: Holdings, wish: EraseWish) -> Iterator[tuple[UUID, object]]:
    """Stream by stream."""
    for place in holdings.places:
        erased = Erased(subject=place.id, ground=wish.ground)
        yield from ((place.id, one) for one in erase_place(place, erased))
    yield from ((one.subject, one) for one in _erased(holdings, wish))


def _erased(holdings: Holdings, wish: EraseWish) -> Iterator[Erased]:
    command = ErasePerson(
        correlation_id=wish.correlation_id, actor=wish.actor, at=wish.at, ground=wish.ground
    )
    for order in holdings.open_orders():
        yield from (one for one in decide(command, order) if isinstance(one, Erased))
    for account in holdings.accounts:
        yield from (one for one in decide_erase(account, wish.ground) if isinstance(one, Erased))
    written = {order.id for order in holdings.orders} | {one.id for one in holdings.accounts}
    written |= {one.id for one in holdings.places}
    for stream in holdings.readable:
        if stream not in written:
            yield Erased(subject=stream, ground=wish.ground)
