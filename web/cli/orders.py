"""`orders show` and `orders find`: one order as an operator reads it; nothing personal."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from rich.table import Table

from ledger.audit.replay import MoneyAxes, money_of, replay
from ledger.kernel.events import declared
from ledger.kernel.money import spoken
from ledger.kernel.refusals import UnknownOrder
from ledger.order import cancellation_policy as cancellation
from ledger.order.options import Option, ahead, options
from ledger.order.order import Order
from ledger.order.overdue import flags_at
from ledger.order.payment_attempt import Attempt
from ledger.order.status import status
from projections.order_json import moment
from web.actions.find_orders import OrderList, by_list, by_person, number_of
from web.cli import audit_tables as tables
from web.cli.arguments import Word
from web.cli.progress import progress_bar
from web.http.problems import of_refusal
from web.i18n.refusals import of_cancellation
from web.wiring.parts import Parts


def order_json(order: Order, now: datetime) -> dict[str, Any]:
    """An order as a document."""
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
        "cancellation": {
            "allowed": allowed.allowed,
            "reason": allowed.reason,
            "why": allowed.why,
            "deadline": allowed.deadline,
            "text": of_cancellation(allowed.why),
        },
    }


def show_order(order: Order, now: datetime) -> tuple[Table, ...]:
    """Its facts in a few lines, its payments as a table."""
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
    return (payments,)


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
_MANY = 100_000
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
@_json
@click.pass_context
def show(context: click.Context, name: str, shop: str | None, may: bool, as_json: bool) -> None:
    """How an order stands, and how it came there."""
    parts: Parts = context.obj()
    order, now = _the_one(parts, name, shop), parts.clock()
    steps = list(replay(parts.orders.history(order.id)))
    if as_json:
        more = may_json(order, now) if may else {}
        tables.as_json({**order_json(order, now), **more, "steps": steps})
        return
    out, story = tables.console(), tables.story_table(steps, streams=False)
    for table in (*show_order(order, now), may_table(order, now) if may else story):
        out.print(table)


@orders.command()
@click.argument("text", type=Word())
@_shop
@click.option(
    "--newest",
    type=click.IntRange(1, 10_000_000),
    default=_MANY,
    show_default=True,
    help="How many orders are opened to look for a name.",
)
@click.option("--names", is_flag=True, help="Show who placed them: opens what is sealed.")
@_json
@click.pass_context
def find(
    context: click.Context, text: str, shop: str | None, newest: int, names: bool, as_json: bool
) -> None:
    """Find orders by number, e-mail, payment or provider reference, or by a name.

    Exit status 1: there is none.
    """
    parts: Parts = context.obj()
    found = _found(parts, text, shop, newest=newest)
    if as_json:
        listed = [_document(one, names=names) for one in found.orders]
        tables.as_json({"searched": found.searched, "orders": listed})
    else:
        _show(found, names=names)
    sys.exit(0 if found.orders else NOTHING)


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
    found = [one for one in by_list(parts, name, shop=shop) if one.number == number]
    if not found:
        click.echo(_late(parts), err=True, nl=bool(_late(parts)))
        raise UnknownOrder
    if len(found) > 1:
        shops = ", ".join(sorted({one.terms.shop_slug for one in found}))
        raise click.UsageError(f"There is such a number in several shops. Say --shop: {shops}.")
    return found[0]


def _found(parts: Parts, text: str, shop: str | None, *, newest: int) -> OrderList:
    listed = by_list(parts, text, shop=shop)
    if listed or "@" in text or number_of(text) is not None:
        told = "Searched: numbers, e-mail addresses and references of all orders."
        return OrderList(orders=listed, searched=f"{told} {_late(parts)}".strip())
    with progress_bar("opening orders") as progress:
        return by_person(parts.store, text, shop=shop, most=newest, progress=progress)


def _late(parts: Parts) -> str:
    lag = next((one.lag for one in parts.views.checkpoints() if one.name == "order_pages"), 0)
    return f"The list of orders is {lag} stamps behind: is the worker running?" if lag else ""


def _show(found: OrderList, *, names: bool) -> None:
    if found.orders:
        table = Table("shop", "number", "status", "total", "placed", "order")
        if names:
            table.add_column("name")
        for one in found.orders:
            table.add_row(*_row(one, names=names))
        tables.console().print(table)
    count = len(found.orders) or "No"
    click.echo(f"{count} order{'' if count == 1 else 's'} found. {found.searched}")


def _row(one: Order, *, names: bool) -> Sequence[str]:
    placed = f"{one.placed_at:%Y-%m-%d %H:%M}Z" if one.placed_at else ""
    told = (one.terms.shop_slug, f"#{one.number:06d}", status(one).value, spoken(one.due), placed)
    return (*told, str(one.id), *([_name(one)] if names else []))


def _name(one: Order) -> str:
    person = one.terms.customer
    return f"{person.first_name} {person.last_name}" if person else "(erased)"


def _document(one: Order, *, names: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "shop": one.terms.shop_slug,
        "status": status(one).value,
        "total": one.due.amount,
        "currency": one.currency,
        "placed_at": moment(one.placed_at),
        **({"name": _name(one)} if names else {}),
    }
