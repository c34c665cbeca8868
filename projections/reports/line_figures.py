"""What a place in line adds to reports: that somebody waited, was asked, bought, or did not."""

from collections.abc import Iterator, Mapping

from ledger.waiting_list.place import PlaceState, WaitingPlace
from projections.reports.figures import Counted, Figure, Kind

_ENDS: Mapping[PlaceState, Kind] = {
    PlaceState.USED: Kind.LINE_BOUGHT,
    PlaceState.LAPSED: Kind.LINE_LAPSED,
    PlaceState.LEFT: Kind.LINE_LEFT,
}
# Everybody who joined is still in line, or is one of these.
LINE_KINDS = (Kind.LINE_JOINED, Kind.LINE_OFFERED, *_ENDS.values())


def figures_of_place(place: WaitingPlace) -> Mapping[Figure, Counted]:
    """One person, whatever number of pieces they wait for. Who bought elsewhere has left."""
    if place.taken is None or place.taken_at is None:
        return {}
    since, product = place.taken_at, place.taken.product
    return {Figure(kind, since, product=product): Counted(1) for kind in _kinds(place)}


def _kinds(place: WaitingPlace) -> Iterator[Kind]:
    yield Kind.LINE_JOINED
    if place.offered is not None:
        yield Kind.LINE_OFFERED
    if place.state in _ENDS:
        yield _ENDS[place.state]
