"""`orders approvals`, `approve` and `decline`: the word of a second person, on this machine."""

from uuid import UUID

import click
from rich.table import Table

from ledger.approvals.approval import Approval
from ledger.kernel.money import spoken
from ledger.order.status import status
from web.actions.approvals import approve as give
from web.actions.approvals import decline as refuse
from web.actions.approvals import document
from web.cli import audit_tables as tables
from web.cli.arguments import checked_reason
from web.cli.operator import actor
from web.wiring.parts import Parts


def asked_for(approval: Approval) -> None:
    """Tell what a second person is asked, and how they answer."""
    asked = approval.request
    click.echo(
        f"Asked for {asked.act}, {spoken(asked.amount)}: approval {approval.id}. Somebody else"
        f" approves it until {asked.until:%Y-%m-%d %H:%M}Z, at /admin/approvals or with"
        " `orders approve`."
    )


@click.command(name="approvals")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def approvals(context: click.Context, as_json: bool) -> None:
    """What a second person was asked for in the last seven days, the newest first."""
    parts: Parts = context.obj()
    now = parts.clock()
    found = parts.approvals.lately(now)
    if as_json:
        tables.as_json({"approvals": [document(one, at=now) for one in found]})
        return
    table = Table("approval", "order", "what", "amount", "asked by", "state")
    for one in found:
        asked = one.request
        told = (str(one.id), str(asked.order), asked.act, spoken(asked.amount), one.asked_by)
        table.add_row(*told, one.state(now))
    tables.console().print(table)


@click.command(name="approve")
@click.argument("approval", type=click.UUID)
@click.pass_context
def approve(context: click.Context, approval: UUID) -> None:
    """Say yes, as who is signed in on this machine: never to what one asked for oneself."""
    after = give(context.obj(), approval, actor=actor())
    click.echo(f"Approved and done. The order is {status(after)}.")


@click.command(name="decline")
@click.argument("approval", type=click.UUID)
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.pass_context
def decline(context: click.Context, approval: UUID, reason: str) -> None:
    """Say no: nothing is done."""
    refuse(context.obj(), approval, actor=actor(), reason=checked_reason(reason))
    click.echo("Declined.")
