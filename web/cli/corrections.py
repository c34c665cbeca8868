"""`orders withdraw-…`: what staff did by mistake is taken back, with a reason and an approver."""

import re
from collections.abc import Callable
from typing import Any, TypedDict
from uuid import UUID

import click

from ledger.order.commands import WithdrawCancellation, WithdrawPayment
from ledger.order.status import status
from web.actions.back_office import carry_out
from web.cli.typed_words import checked_reason
from web.cli.wish import wish_of
from web.wiring.parts import Parts

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
    why = _checked(approver, reason)
    _done(parts, order, WithdrawPayment(**wish_of(parts), **why, payment=payment))


@click.command(name="withdraw-cancellation")
@click.argument("order", type=click.UUID)
@_why
@click.pass_context
def withdraw_cancellation(context: click.Context, order: UUID, approver: str, reason: str) -> None:
    """Take back a cancellation that staff made by mistake, if there are seats."""
    parts: Parts = context.obj()
    why = _checked(approver, reason)
    _done(parts, order, WithdrawCancellation(**wish_of(parts), **why))


class _Why(TypedDict):
    reason: str
    approver: str


def _checked(approver: str, reason: str) -> _Why:
    if not _OPAQUE.fullmatch(approver):
        raise click.UsageError("--approver is a short name, such as a token's; no address.")
    return {"reason": checked_reason(reason), "approver": approver}


def _done(parts: Parts, order: UUID, wish: WithdrawPayment | WithdrawCancellation) -> None:
    after = carry_out(parts, order, wish)
    click.echo(f"Taken back. The order is {status(after)}.")
