"""`statement …`: what a bank says came, taken in."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.table import Table

from ledger.kernel.money import spoken
from ledger.statements.faults import StatementUnreadable
from ledger.statements.match import CASES, MONEY_OF_ORDER, Verdict
from web.actions import statements as actions
from web.actions.statements import StatementRow
from web.cli import audit_tables as tables
from web.cli.operator import actor
from web.wiring.parts import Parts

ODD = 1
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WORDS: Mapping[Verdict, str] = {
    Verdict.PAYS: "pays the order",
    Verdict.TOO_LITTLE: "less than the order costs: counts, and a case",
    Verdict.TOO_MUCH: "more than the order costs: counts, and a case",
    Verdict.PAID_TWICE: "the order is paid already: counts, and a case",
    Verdict.ORDER_OVER: "the order is cancelled: counts, seats again or a case",
    Verdict.BY_HAND: "may be what staff entered by hand: a case",
    Verdict.UNKNOWN: "the reference is of no order: a case",
    Verdict.OTHER_CURRENCY: "another currency than the order's: a case",
    Verdict.OTHER_ACCOUNT: "another account than the order's: a case",
    Verdict.TAKEN_BACK: "the bank took it back: a case",
    Verdict.CAME_BACK: "a transfer of ours came back: a case",
    Verdict.REFUND_SENT: "a refund went out",
    Verdict.KNOWN: "known already",
    Verdict.NOT_OURS: "not ours",
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


def _surprises(verdict: Verdict) -> bool:
    return verdict in MONEY_OF_ORDER and verdict is not Verdict.PAYS


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
