"""`orders withdraw-…` and `settle-refund`: what a person looked up or takes back."""

import re
from collections.abc import Callable
from typing import Any, TypedDict
from uuid import UUID

import click

from ledger.order.commands import WithdrawCancellation, WithdrawPayment
from ledger.order.order import Order
from ledger.order.status import status
from ledger.payments import refund as refunding
from web.actions.approvals import ask
from web.actions.back_office import carry_out
from web.cli.approvals import asked_for
from web.cli.arguments import checked_reason
from web.cli.operator import actor, wish_of
from web.wiring.parts import Parts

_OPAQUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,49}")


def _why(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every correction asks for."""
    approver = click.option(
        "--approver", help="Who agreed, by name; left out, a second person is asked to approve."
    )
    reason = click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
    return approver(reason(command))


@click.command(name="withdraw-payment")
@click.argument("order", type=click.UUID)
@click.option("--payment", type=click.UUID, help="Which; the newest marked by hand if left out.")
@_why
@click.pass_context
def withdraw_payment(
    context: click.Context, order: UUID, payment: UUID | None, approver: str | None, reason: str
) -> None:
    """Take back a payment that was marked by hand and never came."""
    parts: Parts = context.obj()
    why = _checked(approver, reason)
    _done(parts, order, WithdrawPayment(**wish_of(parts), **why, payment=payment))


@click.command(name="withdraw-cancellation")
@click.argument("order", type=click.UUID)
@_why
@click.pass_context
def withdraw_cancellation(
    context: click.Context, order: UUID, approver: str | None, reason: str
) -> None:
    """Take back a cancellation that staff made by mistake, if there are seats."""
    parts: Parts = context.obj()
    why = _checked(approver, reason)
    _done(parts, order, WithdrawCancellation(**wish_of(parts), **why))


class _Why(TypedDict):
    reason: str
    approver: str


def _checked(approver: str | None, reason: str) -> _Why:
    if approver is not None and not _OPAQUE.fullmatch(approver):
        raise click.UsageError("--approver is a short name, such as a token's; no address.")
    return {"reason": checked_reason(reason), "approver": approver or ""}


def _done(parts: Parts, order: UUID, wish: WithdrawPayment | WithdrawCancellation) -> None:
    if not wish.approver:
        asked_for(ask(parts, order, wish))
        return
    after = carry_out(parts, order, wish)
    click.echo(f"Taken back. The order is {status(after)}.")


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
