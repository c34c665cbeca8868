"""`orders cancel-part`: some pieces of an order, for its holder; the rest lives."""

from uuid import UUID

import click

from ledger.kernel.money import spoken
from ledger.order.commands import CancelPart
from ledger.order.order import Order
from ledger.order.part_policy import PartQuote, chosen, ticket_numbers
from ledger.order.status import status
from web.actions.approvals import ask
from web.actions.back_office import carry_out
from web.actions.cancel import offered
from web.cli.approvals import asked_for
from web.cli.arguments import checked_reason
from web.cli.operator import wish_of
from web.wiring.parts import Parts


class Some(click.ParamType[tuple[str, int]]):
    """A product and how many of it."""

    name = "product=number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        product, _, number = str(value).rpartition("=")
        if not product or not (number.isascii() and number.isdigit()) or len(number) > 6:
            self.fail("a product and a number are expected, such as weekend=1", param, ctx)
        return product, int(number)


@click.command(name="cancel-part")
@click.argument("order", type=click.UUID)
@click.option("--piece", "pieces", type=Some(), multiple=True, help="Repeatable.")
@click.option(
    "--ticket",
    "tickets",
    type=click.IntRange(1),
    multiple=True,
    help="A ticket by its number, and what belongs to it. Repeatable.",
)
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.option("--by-hand", is_flag=True, help="The money was returned without a provider.")
@click.option("--account", default="", help="The IBAN that it was returned to; kept sealed.")
@click.option("--waive-fee", is_flag=True, help="Keep nothing of the price back.")
@click.option("--commit", is_flag=True, help="Do it; without, it is only told what would be done.")
@click.option("--ask-approval", is_flag=True, help="With --commit: ask a second person instead.")
@click.pass_context
def cancel_part(
    context: click.Context,
    order: UUID,
    pieces: tuple[tuple[str, int], ...],
    tickets: tuple[int, ...],
    reason: str,
    by_hand: bool,
    account: str,
    waive_fee: bool,
    commit: bool,
    ask_approval: bool,
) -> None:
    """Cancel some pieces of an order and return their price; the rest lives."""
    parts: Parts = context.obj()
    why, before = checked_reason(reason), parts.orders.get(order)
    some = chosen(before, pieces, tickets=tickets)
    quote = offered(before, some, waive_fee=waive_fee)
    click.echo(_told(before, quote))
    if not commit:
        click.echo("Nothing was done. Say --commit to do it.")
        return
    wish = CancelPart(
        **wish_of(parts),
        reason=why,
        version=before.version,
        pieces=some,
        by_hand=by_hand,
        account=account,
        waive_fee=waive_fee,
        quote=quote.amount,
    )
    if ask_approval:
        asked_for(ask(parts, order, wish))
        return
    click.echo(f"The order is {status(carry_out(parts, order, wish))}.")


def _told(order: Order, quote: PartQuote) -> str:
    what = ", ".join(f"{line.quantity} × {line.product}" for line in quote.lines)
    vat = ", ".join(f"{spoken(one.vat)} at {one.rate} %" for one in quote.vat) or "none"
    whole = " That is all that is left: the order is cancelled." if quote.whole else ""
    back, kept = spoken(quote.amount), spoken(quote.fee)
    numbers = ", ".join(map(str, ticket_numbers(order, quote.pieces)))
    tickets = f" Tickets that stop being valid: {numbers}." if numbers else ""
    return f"{what}: {back} goes back (VAT {vat}), {kept} is kept.{tickets}{whole}"
