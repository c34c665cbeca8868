"""Who is next: places in the order of their ranks, as far as there are seats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """Somebody who waits for some pieces of a product. The smaller rank is next."""

    place: UUID
    product: str
    quantity: int
    rank: int


def whose_turn(
    waiting: Sequence[InLine],
    quotas: Mapping[str, Sequence[UUID]],
    free: Mapping[UUID, int],
) -> Sequence[InLine]:
    """Those whose seats are all there, the next first. `quotas` by product, `free` by quota.

    Nobody is passed by: who wants more than there is gathers what comes free, and everybody behind
    them in the same line waits along. A product of which some quota is full gathers nothing.
    """
    left, found = dict(free), list[InLine]()
    for one in sorted(waiting, key=lambda one: (one.rank, one.place)):
        taken_from = quotas.get(one.product, ())
        if not taken_from:
            continue
        could = max(min(left.get(quota, 0) for quota in taken_from), 0)
        if could >= one.quantity:
            found.append(one)
        # Who is short takes all there is of the scarcest: nothing of it is left for those behind.
        for quota in taken_from:
            left[quota] = left.get(quota, 0) - min(could, one.quantity)
    return found
