"""`ledger resume`: after a restored backup, before anybody sells again."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import click
from rich.table import Table

from ledger.audit.resume import backup_of, known_here_alone
from ledger.audit.resume import resume as resume_series
from ledger.kernel.money import Money, spoken
from ledger.order.numbers import PAYMENT_REFERENCES, order_numbers, receipt_numbers
from ledger.order.order import Order
from ledger.order.status import status
from ledger.payments.provider import ProviderAway
from ledger.reconciliation.records import Period
from ledger.shop.service import Shops
from ledger.shop.stamps import SeriesResumed
from web.cli import audit_tables as tables
from web.cli.reconcile import statement_of
from web.wiring.composition import Works, follow

FOUND = 1
_LOOK_BACK = timedelta(days=1)
_MOST = 1000
_GAP = click.IntRange(1, 1_000_000)
_HEADINGS = {
    "letters_that_may_go_twice": "Letters that may go twice, of",
    "orders_that_time_out": "Orders that time out when the worker starts",
    "orders_known_here_alone": (
        "Free or paid by hand; cancelled or returned since? Only letters and bank statements know"
    ),
    "open_cases": "Open cases",
}


@click.group()
def ledger() -> None:
    """The ledger as a whole."""


@ledger.command()
@click.option("--gap", type=_GAP, default=1000, show_default=True, help="Numbers left out.")
@click.option("--run", type=click.UUID, help="Go on with a run that was broken off.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def resume(context: click.Context, gap: int, run: UUID | None, as_json: bool) -> None:
    """After an older backup was restored: go on without giving any number twice.

    Stamps a gap into every series of numbers, takes in what the providers know and this ledger does
    not, and lists what people must look at. The gap must be larger than what was sold since the
    backup. Run it while neither `serve` nor `worker` runs. Exit status 1: there is something to
    look at.
    """
    parts, works, run = context.obj(), context.obj.works(), run or uuid4()
    since = backup_of(works.ledger, parts.shops, run) or parts.store.clocks().newest
    gaps = resume_series(works.ledger, parts.shops, gap=gap, correlation_id=run, actor="cli")
    books = _books(works, Period(since=(since or parts.clock()) - _LOOK_BACK, until=parts.clock()))
    look = _to_look_at(works, backup=since)
    if as_json:
        document = {"run": run, "backup_of": since, "gaps": gaps, "providers": books, **look}
        tables.as_json(document)
    else:
        click.echo(f"Run {run}; the newest stamp of the backup is of {_told(since)}.")
        _show(gaps, names=_names(parts.shops), books=books, look=look)
    sys.exit(FOUND if any(look.values()) or any(one != "agrees" for one in books.values()) else 0)


def _books(works: Works, period: Period) -> dict[str, str]:
    """What became of each provider's books: taken in, or why not. The rows know it afterwards."""
    told: dict[str, str] = {}
    # No worker runs now: what is read and listed are rows, and they must be current.
    follow(works)
    for name in sorted({*works.parts.books, *works.parts.reported}):
        try:
            taken, left = statement_of(works.parts, name, period)
        except ProviderAway as error:
            told[name] = f"cannot be asked: {error}"
            continue
        told[name] = "agrees" if left.clean and not taken else f"{taken} taken in"
        if not left.clean:
            told[name] += f"; more differs: run `reconcile --provider {name}`"
    follow(works)
    return told


def _to_look_at(works: Works, *, backup: datetime | None) -> dict[str, list[dict[str, Any]]]:
    """By what people must do."""
    parts, views = works.parts, works.views
    now, get = parts.clock(), parts.orders.get
    alone = known_here_alone(works.ledger, views.paid_orders, backup_of=backup)
    return {
        "letters_that_may_go_twice": _orders(map(get, views.due_letters(now, _MOST))),
        "orders_that_time_out": _orders(map(get, views.unpaid_due(now, _MOST))),
        "orders_known_here_alone": _orders(islice(alone, _MOST)),
        "open_cases": [
            {
                "id": one.stream,
                "kind": one.kind,
                "amount": one.amount,
                "currency": one.currency,
                "opened_at": one.opened_at,
            }
            for one in views.cases("open")
        ],
    }


def _orders(orders: Iterable[Order]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "number": f"#{one.number:06d}",
            "shop": one.terms.shop_slug,
            "status": status(one).value,
        }
        for one in sorted(orders, key=lambda one: (one.terms.shop_slug, one.number))
    ]


def _names(shops: Shops) -> dict[str, str]:
    """Series as people call them."""
    named = {PAYMENT_REFERENCES: "payment references"}
    for slug in shops.slugs():
        shop = shops.get(slug).id
        named[order_numbers(shop)] = f"order numbers of {slug}"
        named[receipt_numbers(shop)] = f"receipt numbers of {slug}"
    return named


def _show(
    gaps: Sequence[SeriesResumed],
    *,
    names: Mapping[str, str],
    books: Mapping[str, str],
    look: Mapping[str, Sequence[Mapping[str, Any]]],
) -> None:
    table = Table("series", "last in the backup", "goes on after")
    for one in gaps:
        table.add_row(names.get(one.series, one.series), str(one.after), str(one.until))
    tables.console().print(table)
    for name, told in books.items():
        click.echo(f"{name}: {told}.")
    for what, found in look.items():
        if found:
            click.echo(
                f"{_HEADINGS[what]}: {len(found)}{' or more' if len(found) == _MOST else ''}"
            )
            click.echo("\n".join(f"  {_line(one)}" for one in found))
    click.echo(
        "What was cancelled or refunded at a provider after the backup: see the providers above.\n"
        "Free orders that were placed after it are in no list: nothing here knows of them.\n"
        "docs/how-to/backup-and-restore.md says what to do before the worker starts."
    )


def _line(one: Mapping[str, Any]) -> str:
    if "number" in one:
        return f"{one['number']} {one['shop']} {one['status']} {one['id']}"
    amount = "" if one["amount"] is None else f" {spoken(Money(one['amount'], one['currency']))}"
    return f"{one['kind']}{amount} {one['id']}"


def _told(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "no time: it is empty"
