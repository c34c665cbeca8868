"""`cases`: what waits for a person, and what a person did about it."""

import sys
from typing import Any
from uuid import UUID

import click
from rich.table import Table

from ledger.cases.case import Case
from ledger.cases.stamps import Action
from ledger.kernel.currencies import spoken
from ledger.kernel.money import Money
from ledger.kernel.refusals import UnknownCase
from projections.cases import CaseRow
from web.actions.resolve_case import BY_PEOPLE, OrderNeeded, case_json, resolve_case
from web.cli import audit_tables as tables
from web.cli.case_report import case_told
from web.cli.typed_words import checked_reason
from web.cli.wish import wish_of
from web.wiring.parts import Parts

LEFT = 1
_SEVERE_FIRST = ("critical", "warning")


@click.group()
def cases() -> None:
    """What waits for a person."""


@cases.command(name="list")
@click.option("--state", type=click.Choice(["open", "resolved"]), default="open", help="Which.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_cases(context: click.Context, state: str, as_json: bool) -> None:
    """Cases by severity, the oldest first. Exit status 1: some are open."""
    parts: Parts = context.obj()
    found = sorted(parts.views.cases(state), key=lambda one: _SEVERE_FIRST.index(one.severity))
    if as_json:
        tables.as_json({"cases": [_document(one) for one in found]})
    elif found:
        _show(found)
    else:
        click.echo("No case is open." if state == "open" else "No case was resolved.")
    sys.exit(LEFT if found and state == "open" else 0)


@cases.command()
@click.argument("case", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(context: click.Context, case: UUID, as_json: bool) -> None:
    """One case with its evidence, its history, and what can be done about it."""
    parts: Parts = context.obj()
    found = parts.cases.get(case)
    if found.opened is None:
        raise UnknownCase
    told = case_told(found, parts.store.read(case))
    if as_json:
        tables.as_json(told)
        return
    amount = found.opened.amount
    shown = {**told, "amount": spoken(amount) if amount else None, "currency": None}
    for name, value in shown.items():
        if name != "history" and value not in (None, "", []):
            click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    for one in told["history"]:
        click.echo("  " + "  ".join(str(part) for part in one.values() if part))


@cases.command()
@click.argument("case", type=click.UUID)
@click.option(
    "--action",
    type=click.Choice([str(one) for one in BY_PEOPLE]),
    required=True,
    help="What to do.",
)
@click.option("--order", type=click.UUID, help="With assign: the order that the money is for.")
@click.option("--reason", required=True, help="Why; kept sealed in the ledger.")
@click.pass_context
def resolve(
    context: click.Context, case: UUID, action: str, order: UUID | None, reason: str
) -> None:
    """Assign money to an order, send it back, retry a refund, or close the case.

    Exit status 1: refused, or its outcome is not known yet.
    """
    parts: Parts = context.obj()
    try:
        after = resolve_case(
            parts,
            case,
            wish_of(parts),
            action=Action(action),
            reason=checked_reason(reason),
            order=order,
        )
    except OrderNeeded:
        raise click.UsageError("assign needs --order.") from None
    click.echo(_told(after))
    sys.exit(LEFT if after.state == "open" else 0)


def _told(case: Case) -> str:
    words = {
        "none": f"The case is {case.state}.",
        "accepted": f"The money is on its way back. The case is {case.state}.",
        "failed": "The provider refused to send the money back. The case stays open.",
        "unknown": "The provider has not answered. The worker asks again; the case stays open.",
    }
    return words[case.returned.word]


def _show(found: list[CaseRow]) -> None:
    table = Table("case", "severity", "kind", "opened", "amount", "what happened")
    for one in found:
        amount = spoken(Money(one.amount, one.currency)) if one.amount and one.currency else ""
        opened = f"{one.opened_at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.stream), one.severity, one.kind, opened, amount, one.text)
    tables.console().print(table)


def _document(one: CaseRow) -> dict[str, Any]:
    return {**case_json(one), "provider_reference": one.provider_reference or None}
