"""`orders settle-refund`: a person looked at the provider and says what became of a refund."""

import re
from uuid import UUID

import click

from ledger.order.order import Order
from ledger.order.status import status
from ledger.payments import refund as refunding
from web.cli.wish import actor
from web.wiring.parts import Parts

_REFERENCE = re.compile(r"[!-~]{1,255}")


@click.command(name="settle-refund")
@click.argument("order", type=click.UUID)
@click.option("--refund", type=click.UUID, help="Which, where several are of unknown outcome.")
@click.option("--made", metavar="REFERENCE", help="It was made; the provider's name of it.")
@click.option("--never-made", is_flag=True, help="It was not made, and is not on its way.")
@click.pass_context
def settle_refund(
    context: click.Context, order: UUID, refund: UUID | None, made: str | None, never_made: bool
) -> None:
    """Say what became of a refund of unknown outcome, after a look at the provider."""
    if (made is None) is not never_made:
        raise click.UsageError("Say either --made REFERENCE or --never-made.")
    if made is not None and not _REFERENCE.fullmatch(made):
        raise click.UsageError("--made takes the provider's name of the refund.")
    parts: Parts = context.obj()
    after = refunding.settle_refund(
        parts.orders,
        parts.providers,
        order,
        refund or _the_one(parts.orders.get(order)),
        made_as=made,
        at=parts.clock(),
        actor=actor(),
    )
    click.echo(f"The order is {status(after)}.")


def _the_one(order: Order) -> UUID:
    unknown = [one.correlation_id for one in order.unanswered_refunds()]
    if len(unknown) != 1:
        listed = ", ".join(str(one) for one in unknown) or "none"
        raise click.UsageError(f"Say which with --refund. Of unknown outcome: {listed}.")
    return unknown[0]
