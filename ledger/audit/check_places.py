"""Whether the waiting list was kept to: one place for an address, and nobody was passed by."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.audit.findings import Finding, LineNews, Step, finding
from ledger.kernel.events import Recorded
from ledger.shop.stamps import line_id
from ledger.waiting_list.place import PlaceState, WaitingPlace, place_id
from ledger.waiting_list.stamps import (
    PlaceLapsed,
    PlaceLeft,
    PlaceMoved,
    PlaceOffered,
    PlaceTaken,
    PlaceUsed,
)

_MOVES: Mapping[type, frozenset[PlaceState]] = {
    PlaceTaken: frozenset({PlaceState.NONE}),
    PlaceMoved: frozenset({PlaceState.WAITING}),
    PlaceOffered: frozenset({PlaceState.WAITING}),
    PlaceLapsed: frozenset({PlaceState.HELD}),
    PlaceUsed: frozenset({PlaceState.HELD}),
    PlaceLeft: frozenset({PlaceState.WAITING, PlaceState.HELD}),
}


def places_go_on(step: Step) -> Iterator[Finding]:
    """SPEC A7: a place is taken once, in its own stream; only who waits has seats held, once."""
    if not isinstance(step.before, WaitingPlace) or step.stamp is None:
        return
    said, was = step.stamp.stamp, step.before.state
    if was not in _MOVES.get(type(said), {was}):
        yield step.finding("A7", f"{step.type} on a place that is {was}")
    if isinstance(said, PlaceTaken):
        own = place_id(said.shop, said.product, said.email_index, said.generation)
        if own != step.stamp.stream:
            yield step.finding("A7", "a place stands in a stream of another address")
    until = step.before.until
    if isinstance(said, PlaceLapsed) and until is not None and step.stamp.recorded_at < until:
        yield step.finding("A7", "a hold lapsed before its time was over")


OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    places_go_on: tuple(_MOVES),
}


def line_news(one: Recorded[object], stream: bytes, after: WaitingPlace) -> LineNews:
    """What a stamp of a place tells about its line."""
    line = line_id(after.terms.shop, after.terms.product).int
    waits = after.state is PlaceState.WAITING
    seen = one.stamp.seen if isinstance(one.stamp, PlaceOffered) else None
    return one.position, stream, line, after.rank, waits, seen


@dataclass(slots=True)
class _Line:
    """Who waits, by rank as it is; and of each since which position which rank was theirs."""

    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    ranks: dict[bytes, list[tuple[int, int]]] = field(default_factory=dict)

    def rank_at(self, place: bytes, position: int) -> int | None:
        """As of a position; None if nobody waited there yet."""
        found = [rank for since, rank in self.ranks.get(place, ()) if since <= position]
        return found[-1] if found else None

    def take(self, position: int, place: bytes, rank: int, *, waits: bool) -> None:
        """Where a place stands from here on."""
        known = self.ranks.get(place)
        if known:
            at = bisect_left(self.waiting, (known[-1][1], place))
            del self.waiting[at]
        if not waits:
            self.ranks.pop(place, None)
            return
        insort(self.waiting, (rank, place))
        self.ranks.setdefault(place, []).append((position, rank))

    def passed_by(self, place: bytes, seen: int) -> bool:
        """Whether somebody who stood before it as of `seen` is waiting there still."""
        mine = self.rank_at(place, seen)
        if mine is None:
            return True
        in_front = self.waiting[: bisect_left(self.waiting, (mine, b""))]
        theirs = (self.rank_at(other, seen) for _, other in in_front)
        return any(rank is not None and rank < mine for rank in theirs)


class LineCheck:
    """SPEC A7, over all streams: an offer goes to whoever is next as of what it looked at."""

    def __init__(self) -> None:
        self._lines: dict[int, _Line] = defaultdict(_Line)

    def take(self, news: Sequence[LineNews]) -> Iterator[tuple[int, Finding]]:
        """Findings of the next news, which come in the order of positions."""
        for position, place, key, rank, waits, seen in news:
            line = self._lines[key]
            if seen is not None and (seen >= position or line.passed_by(place, seen)):
                text = "seats were offered past somebody who stood before and waits still"
                yield position, finding(position, place, law="A7", text=text)
            line.take(position, place, rank, waits=waits)
            if not line.waiting:
                del self._lines[key]
