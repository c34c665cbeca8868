"""`statement …`: what a bank says came, taken in."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.table import Table

from ledger.kernel.money import spoken
from ledger.shop.stamps import BankAccount
from ledger.statements.faults import StatementUnreadable
from ledger.statements.match import CASES, MONEY_OF_ORDER, MovementVerdict
from ledger.statements.transfers import VERSIONS, RefundTransfer, TransferFile
from web.actions import statements as actions
from web.actions import transfer_files
from web.actions.statements import StatementRow
from web.cli import audit_tables as tables
from web.cli.arguments import Word
from web.cli.operator import actor
from web.wiring.parts import Parts

ODD = 1
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WORDS: Mapping[MovementVerdict, str] = {
    MovementVerdict.PAYS: "pays the order",
    MovementVerdict.TOO_LITTLE: "less than the order costs: counts, and a case",
    MovementVerdict.TOO_MUCH: "more than the order costs: counts, and a case",
    MovementVerdict.PAID_TWICE: "the order is paid already: counts, and a case",
    MovementVerdict.ORDER_OVER: "the order is cancelled: counts, seats again or a case",
    MovementVerdict.BY_HAND: "may be what staff entered by hand: a case",
    MovementVerdict.UNKNOWN: "the reference is of no order: a case",
    MovementVerdict.OTHER_CURRENCY: "another currency than the order's: a case",
    MovementVerdict.OTHER_ACCOUNT: "another account than the order's: a case",
    MovementVerdict.TAKEN_BACK: "the bank took it back: a case",
    MovementVerdict.CAME_BACK: "a transfer of ours came back: a case",
    MovementVerdict.REFUND_SENT: "a refund went out",
    MovementVerdict.KNOWN: "known already",
    MovementVerdict.NOT_OURS: "not ours",
}


@click.group()
def statement() -> None:
    """Bank statements of shops that are paid by hand."""


@statement.command(name="import")
@click.argument("file", type=_FILE)
@click.option("--apply", "applied", is_flag=True, help="Take it in; without, it is only shown.")
@click.option("--ours-only", is_flag=True, help="Leave out what has no reference of ours.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def import_statement(
    context: click.Context, file: Path, applied: bool, ours_only: bool, as_json: bool
) -> None:
    """Show what each movement in FILE (camt.053 or MT940) is. Exit status 1: some are odd."""
    parts: Parts = context.obj()
    shops = parts.shops.slugs()
    try:
        statements = parts.read_statements(file.read_bytes())
        if applied:
            rows = actions.take_in(
                parts, statements, shops=shops, ours_only=ours_only, actor=actor()
            )
        else:
            rows = actions.preview(parts, statements, shops=shops, ours_only=ours_only)
    except StatementUnreadable as fault:
        raise click.UsageError(f"FILE cannot be taken: {fault}.") from None
    except actions.AccountUnknown:
        raise click.UsageError("No shop's bank_account is the account of this statement.") from None
    _show(rows, applied=applied, as_json=as_json)
    odd = any(one.verdict in CASES or _surprises(one.verdict) for one in rows)
    sys.exit(ODD if odd else 0)


@statement.command(name="transfers")
@click.option("--shop", "shop_slug", type=Word(), required=True, help="Whose account.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_transfers(context: click.Context, shop_slug: str, as_json: bool) -> None:
    """Refunds by transfer: those that wait for a file, and which were seen to go out."""
    parts: Parts = context.obj()
    found = transfer_files.states(parts, _account(parts, shop_slug), shops=parts.shops.slugs())
    if as_json:
        tables.as_json({"transfers": [_state(one) for one in found]})
        return
    table = Table("order", "amount", "file", "state")
    for one in found:
        state = "sent" if one.sent else ("in a file" if one.file else "waits")
        amount = spoken(one.transfer.amount)
        table.add_row(f"#{one.transfer.number:06d}", amount, str(one.file or ""), state)
    tables.console().print(table)


@statement.command(name="transfer-file")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--shop", "shop_slug", type=Word(), required=True, help="Whose account pays.")
@click.option("--number", type=click.IntRange(min=1), help="An earlier file again, byte by byte.")
@click.option("--version", type=click.Choice(VERSIONS), default="09", show_default=True)
@click.option("--apply", "applied", is_flag=True, help="Make it; without, it is only shown.")
@click.pass_context
def transfer_file(
    context: click.Context,
    file: Path,
    shop_slug: str,
    number: int | None,
    version: str,
    applied: bool,
) -> None:
    """Write a file of the refunds by transfer that wait (pain.001). Exit status 1: none wait."""
    parts: Parts = context.obj()
    account, shops = _account(parts, shop_slug), parts.shops.slugs()
    if number is not None:
        known = [one for one in parts.transfer_files.of(account.iban) if one.number == number]
        if not known:
            raise click.UsageError("There is no file of this number.")
        _write(parts, file, known[0], transfer_files.transfers_of(parts, known[0]))
        return
    by = actor()
    if not applied:
        _, transfers = transfer_files.waiting(
            parts, account, shops=shops, version=version, actor=by
        )
        spoken_total = spoken(transfer_files.total(transfers))
        click.echo(f"{len(transfers)} refunds wait: {spoken_total}. No file was made.")
        sys.exit(0 if transfers else ODD)
    try:
        made = transfer_files.make(parts, account, shops=shops, version=version, actor=by)
        _write(parts, file, *made)
    except transfer_files.NothingToTransfer:
        click.echo("No refund waits for a file.", err=True)
        sys.exit(ODD)


def _account(parts: Parts, slug: str) -> BankAccount:
    account = parts.shops.get(slug).terms.bank_account
    if account is None:
        raise click.UsageError("The shop file of this shop names no bank_account.")
    return account


def _write(
    parts: Parts, path: Path, made: TransferFile, transfers: Sequence[RefundTransfer]
) -> None:
    """For nobody else on this machine: it holds the accounts of people."""
    content = parts.transfer_xml(made, transfers)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
    except OSError as error:
        again = f"Write it again with --number {made.number}."
        raise click.UsageError(f"FILE cannot be written: {error.strerror}. {again}") from None
    told = spoken(transfer_files.total(transfers))
    click.echo(f"File {made.number} ({made.name}): {len(transfers)} refunds, {told}.")


def _state(one: transfer_files.RefundState) -> dict[str, object]:
    """Nothing of whose account it is."""
    return {
        "order": one.transfer.order,
        "refund": one.transfer.refund,
        "amount": one.transfer.amount.amount,
        "currency": one.transfer.amount.currency,
        "file": one.file or None,
        "sent": one.sent,
    }


def _surprises(verdict: MovementVerdict) -> bool:
    return verdict in MONEY_OF_ORDER and verdict is not MovementVerdict.PAYS


def _show(rows: Sequence[StatementRow], *, applied: bool, as_json: bool) -> None:
    if as_json:
        tables.as_json({"applied": applied, "movements": [_document(one) for one in rows]})
        return
    table = Table("booked", "amount", "reference", "order", "what it is")
    for one in rows:
        entry, order = one.movement.entry, one.order
        amount = spoken(entry.amount if entry.credit else entry.amount * -1)
        named = f"#{order.number:06d} {order.terms.shop_slug}" if order else ""
        table.add_row(str(entry.booked), amount, entry.reference, named, WORDS[one.verdict])
    tables.console().print(table)
    told = ", ".join(f"{many} {verdict}" for verdict, many in actions.counts(rows).items())
    click.echo(f"{told or 'Nothing'}. {'Taken in.' if applied else 'Nothing was stamped.'}")


def _document(row: StatementRow) -> dict[str, object]:
    """Nothing of who paid."""
    entry = row.movement.entry
    return {
        "transfer": row.movement.transfer,
        "booked": str(entry.booked),
        "amount": entry.amount.amount if entry.credit else -entry.amount.amount,
        "currency": entry.amount.currency,
        "reference": entry.reference or None,
        "verdict": str(row.verdict),
        "order": row.order.id if row.order else None,
    }
