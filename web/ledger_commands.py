"""`ledger resume`: after a restored backup, before anybody sells again."""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

import click
from rich.table import Table

from ledger.reconciling.records import Period, ProviderAway
from ledger.resumption import resume as resume_series
from ledger.shop_stamps import SeriesResumed
from web import audit_tables as tables
from web.parts import Parts
from web.reconcile_command import statement_of
from web.views import Views

FOUND = 1
_LOOK_BACK = timedelta(days=1)
_MOST = 1000
_GAP = click.IntRange(1, 1_000_000)


class RestoredViews(Views, Protocol):
    """The views, with what only this command asks."""

    def due_letters(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Orders that may owe a letter."""
        ...


@click.group()
def ledger() -> None:
    """The ledger as a whole."""


@ledger.command()
@click.option("--gap", type=_GAP, default=1000, show_default=True, help="Numbers left out.")
@click.option("--run", type=click.UUID, help="Go on with a run that was broken off.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def resume(context: click.Context, gap: int, run: UUID | None, as_json: bool) -> None:
    """After an older backup was restored: go on without giving any number twice.

    Stamps a gap into every series of numbers, takes in what the providers know and this ledger does
    not, and lists what people must look at. The gap must be larger than what was sold since the
    backup. Exit status 1: there is something to look at.
    """
    parts: Parts = context.obj()
    run, since = run or uuid4(), parts.store.clocks().newest
    gaps = resume_series(parts.store, parts.shops, gap=gap, correlation_id=run, actor="cli")
    began = (since or parts.clock()) - _LOOK_BACK
    books = _books(parts, Period(since=began, until=parts.clock()))
    look = _to_look_at(parts, context.obj.works().views)
    document = {"run": run, "backup_of": since, "gaps": gaps, "providers": books, **look}
    if as_json:
        tables.as_json(document)
    else:
        _show(gaps, books, look)
    sys.exit(FOUND if any(look.values()) or any(one != "agrees" for one in books.values()) else 0)


def _books(parts: Parts, period: Period) -> dict[str, str]:
    """What became of each provider's books: taken in, or why not."""
    told: dict[str, str] = {}
    for name in sorted({*parts.books, *parts.reported}):
        try:
            taken, left = statement_of(parts, name, period)
        except ProviderAway as error:
            told[name] = f"cannot be asked: {error}"
            continue
        told[name] = "agrees" if left.clean and not taken else f"{taken} taken in"
        if not left.clean:
            told[name] += "; more differs: run `reconcile`"
    return told


def _to_look_at(parts: Parts, views: RestoredViews) -> dict[str, list[UUID]]:
    """By what people must do."""
    now = parts.clock()
    cases = [one.stream for one in views.cases("open")]
    return {
        "letters_that_may_go_twice": [*views.due_letters(now, _MOST)],
        "orders_that_time_out": [*views.unpaid_due(now, _MOST)],
        "open_cases": cases,
    }


def _show(gaps: Any, books: dict[str, str], look: dict[str, list[UUID]]) -> None:
    table = Table("series", "last in the backup", "goes on after")
    for one in gaps:
        assert isinstance(one, SeriesResumed)
        table.add_row(one.series, str(one.after), str(one.until))
    tables.console().print(table)
    for name, told in books.items():
        click.echo(f"{name}: {told}.")
    for what, ids in look.items():
        if ids:
            click.echo(f"{what.replace('_', ' ').capitalize()}: {len(ids)}")
            click.echo("\n".join(f"  {one}" for one in ids))
    click.echo(
        "What was cancelled or refunded after the backup: see the providers above, and\n"
        "docs/how-to/backup-and-restore.md for what to do before the worker starts."
    )
