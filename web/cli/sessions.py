"""`sessions regenerate`: payment pages that work for orders that wait for money."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import click
from rich.table import Table

from ledger.order.order import Order
from ledger.payments.payment_pages import PageProvider
from ledger.payments.repair_pages import PageFault, PageRepair, Repair
from web.cli import audit_tables as tables
from web.http.addresses import return_address
from web.wiring.parts import Parts, intake

LEFT = 1
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_ALL = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyPage:
    """An order that needs a page, and what became of it."""

    order: Order
    fault: PageFault
    outcome: Repair


@click.group()
def sessions() -> None:
    """Payment pages at the provider."""


@sessions.command()
@click.option("--shop", "shop_slug", help="Only orders of this shop.")
@click.option("--product", help="Only orders with this product.")
@click.option("--commit", is_flag=True, help="Close what is open and make new pages.")
@click.option("--force", is_flag=True, help="Replace pages that are good, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def regenerate(
    context: click.Context,
    shop_slug: str | None,
    product: str | None,
    commit: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Find unpaid orders whose payment page is missing, over, nameless or unreadable; replace it.

    Writes nothing unless told to commit. Exit status 1: pages are to be replaced, or some could
    not be; 3: the provider cannot be asked.
    """
    parts: Parts = context.obj()
    if shop_slug is not None:
        parts.shops.get(shop_slug)
    wanted = _wanted(parts, shop_slug, product)
    found = [*_found(parts, wanted, commit=commit, force=force)]
    if as_json:
        tables.as_json(_document(found, looked_at=len(wanted)))
    else:
        _show(found, looked_at=len(wanted))
    sys.exit(LEFT if any(one.outcome in (Repair.FOUND, Repair.LEFT) for one in found) else 0)


def _wanted(parts: Parts, shop_slug: str | None, product: str | None) -> list[Order]:
    orders = (parts.orders.get(one) for one in parts.views.unpaid_due(_EVER, _ALL))
    return [
        order
        for order in orders
        if shop_slug in (None, order.terms.shop_slug)
        and (product is None or any(line.product == product for line in order.terms.lines))
    ]


def _found(parts: Parts, wanted: list[Order], *, commit: bool, force: bool) -> Iterator[FaultyPage]:
    work = {name: _regeneration(parts, one) for name, one in parts.pages.items()}
    with tables.bar() as bar:
        for order in bar.track(wanted, description="looking at payment pages"):
            for one in work.values():
                fault = one.fault(order, at=parts.clock(), force=force)
                if fault is not None:
                    done = one.replace(order, at=parts.clock()) if commit else Repair.FOUND
                    yield FaultyPage(order=order, fault=fault, outcome=done)


def _regeneration(parts: Parts, provider: PageProvider) -> PageRepair:
    base_url = parts.settings.base_url
    return PageRepair(
        orders=parts.orders,
        intake=intake(parts),
        provider=provider,
        return_url=lambda order: return_address(base_url, order.terms.shop_slug, order.id),
        fresh=uuid4,
    )


def _show(found: list[FaultyPage], *, looked_at: int) -> None:
    if found:
        table = Table("shop", "number")
        for name in ("order", "page is", "outcome"):
            table.add_column(name, overflow="fold")
        for one in found:
            order = one.order
            table.add_row(
                order.terms.shop_slug,
                f"#{order.number:06d}",
                str(order.id),
                one.fault,
                one.outcome,
            )
        tables.console().print(table)
    counts = Counter(one.outcome for one in found)
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
    click.echo(f"{looked_at} unpaid orders: {told or 'every page is good'}.")
    if counts[Repair.FOUND]:
        click.echo("Nothing was written; run again with --commit.")


def _document(found: list[FaultyPage], *, looked_at: int) -> dict[str, Any]:
    return {
        "clean": not found,
        "looked_at": looked_at,
        "orders": [
            {
                "order": one.order.id,
                "number": f"#{one.order.number:06d}",
                "shop": one.order.terms.shop_slug,
                "fault": one.fault.value,
                "outcome": one.outcome.value,
            }
            for one in found
        ],
    }
