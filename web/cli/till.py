"""`till`: a box office on this machine: a shift opened, sold in, put right, counted, reported."""

import re
import sys
from uuid import UUID, uuid4

import click
from rich.table import Table

from ledger.kernel.money import Money, spoken
from ledger.kernel.refusals import UnknownShift
from ledger.order.commands import Wanted
from ledger.shop.shop import Shop
from ledger.tickets.code import in_groups
from ledger.till.service import TillWish
from ledger.till.stamps import Way
from web.actions.till import Till, sell, tills, void
from web.actions.till_report import (
    TillReport,
    report_document,
    report_of,
    report_rows,
    shift_document,
    shift_of,
    shifts_of,
)
from web.cli import audit_tables as tables
from web.cli.arguments import checked_reason
from web.cli.operator import actor
from web.cli.part_cancellation import Some
from web.wiring.parts import Parts

_MOST = 200
_TICKET = re.compile("[1-9][0-9]{0,2}")
_MINOR = click.IntRange(min=0, max=2**53 - 1)


@click.group(name="till")
def till() -> None:
    """A box office: sell at the door for cash or by card, and count the till."""


@till.command(name="open")
@click.argument("shop")
@click.option("--cash", type=_MINOR, required=True, help="What lies in the till, in minor units.")
@click.pass_context
def open_shift(context: click.Context, shop: str, cash: int) -> None:
    """Begin a shift in SHOP; one that is open already goes on."""
    parts, found = _shop(context, shop)
    opening = Money(cash, found.terms.currency)
    shift = tills(parts).open(_wish(), shop=found.id, slug=found.slug, opening=opening)
    click.echo(f"Shift {shift.id} is open, {spoken(shift.begun.opening)} in the till.")


@till.command(name="sell")
@click.argument("shop")
@click.argument("wanted", type=Some(), nargs=-1, required=True, metavar="PRODUCT=NUMBER...")
@click.option(
    "--way", type=click.Choice([str(one) for one in Way]), required=True, help="How it was paid."
)
@click.option("--email", default="", help="The tickets go there, too.")
@click.option("--language", default="en", show_default=True, help="Of the letter.")
@click.option("--answer", "answers", multiple=True, help="PRODUCT.TICKET.QUESTION=TEXT.")
@click.pass_context
def sell_at_till(
    context: click.Context,
    shop: str,
    wanted: tuple[tuple[str, int], ...],
    way: str,
    email: str,
    language: str,
    answers: tuple[str, ...],
) -> None:
    """Sold and paid: prints the order and the codes of its tickets."""
    parts, found = _shop(context, shop)
    told = _answers(answers)
    lines = [Wanted(product=p, quantity=n, answers=_of(told, p)) for p, n in wanted]
    known = [(found.products[p], n) for p, n in wanted if p in found.products]
    shown = Money(sum(one.price.amount * n for one, n in known), found.terms.currency)
    order = sell(
        parts,
        _till(parts, found),
        key=uuid4(),
        lines=lines,
        way=Way(way),
        shown=shown,
        email=email,
        language=language,
    )
    click.echo(f"Order #{order.number:06d} ({order.id}) is sold for {spoken(order.terms.total)}.")
    for one in order.valid_tickets:
        click.echo(f"Ticket {one.number}, {one.line.product}: {in_groups(one.code)}")


@till.command(name="void")
@click.argument("shop")
@click.argument("order", type=click.UUID)
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.pass_context
def void_sale(context: click.Context, shop: str, order: UUID, reason: str) -> None:
    """A sale was a mistake: cancel its order; the money is handed back from the open till."""
    parts, found = _shop(context, shop)
    why = checked_reason(reason)
    held = parts.orders.get(order).held
    void(parts, _till(parts, found), order, key=uuid4(), reason=why, shown=held)
    click.echo(f"Cancelled. Hand {spoken(held)} back.")


@till.command(name="cash")
@click.argument("shop")
@click.argument("direction", type=click.Choice(["in", "out"]))
@click.argument("amount", type=click.IntRange(min=1, max=2**53 - 1))
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.pass_context
def move_cash(context: click.Context, shop: str, direction: str, amount: int, reason: str) -> None:
    """Cash, in minor units, is put in or taken out beside sales."""
    parts, found = _shop(context, shop)
    shift = tills(parts).move_cash(
        _till(parts, found).shift,
        _wish(),
        amount=Money(amount, found.terms.currency),
        inward=direction == "in",
        reason=checked_reason(reason),
    )
    click.echo(f"Noted: {spoken(shift.expected)} should be in the till.")


@till.command(name="close")
@click.argument("shop")
@click.option("--counted", type=_MINOR, required=True, help="What was counted, in minor units.")
@click.pass_context
def close_shift(context: click.Context, shop: str, counted: int) -> None:
    """The shift is over. Exit status 1: the cash differs."""
    parts, found = _shop(context, shop)
    cash = Money(counted, found.terms.currency)
    shift = tills(parts).close(_till(parts, found).shift, _wish(), counted=cash)
    _tell(report_of(parts, shift))
    sys.exit(1 if shift.difference else 0)


@till.command(name="shifts")
@click.argument("shop")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def shifts(context: click.Context, shop: str, *, as_json: bool) -> None:
    """Everybody's shifts, the newest first, at most 200."""
    parts, found = _shop(context, shop)
    every = shifts_of(parts, found, _MOST)
    if as_json:
        tables.as_json({"shifts": [shift_document(one) for one in every]})
        return
    table = Table("shift", "opened", "by", "sales", "expected", "difference")
    for one in every:
        differs = spoken(one.difference) if one.difference is not None else "open"
        opened = f"{one.opened_at:%Y-%m-%d %H:%M}Z"
        sold = str(len(one.sales) - len(one.voids))
        table.add_row(str(one.id), opened, one.actor, sold, spoken(one.expected), differs)
    tables.console().print(table)


@till.command(name="report")
@click.argument("shop")
@click.argument("shift", type=click.UUID, required=False)
@click.option("--json", "form", flag_value="json", help="Print one JSON document.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@click.pass_context
def report(context: click.Context, shop: str, shift: UUID | None, form: str | None) -> None:
    """The report of SHIFT, or of one's own last one. Exit status 1: an order tells it otherwise."""
    parts, found = _shop(context, shop)
    if shift is not None:
        shown = shift_of(parts, found, shift)
    elif (last := tills(parts).last_of(found.id, actor())) is not None:
        shown = last
    else:
        raise UnknownShift
    made = report_of(parts, shown)
    if form == "json":
        tables.as_json(report_document(made))
    elif form == "csv":
        click.echo("".join(report_rows(made)), nl=False)
    else:
        _tell(made)
    sys.exit(0 if made.balances else 1)


def _tell(made: TillReport) -> None:
    table = Table("figure", "way", "VAT %", "amount")
    for one in made.figures:
        table.add_row(one.name.replace("_", " "), one.way, one.rate, spoken(one.amount))
    tables.console().print(table)
    for sold in (*made.sales, *made.voids):
        if not sold.balances:
            click.echo(f"Order {sold.sale.stamp.order} tells its sale otherwise.")


def _shop(context: click.Context, slug: str) -> tuple[Parts, Shop]:
    parts: Parts = context.obj()
    return parts, parts.shops.get(slug)


def _till(parts: Parts, shop: Shop) -> Till:
    return Till(shop=shop, actor=actor(), shift=tills(parts).open_id(shop.id, actor()))


def _wish() -> TillWish:
    return TillWish(correlation_id=uuid4(), actor=actor())


def _answers(typed: tuple[str, ...]) -> dict[tuple[str, int], dict[str, str]]:
    found: dict[tuple[str, int], dict[str, str]] = {}
    for one in typed:
        name, _, text = one.partition("=")
        product, _, rest = name.partition(".")
        number, _, question = rest.partition(".")
        if not question or not _TICKET.fullmatch(number):
            raise click.UsageError("An answer is PRODUCT.TICKET.QUESTION=TEXT, tickets from 1.")
        found.setdefault((product, int(number)), {})[question] = text
    return found


def _of(told: dict[tuple[str, int], dict[str, str]], product: str) -> tuple[dict[str, str], ...]:
    last = max((number for name, number in told if name == product), default=0)
    return tuple(told.get((product, number), {}) for number in range(1, last + 1))
