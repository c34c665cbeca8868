"""`orders swap`: tickets of an order are replaced by those of a new one, in one step."""

from dataclasses import replace
from uuid import UUID

import click

from ledger.kernel.money import spoken
from ledger.order.commands import Wanted
from ledger.order.order import Order
from ledger.order.part_policy import chosen
from ledger.order.preview import Preview, preview
from ledger.order.status import status
from web.actions.approvals import ask
from web.actions.back_office import carry_out
from web.actions.swap import Instead, foreseen, swap
from web.cli.approvals import asked_for
from web.cli.arguments import checked_reason
from web.cli.operator import wish_of
from web.cli.part_cancellation import Some
from web.wiring.parts import Parts


@click.command(name="swap")
@click.argument("order", type=click.UUID)
@click.option("--give", "given", type=Some(), multiple=True, help="Repeatable; all, if left out.")
@click.option("--take", "taken", type=Some(), multiple=True, required=True, help="Repeatable.")
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.option("--by-hand", is_flag=True, help="What is left was returned without a provider.")
@click.option("--commit", is_flag=True, help="Do it; without, it is only told what would be done.")
@click.option("--ask-approval", is_flag=True, help="With --commit: ask a second person instead.")
@click.pass_context
def swap_lines(
    context: click.Context,
    order: UUID,
    given: tuple[tuple[str, int], ...],
    taken: tuple[tuple[str, int], ...],
    reason: str,
    by_hand: bool,
    commit: bool,
    ask_approval: bool,
) -> None:
    """Replace tickets of an order by those of a new one: both or neither."""
    parts: Parts = context.obj()
    why, before = checked_reason(reason), parts.orders.get(order)
    instead = Instead(
        order=before,
        pieces=chosen(before, given or None),
        wanted=tuple(Wanted(product=product, quantity=many) for product, many in taken),
        by_hand=by_hand,
    )
    wish = swap(parts, wish_of(parts), instead, reason=why, version=before.version)
    agreed = replace(wish, approval=wish.correlation_id) if ask_approval else wish
    begun = foreseen(parts, before, agreed)
    assert begun is not None, "nobody had this wish before"
    click.echo(_told(preview(before, agreed), begun.after))
    if not commit:
        click.echo("Nothing was done. Say --commit to do it.")
        return
    if ask_approval:
        asked_for(ask(parts, order, wish))
        return
    old = carry_out(parts, order, wish)
    new = parts.orders.get(wish.place.order)
    click.echo(f"The order is {status(old)}. The new one is {status(new)}: {new.id}")


def _told(old: Preview, new: Order) -> str:
    what = ", ".join(f"{line.quantity} × {line.product}" for line in new.lines)
    over, back = spoken(old.set_against), spoken(old.goes_back)
    costs, missing = spoken(new.due), spoken(new.missing)
    return (
        f"{what}: {costs}. {over} is set against it, {back} goes back, {missing} is still to pay."
    )
