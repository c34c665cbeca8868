"""`orders refund-by-hand` and `orders refunds-by-hand`: what went back outside of any provider."""

from uuid import UUID

import click
from rich.table import Table

from ledger.kernel.money import Money, spoken
from ledger.order.commands import RefundByHand
from ledger.order.status import status
from web.actions.approvals import ask
from web.actions.back_office import carry_out
from web.actions.manual_refunds import returned_by_hand
from web.cli import audit_tables as tables
from web.cli.approvals import asked_for
from web.cli.arguments import checked_reason
from web.cli.operator import wish_of
from web.wiring.parts import Parts

_LONGEST_NAME = 70


@click.command(name="refund-by-hand")
@click.argument("order", type=click.UUID)
@click.option("--amount", type=click.IntRange(min=1), help="In minor units; without: all.")
@click.option("--account", default="", help="The IBAN that it went to; kept sealed.")
@click.option("--payee", default="", help="Whose account: the next file for the bank pays it.")
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.option("--ask-approval", is_flag=True, help="Ask a second person instead.")
@click.pass_context
def refund_by_hand(
    context: click.Context,
    order: UUID,
    amount: int | None,
    account: str,
    payee: str,
    reason: str,
    ask_approval: bool,
) -> None:
    """Tell that money of an order was returned in cash or by bank, not through its provider."""
    parts: Parts = context.obj()
    why, before = checked_reason(reason), parts.orders.get(order)
    wish = RefundByHand(
        **wish_of(parts),
        reason=why,
        version=before.version,
        amount=None if amount is None else Money(amount, before.currency),
        account=account,
        payee=payee[:_LONGEST_NAME],
    )
    if ask_approval:
        asked_for(ask(parts, order, wish))
        return
    click.echo(f"The order is {status(carry_out(parts, order, wish))}.")


@click.command(name="refunds-by-hand")
@click.argument("order", type=click.UUID)
@click.pass_context
def refunds_by_hand(context: click.Context, order: UUID) -> None:
    """Show what of an order was returned by hand, and to which accounts: opens what is sealed."""
    table = Table("when", "amount", "account", "by")
    for one in returned_by_hand(context.obj(), order):
        table.add_row(f"{one.at:%Y-%m-%d %H:%M}Z", spoken(one.amount), one.account, one.actor)
    tables.console().print(table)
