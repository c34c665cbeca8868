"""`waiting list`, `move` and `remove`: who waits in line, on this machine."""

from typing import Any
from uuid import UUID, uuid4

import click
from rich.table import Table

from ledger.waiting_list.place import WaitingPlace
from ledger.waiting_list.refusals import NotInLine
from ledger.waiting_list.stamps import Leaving, LineEnd
from projections.order_json import moment
from web.cli import audit_tables as tables
from web.cli.arguments import checked_reason
from web.cli.operator import actor
from web.wiring.parts import Parts

_PAGE = 200


@click.group(name="waiting")
def waiting() -> None:
    """People who wait in line for what sold out."""


@waiting.command(name="list")
@click.argument("shop")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def listed(context: click.Context, shop: str, *, as_json: bool) -> None:
    """The lines of a shop: for whom seats are held until when, then who is next."""
    parts: Parts = context.obj()
    parts.shops.get(shop)
    found = _all(parts, shop)
    if as_json:
        tables.as_json({"places": [_document(one) for one in found]})
        return
    table = Table("product", "place", "many", "state", "held until", "email")
    for one in found:
        until = one.until.strftime("%Y-%m-%d %H:%M:%SZ") if one.until else ""
        many, email = str(one.terms.quantity), one.terms.email or "erased"
        table.add_row(one.terms.product, str(one.id), many, str(one.state), until, email)
    tables.console().print(table)


@waiting.command(name="move")
@click.argument("place", type=click.UUID)
@click.option("--to", type=click.Choice(["front", "back"]), required=True, help="Which end.")
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.pass_context
def move(context: click.Context, place: UUID, *, to: str, reason: str) -> None:
    """Move somebody who waits to an end of their line."""
    parts: Parts = context.obj()
    parts.waiting.move(
        place, LineEnd(to), reason=checked_reason(reason), actor=actor(), correlation_id=uuid4()
    )
    click.echo(f"Moved to the {to}.")


@waiting.command(name="remove")
@click.argument("place", type=click.UUID)
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.pass_context
def remove(context: click.Context, place: UUID, *, reason: str) -> None:
    """Take somebody out of the line; seats that were held go to who is next. They get a letter."""
    parts: Parts = context.obj()
    if not parts.waiting.get(place).alive:
        raise NotInLine
    said = checked_reason(reason)
    parts.waiting.leave(place, Leaving.STAFF, actor=actor(), reason=said)
    click.echo("Removed.")


def _all(parts: Parts, shop: str) -> list[WaitingPlace]:
    found, offset = list[WaitingPlace](), 0
    while page := parts.views.places(shop, _PAGE, offset=offset):
        found += [parts.waiting.get(one.stream) for one in page]
        offset += _PAGE
    return found


def _document(place: WaitingPlace) -> dict[str, Any]:
    terms = place.terms
    return {
        "place": str(place.id),
        "product": terms.product,
        "quantity": terms.quantity,
        "state": str(place.state),
        "rank": place.rank,
        "taken_at": moment(place.taken_at),
        "held_until": moment(place.until),
        "email": terms.email,
        "letters": {str(letter): one.state for letter, one in place.postings.items()},
    }
