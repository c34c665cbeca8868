"""Orders that somebody looks for: by number, reference or e-mail; by a name, which is sealed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.order.batch_service import ManyStore
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import Customer, OrderPlaced
from web.wiring.parts import Parts

MOST_SHOWN = 50
_WINDOW = 2_000
_BIGINT = 2**63
Progress = Callable[[int, int], None]


class Feed(ManyStore, Protocol):
    """A ledger that can be read window by window."""

    def head(self) -> tuple[int, bytes]: ...

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderList:
    """The orders, the newest first, and in a sentence what was searched for them."""

    orders: Sequence[Order]
    searched: str


def number_of(text: str) -> int | None:
    """An order's number as people write it: `#` and zeros in front do not count.

    >>> number_of("#000423"), number_of(" 423 "), number_of("RF423"), number_of("#")
    (423, 423, None, None)
    """
    digits = text.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(_BIGINT)):
        return None
    return int(digits) if int(digits) < _BIGINT else None


def by_list(parts: Parts, text: str, *, shop: str | None) -> list[Order]:
    """What the list of orders knows by this text; nothing sealed is opened."""
    found = parts.views.orders_named(
        text.strip(),
        number=number_of(text),
        email_index=parts.keyring.blind_index(text) if "@" in text else None,
        shop=shop,
        limit=MOST_SHOWN,
    )
    return [parts.orders.get(one) for one in found]


def by_person(
    store: Feed, text: str, *, shop: str | None, most: int, progress: Progress
) -> OrderList:
    """Open the sealed part of the newest orders, window by window, until enough was found."""
    wanted, opened, found = " ".join(text.split()).casefold(), 0, list[Order]()
    head, whole = store.head()[0], False
    for after, streams in _placed(store, head):
        progress(head - after, head)
        histories = store.read_opened(streams[: most - opened])
        for stream in streams[: most - opened]:
            order = fold(stream, histories.get(stream, ()))
            if order.placed is None:
                continue  # it cannot be read
            if shop in (None, order.terms.shop_slug) and wanted in _words(order.terms.customer):
                found.append(order)
        opened += len(streams[: most - opened])
        if opened >= most or len(found) >= MOST_SHOWN:
            break
    else:
        whole = True
    which = f"all {opened}" if whole else f"the newest {opened}"
    more = "" if whole else " --newest N opens more."
    searched = f"Names are sealed: {which} orders were opened.{more}"
    return OrderList(orders=found[:MOST_SHOWN], searched=searched)


def _placed(store: Feed, head: int) -> Iterator[tuple[int, list[UUID]]]:
    """The orders placed in each window of the ledger, from its end to its beginning."""
    while head > 0:
        after = max(head - _WINDOW, 0)
        window = store.feed(after, limit=head - after)
        yield after, [one.stream for one in reversed(window) if isinstance(one.stamp, OrderPlaced)]
        head = after


def _words(person: Customer | None) -> str:
    """All that an order knows of who placed it; nothing once they were erased."""
    if person is None:
        return ""
    told = (person.first_name, person.last_name, person.email, person.phone)
    return " ".join(" ".join(told).split()).casefold()
