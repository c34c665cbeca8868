"""Who comes: each valid ticket with its name and answers, as a table for a badge printer."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from ledger.order.order import Order
from ledger.order.ticket_answers import holder_name
from ledger.order.tickets import Ticket, every_ticket
from ledger.shop.questions import TicketQuestion
from ledger.shop.shop import Shop
from ledger.shop.stamps import QuestionsSet
from ledger.shop.texts import text_in
from projections.order_search import OrderSearch, end_of
from web.actions.csv_cells import harmless
from web.actions.find_orders import find_all
from web.wiring.parts import Parts

_FIXED = ("ticket", "order", "product", "title", "name", "sent_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """One ticket that lets somebody in. `answers` are in words, by question."""

    order: int
    ticket: int
    product: str
    title: str
    name: str
    sent_on: bool
    answers: Mapping[str, str]

    @property
    def number(self) -> str:
        """The ticket, told apart from every other of its shop."""
        return f"{self.order:06d}-{self.ticket}"


def badges(parts: Parts, shop: str, *, product: str = "", language: str = "en") -> Iterator[Badge]:
    """Every valid ticket of a shop, the newest order first, read as it is asked for."""
    search = OrderSearch(shops=(shop,), products=(product,) if product else (), before=end_of(None))
    for one in find_all(parts, "", search):
        if one.order is not None and one.order.admits and not one.order.erased:
            yield from _of_order(one.order, product, language)


def _of_order(order: Order, product: str, language: str) -> Iterator[Badge]:
    living = (one for one in every_ticket(order.terms.lines) if one.outlasts(order.which_freed))
    for ticket in living:
        if product in ("", ticket.line.product):
            yield Badge(
                order=order.number,
                ticket=ticket.number,
                product=ticket.line.product,
                title=text_in(ticket.line.title, language),
                name=holder_name(order, ticket),
                sent_on=ticket.number in order.holders,
                answers=_answers(order, ticket, language),
            )


def _answers(order: Order, ticket: Ticket, language: str) -> Mapping[str, str]:
    known = order.asked.get(ticket.place)
    told = order.answers.get(ticket.number, {})
    return {
        one.slug: _spoken(one, told[one.slug], language)
        for one in (known.asked if known else ())
        if one.slug in told
    }


def _spoken(question: TicketQuestion, text: str, language: str) -> str:
    choice = question.choice(text)
    return text_in(choice.label, language) if choice else text


def columns_of(parts: Parts, shop: Shop, product: str = "") -> Sequence[str]:
    """Every question that the shop ever asked, so that no answer is left out."""
    sets = (one.stamp for one in parts.store.read(shop.id))
    asked = [
        question.slug
        for one in sets
        if isinstance(one, QuestionsSet) and product in ("", one.product)
        for question in one.questions.asked
    ]
    return [*dict.fromkeys(asked)]


def badge_rows(
    parts: Parts, shop: Shop, *, product: str = "", language: str = "en"
) -> Iterator[str]:
    """The table as CSV, a line at a time; no cell is a formula to a spreadsheet."""
    columns = columns_of(parts, shop, product)
    yield _line([*_FIXED, *(f"answer_{one}" for one in columns)])
    for one in badges(parts, shop.slug, product=product, language=language):
        told = (one.answers.get(name, "") for name in columns)
        sent_on = "yes" if one.sent_on else "no"
        fixed = (one.number, f"{one.order:06d}", one.product, one.title, one.name, sent_on)
        yield _line([*fixed, *told])


def _line(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()
