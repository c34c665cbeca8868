"""`inbox reread`: the kept messages of providers, understood once more."""

import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import click
from rich.table import Table

from ledger.inbox.replay_inbox import InboxReplay, Meaning, Reread
from web.cli import audit_tables as tables
from web.cli.arguments import Instant
from web.wiring.parts import Parts, intake

FOUND = 1


@click.group()
def inbox() -> None:
    """Messages of providers, kept before they were understood."""


@inbox.command()
@click.option("--since", type=Instant(), help="Received since then, in UTC; default: all.")
@click.option("--commit", is_flag=True, help="Stamp what the ledger does not hold.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def reread(context: click.Context, since: datetime | None, commit: bool, as_json: bool) -> None:
    """Read kept messages of providers again, and tell what the ledger does not hold of them.

    Writes nothing unless told to commit. Exit status 1: something is missing (after a commit:
    something cannot be read).
    """
    parts: Parts = context.obj()
    counts, found = Counter[Meaning](), list[Reread]()
    with tables.bar() as bar:
        task = bar.add_task("reading again", total=None)
        work = InboxReplay(shelf=parts.inbox, intake=intake(parts), commit=commit)
        for one in work.run(since):
            bar.advance(task)
            counts[one.meaning] += 1
            if one.meaning in (Meaning.NEW, Meaning.UNREADABLE, Meaning.TAMPERED):
                found.append(one)
    if as_json:
        tables.as_json(_document(counts, found))
    else:
        _show(counts, found, commit=commit)
    broken = counts[Meaning.UNREADABLE] + counts[Meaning.TAMPERED]
    open_ends = broken + (0 if commit else counts[Meaning.NEW])
    sys.exit(FOUND if open_ends else 0)


def _show(counts: Counter[Meaning], found: list[Reread], *, commit: bool) -> None:
    if found:
        table = Table("received", "provider")
        for name in ("message", "comes to", "not in the ledger"):
            table.add_column(name, overflow="fold")
        for one in found:
            received = one.message.received_at.astimezone(UTC)
            table.add_row(
                f"{received:%Y-%m-%d %H:%M:%S}Z",
                one.message.provider,
                str(one.message.id),
                one.meaning,
                ", ".join(one.facts),
            )
        tables.console().print(table)
    told = ", ".join(f"{number} {meaning}" for meaning, number in sorted(counts.items()))
    click.echo(f"Read again: {told or 'nothing'}.")
    if counts[Meaning.NEW]:
        click.echo("Stamped." if commit else "Nothing was written; run again with --commit.")


def _document(counts: Counter[Meaning], found: list[Reread]) -> dict[str, Any]:
    return {
        "clean": not found,
        "counts": {meaning.value: number for meaning, number in sorted(counts.items())},
        "messages": [
            {
                "id": one.message.id,
                "received_at": one.message.received_at,
                "provider": one.message.provider,
                "meaning": one.meaning.value,
                "facts": list(one.facts),
            }
            for one in found
        ],
    }
