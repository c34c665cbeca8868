"""`orders show` and `orders find`: one order as an operator reads it; nothing personal."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from rich.table import Table

from ledger.audit.replay import MoneyAxes, money_of, replay
from ledger.kernel.events import declared
from ledger.kernel.money import Money, spoken
from ledger.kernel.refusals import UnknownOrder
from ledger.order import cancellation_policy as cancellation
from ledger.order.options import Option, ahead, options
from ledger.order.order import Order
from ledger.order.overdue import flags_at
from ledger.order.payment_attempt import Attempt
from ledger.order.status import status
from ledger.order.tickets import Ticket, tickets_of
from ledger.tickets.code import in_groups
from projections.order_json import moment, valid_of
from projections.order_search import OrderSearch
from web.actions.find_orders import MOST_SHOWN, Listed, OrderList, number_of
from web.actions.find_orders import find as find_orders
from web.cli import audit_tables as tables
from web.cli.arguments import Word
from web.http.problems import of_refusal
from web.i18n.refusals import of_cancellation
from web.wiring.parts import Parts


def order_json(order: Order, now: datetime, *, codes: bool = False) -> dict[str, Any]:
    """An order as a document; the codes of its tickets in full only if they are asked for."""
    allowed = cancellation.eligibility(order, now)
    return {
        "id": order.id,
        "number": f"#{order.number:06d}",
        "payment_reference": order.payment_reference,
        "shop": order.terms.shop_slug,
        "status": status(order).value,
        "flags": flags_at(order, now),
        "version": order.version,
        "placed_at": order.placed_at,
        "money": {name: getattr(money_of(order), name) for name in MoneyAxes.__slots__},
        "seats": {
            str(quota): {"held": held, "sold": sold} for quota, (held, sold) in order.seats.items()
        },
        "payments": [
            {
                "correlation_id": one.correlation_id,
                "provider": one.provider,
                "provider_reference": one.reference or one.session,
                "asked": one.asked,
                "received": one.received,
                "withdrawn": one.withdrawn.amount if one.withdrawn else None,
                "held": order.held_by(one.correlation_id),
            }
            for one in order.attempts.values()
        ],
        "tickets": [
            {"number": one.number, "product": one.line.product, "state": state, "code": code}
            for one, state, code in _tickets(order, codes=codes)
        ],
        "cancellation": {
            "allowed": allowed.allowed,
            "reason": allowed.reason,
            "why": allowed.why,
            "deadline": allowed.deadline,
            "text": of_cancellation(allowed.why),
        },
    }


def _tickets(order: Order, *, codes: bool) -> Iterator[tuple[Ticket, str, str]]:
    """What was issued, each with its state and its code, or how that ends."""
    if order.tickets is None:
        return
    valid = {one.number for one in valid_of(order)}
    known = order.tickets.codes
    for ticket in tickets_of(order.terms, order.tickets.hashes):
        code = known[ticket.number - 1] if known else ""
        shown = in_groups(code) if codes else f"…{code[-4:]}"
        state = "valid" if ticket.number in valid else "revoked"
        yield ticket, state, shown if code else "erased"


def show_order(order: Order, now: datetime, *, codes: bool = False) -> tuple[Table, ...]:
    """Its facts in a few lines, its payments and its tickets as tables."""
    allowed = cancellation.eligibility(order, now)
    money = money_of(order)
    click.echo(f"Order #{order.number:06d} of {order.terms.shop_slug}: {status(order).value}")
    click.echo(f"Flags: {', '.join(flags_at(order, now)) or 'none'}")
    sums = (f"{name} {spoken(getattr(money, name))}" for name in MoneyAxes.__slots__)
    click.echo(f"Money: {', '.join(sums)}")
    answer = "yes" if allowed.allowed else f"no ({of_cancellation(allowed.why)})"
    until = _minute(allowed.deadline) if allowed.deadline else "–"
    click.echo(f"May be cancelled by its holder: {answer}, until {until}")
    payments = Table("payment", "provider", "reference", "asked", "received", "held")
    for one in order.attempts.values():
        payments.add_row(
            str(one.correlation_id),
            one.provider,
            one.reference or one.session,
            spoken(one.asked),
            _came(one),
            spoken(order.held_by(one.correlation_id)),
        )
    return payments, *_ticket_tables(order, codes=codes)


def _ticket_tables(order: Order, *, codes: bool) -> Iterator[Table]:
    """One where any were issued."""
    if order.tickets is None:
        return
    table = Table("ticket", "product", "state", "code")
    for one, state, code in _tickets(order, codes=codes):
        table.add_row(f"{one.number} of {one.count}", one.line.product, state, code)
    yield table


def _came(attempt: Attempt) -> str:
    if attempt.withdrawn is not None:
        return "taken back"
    return spoken(attempt.received) if attempt.received is not None else ""


def may_json(order: Order, now: datetime) -> dict[str, Any]:
    """What can be asked of an order now, and what time will bring, as a document."""
    return {
        "may": [_option(one) for one in options(order, now)],
        "ahead": [{"at": when, "event": event.name} for when, event in ahead(order, now)],
    }


def _option(one: Option) -> dict[str, Any]:
    problem = of_refusal(one.refusal) if one.refusal is not None else None
    return {
        "who": str(one.event.who),
        "what": one.event.name,
        "allowed": bool(one.stamps),
        "stamps": [declared(type(stamp)).name for stamp in one.stamps],
        "problem": problem.slug if problem else "",
        "text": problem.detail if problem else "",
    }


def may_table(order: Order, now: datetime) -> Table:
    """The same for people: yes with its stamps, or no with the sentence of page and API."""
    table = Table("who", "what", "", "what comes of it")
    for one in options(order, now):
        told = _option(one)
        comes = ", ".join(told["stamps"]) or told["text"] or "nothing: there is nothing to do"
        word = "yes" if one.stamps else ("no" if one.refusal is not None else "–")
        table.add_row(told["who"], told["what"], word, comes)
    for when, event in ahead(order, now):
        table.add_row(str(event.who), event.name, "", f"from {_minute(when)}")
    return table


def _minute(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}Z"


NOTHING = 1
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
_shop = click.option("--shop", type=Word(), help="Only orders of this shop.")


@click.group()
def orders() -> None:
    """Orders, one at a time."""


@orders.command()
@click.argument("name", metavar="ID|NUMBER", type=Word())
@_shop
@click.option(
    "--may", is_flag=True, help="Show what can be done with it now, and why not the rest."
)
@click.option("--codes", is_flag=True, help="Show the codes of its tickets in full.")
@_json
@click.pass_context
def show(
    context: click.Context, name: str, shop: str | None, may: bool, codes: bool, as_json: bool
) -> None:
    """How an order stands, and how it came there."""
    parts: Parts = context.obj()
    order, now = _the_one(parts, name, shop), parts.clock()
    steps = list(replay(parts.orders.history(order.id)))
    if as_json:
        more = may_json(order, now) if may else {}
        tables.as_json({**order_json(order, now, codes=codes), **more, "steps": steps})
        return
    out, story = tables.console(), tables.story_table(steps, streams=False)
    for table in (*show_order(order, now, codes=codes), may_table(order, now) if may else story):
        out.print(table)


@orders.command()
@click.argument("text", type=Word())
@_shop
@click.option("--status", type=Word(), help="Only orders in this state, such as PAID.")
@click.option("--product", multiple=True, type=Word(), help="Only orders of this product.")
@click.option("--flag", multiple=True, type=Word(), help="Only orders with this flag.")
@click.option("--label", type=Word(), help="Only orders with this label.")
@click.option("--names", is_flag=True, help="Show who placed them: opens what is sealed.")
@_json
@click.pass_context
def find(
    context: click.Context,
    text: str,
    shop: str | None,
    status: str | None,
    product: tuple[str, ...],
    flag: tuple[str, ...],
    label: str | None,
    names: bool,
    as_json: bool,
) -> None:
    """Find orders: number, payment or provider's reference, ticket code, e-mail, part of a name.

    A part of a name is how any word of it begins, from two letters on. Exit status 1: none is.
    """
    parts: Parts = context.obj()
    search = OrderSearch(shops=_shops(parts, shop), status=status, products=product, flags=flag)
    found = find_orders(parts, text, search, label=label or "")
    if as_json:
        listed = [_document(one, names=names) for one in found.orders]
        tables.as_json({"orders": listed, "more": found.onward is not None})
    else:
        _show(found, late=_late(parts), names=names)
    sys.exit(0 if found.orders else NOTHING)


def _shops(parts: Parts, shop: str | None) -> tuple[str, ...]:
    return (shop,) if shop is not None else tuple(parts.shops.slugs())


def _the_one(parts: Parts, name: str, shop: str | None) -> Order:
    """By its identifier from the ledger itself; by its number from the list of orders."""
    try:
        order = parts.orders.get(UUID(name))
    except ValueError:
        order = None
    if order is not None:
        if shop not in (None, order.terms.shop_slug):
            raise UnknownOrder
        return order
    number = number_of(name)
    if number is None:
        raise click.UsageError(
            f"{name} is no order's identifier and no number. To look for a name or a reference: "
            "orders find."
        )
    return _numbered(parts, name, number, shop)


def _numbered(parts: Parts, name: str, number: int, shop: str | None) -> Order:
    rows = parts.views.orders_called(name, number=number, shops=_shops(parts, shop))
    found = [one for one in rows if one.number == number]
    if not found:
        click.echo(_late(parts), err=True, nl=bool(_late(parts)))
        raise UnknownOrder
    if len(found) > 1:
        shops = ", ".join(sorted({one.shop for one in found}))
        raise click.UsageError(f"There is such a number in several shops. Say --shop: {shops}.")
    return parts.orders.get(found[0].stream)


def _late(parts: Parts) -> str:
    lag = next((one.lag for one in parts.views.checkpoints() if one.name == "order_pages"), 0)
    return f"The list of orders is {lag} stamps behind: is the worker running?" if lag else ""


def _show(found: OrderList, *, late: str, names: bool) -> None:
    if found.orders:
        table = Table("shop", "number", "status", "total", "placed", "order")
        if names:
            table.add_column("name")
        for one in found.orders:
            table.add_row(*_row(one, names=names))
        tables.console().print(table)
    count = len(found.orders) or "No"
    click.echo(f"{count} order{'' if count == 1 else 's'} found. {_why(found)} {late}".rstrip())


def _why(found: OrderList) -> str:
    if found.too_short:
        return "Type at least two letters of a name."
    return f"There are more: these are the newest {MOST_SHOWN}." if found.onward else ""


def _row(one: Listed, *, names: bool) -> Sequence[str]:
    page = one.page
    placed = _minute(page.placed_at) if page.placed_at else ""
    total = spoken(Money(page.total, page.currency))
    told = (page.shop, f"#{page.number:06d}", page.status, total, placed, str(page.stream))
    return (*told, *([one.name or "(erased)"] if names else []))


def _document(one: Listed, *, names: bool) -> dict[str, Any]:
    page = one.page
    return {
        "id": page.stream,
        "number": page.number,
        "shop": page.shop,
        "status": page.status,
        "flags": [*page.flags],
        "total": page.total,
        "currency": page.currency,
        "placed_at": moment(page.placed_at),
        **({"name": one.name or "(erased)"} if names else {}),
    }
