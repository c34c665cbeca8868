"""`orders withdraw-…`: what staff did by mistake is taken back, with a reason and an approver."""

import getpass
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import click

from ledger.order.commands import WithdrawCancellation, WithdrawPayment
from ledger.order.status import status
from web.wiring.parts import Parts

_LONGEST = 500
_OPAQUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,49}")


def _why(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every correction asks for."""
    approver = click.option("--approver", required=True, help="Who agreed: somebody else than you.")
    reason = click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
    return approver(reason(command))


@click.command(name="withdraw-payment")
@click.argument("order", type=click.UUID)
@click.option("--payment", type=click.UUID, help="Which; the newest marked by hand if left out.")
@_why
@click.pass_context
def withdraw_payment(
    context: click.Context, order: UUID, payment: UUID | None, approver: str, reason: str
) -> None:
    """Take back a payment that was marked by hand and never came."""
    parts: Parts = context.obj()
    wish = WithdrawPayment(**_wish(parts, approver, reason), payment=payment)
    _done(parts, order, wish)


@click.command(name="withdraw-cancellation")
@click.argument("order", type=click.UUID)
@_why
@click.pass_context
def withdraw_cancellation(context: click.Context, order: UUID, approver: str, reason: str) -> None:
    """Take back a cancellation that staff made by mistake, if there are seats."""
    parts: Parts = context.obj()
    _done(parts, order, WithdrawCancellation(**_wish(parts, approver, reason)))


def _wish(parts: Parts, approver: str, reason: str) -> dict[str, Any]:
    if not 0 < len(reason.strip()) <= _LONGEST:
        raise click.UsageError(f"--reason has 1 to {_LONGEST} characters.")
    if not _OPAQUE.fullmatch(approver):
        raise click.UsageError("--approver is a short name, such as a token's; no address.")
    actor = f"cli:{getpass.getuser()}"
    common = {"correlation_id": uuid4(), "actor": actor, "at": parts.clock()}
    return {**common, "reason": reason, "approver": approver}


def _done(parts: Parts, order: UUID, wish: WithdrawPayment | WithdrawCancellation) -> None:
    parts.orders.handle(order, wish)
    after = parts.orders.follow(order, parts.clock())
    click.echo(f"Taken back. The order is {status(after)}.")
