"""Orders that somebody looks for: by number, reference, code; by name or address; by label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ledger.order.evolve import fold
from ledger.order.label import label_of
from ledger.order.order import Order
from projections.order_search import OrderPage, OrderSearch, Place
from projections.order_words import Wanted, label_term
from web.wiring.parts import Parts

MOST_SHOWN = 50
_BIGINT = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An order in a list as its views know it; its person, as long as there is one, opened."""

    page: OrderPage
    order: Order | None

    @property
    def name(self) -> str:
        """First and last name; empty once they were erased."""
        person = self.order.terms.customer if self.order else None
        return f"{person.first_name} {person.last_name}" if person else ""

    @property
    def email(self) -> str:
        """The address that letters go to; empty once it was erased."""
        person = self.order.terms.customer if self.order else None
        return person.email if person else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderList:
    """A page of orders, newest first. `onward` is where the next begins, if there may be one.

    `too_short`: what was typed says too little to look for.
    """

    orders: Sequence[Listed]
    onward: Place | None = None
    too_short: bool = False


def number_of(text: str) -> int | None:
    """An order's number as people write it: `#` and zeros in front do not count.

    >>> number_of("#000423"), number_of(" 423 "), number_of("RF423"), number_of("#")
    (423, 423, None, None)
    """
    digits = text.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(_BIGINT)):
        return None
    return int(digits) if int(digits) < _BIGINT else None


def find(
    parts: Parts, text: str, search: OrderSearch, *, label: str = "", limit: int = MOST_SHOWN
) -> OrderList:
    """A page of the orders that a text and filters mean; without a text, of all.

    What names an order exactly goes before what only begins a name.
    """
    text, named = " ".join(text.split()), label_of(label)
    if label.strip() and named is None:
        return OrderList(orders=())
    if not text:
        found = parts.views.orders(_worded(parts, search, named, ()), limit=limit + 1)
        return _with_label(_opened(parts, found, limit), named)
    called = parts.views.orders_called(
        text, number=number_of(text), shops=search.shops, limit=limit
    )
    if called:
        return _with_label(_opened(parts, called, limit), named)
    wanted = Wanted(text)
    if not wanted.terms:
        return OrderList(orders=(), too_short=number_of(text) is None)
    found = parts.views.orders(_worded(parts, search, named, wanted.terms), limit=limit + 1)
    listed = _with_label(_opened(parts, found, limit), named)
    meant = [one for one in listed.orders if one.order is None or wanted.matches(one.order)]
    return replace(listed, orders=meant)


def find_all(parts: Parts, text: str, search: OrderSearch, *, label: str = "") -> Iterator[Listed]:
    """Every one of them, read page by page as they are asked for."""
    place: Place | None = search.before
    while place is not None:
        listed = find(parts, text, replace(search, before=place), label=label, limit=500)
        yield from listed.orders
        place = listed.onward


def _worded(
    parts: Parts, search: OrderSearch, label: str | None, terms: Sequence[str]
) -> OrderSearch:
    """The search for all these terms; a label is the one that tells most."""
    wanted = (*((label_term(label),) if label else ()), *terms)
    return replace(search, words=tuple(parts.keyring.blind_word(one) for one in wanted))


def _with_label(listed: OrderList, label: str | None) -> OrderList:
    """Rows follow the ledger a moment later: what lost its label meanwhile is left out."""
    if label is None:
        return listed
    kept = [one for one in listed.orders if one.order is not None and label in one.order.labels]
    return replace(listed, orders=kept)


def _opened(parts: Parts, rows: Sequence[OrderPage], limit: int) -> OrderList:
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    onward = None if last is None or last.placed_at is None else (last.placed_at, last.stream)
    histories = parts.store.read_opened([one.stream for one in shown])
    orders = {stream: fold(stream, history) for stream, history in histories.items()}
    listed = [Listed(page=one, order=orders.get(one.stream)) for one in shown]
    return OrderList(orders=listed, onward=onward)
