"""The list of a shop's tickets for devices without a network: each by what its code is hashed to.

Views know no codes. They are opened here, order by order, as long as the order's person is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.order.admission import tickets
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.ticket_answers import holder_name
from ledger.shop.shop import Shop
from projections.door import DoorTicket, list_hash, list_salt
from web.wiring.parts import Parts

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTicket:
    """A ticket as a device knows it: `name` is what its code is hashed to, `holder` whose it is."""

    name: str
    product: str
    state: str
    inside: Sequence[Sequence[str]]
    holder: str = ""

    def row(self, *, names: bool) -> tuple[object, ...]:
        """As a list holds it; whose it is only with `names`, as the shop wants it."""
        told = (self.name, self.product, self.state, self.inside)
        return (*told, self.holder) if names else told


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketList:
    """Tickets as of a position: all of a shop, or those that changed after another one."""

    position: int
    as_of: datetime | None
    salt: str
    tickets: Sequence[ListedTicket]


def ticket_list(parts: Parts, shop: Shop, after: int) -> TicketList:
    """Those that changed after a position; all of them after 0."""
    found = parts.views.door_list(shop.slug, after)
    salt = list_salt(shop.id)
    return TicketList(
        position=found.position,
        as_of=found.as_of,
        salt=salt,
        tickets=[*_listed(parts, salt, found.tickets)],
    )


def _listed(parts: Parts, salt: str, rows: Sequence[DoorTicket]) -> Iterator[ListedTicket]:
    streams = [*dict.fromkeys(one.stream for one in rows)]
    codes: dict[str, str] = {}
    holders: dict[str, str] = {}
    for at in range(0, len(streams), _AT_ONCE):
        opened = parts.store.read_opened(streams[at : at + _AT_ONCE])
        for stream, history in opened.items():
            order = fold(stream, history)
            codes |= _codes(order)
            holders |= {one.code: holder_name(order, one) for one in tickets(order)}
    for row in rows:
        # A code that is no more, or whose person was erased, is on no list.
        if code := codes.get(row.hash):
            yield ListedTicket(
                name=list_hash(salt, code),
                product=row.product,
                state=row.state,
                inside=[word.split("/", 3) for word in row.inside],
                holder=holders.get(row.hash, ""),
            )


def _codes(order: Order) -> dict[str, str]:
    """The codes that count, by their keyed hashes."""
    issued = order.tickets
    if issued is None or issued.codes is None:
        return {}
    return dict(zip(issued.hashes, issued.codes, strict=True))
