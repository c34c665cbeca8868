"""Who is inside at each door of a shop, on a day: for devices, programs and the back office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.shop.shop import Shop
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorToday:
    """A door on a day: entries, exits, tickets that were scanned, and who is inside by product."""

    door: str
    entered: int = 0
    left: int = 0
    tickets: int = 0
    by_product: Mapping[str, int] = field(default_factory=dict)

    @property
    def inside(self) -> int:
        """Who came in and did not leave."""
        return self.entered - self.left


def doors_on(parts: Parts, shop: Shop, day: str) -> Sequence[DoorToday]:
    """The shop's doors, in its order; then those that it had when somebody came in there."""
    counts = parts.views.count_door(shop.slug, day)
    found = []
    for door in dict.fromkeys((*shop.doors, *(one.door for one in counts))):
        here = [one for one in counts if one.door == door]
        found.append(
            DoorToday(
                door=door,
                entered=sum(one.entered for one in here),
                left=sum(one.went for one in here),
                tickets=sum(one.tickets for one in here),
                by_product={one.product: one.entered - one.went for one in here},
            )
        )
    return found
