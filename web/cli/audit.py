"""The auditor's commands: replay and compare. Exit status 1 says that something was found."""

import sys
from collections import deque
from uuid import UUID

import click

from ledger.audit.check_seats import derive_seats, seat_differences
from ledger.audit.raw_rows import AuditedRows
from ledger.audit.replay import (
    ReplayStep,
    Standing,
    Until,
    replay_rows,
    replay_stream,
    until_position,
    until_time,
)
from ledger.codec.rows import LedgerRows, Totals
from ledger.kernel.refusals import UnknownOrder
from web.cli import audit_tables as tables
from web.cli.arguments import LIKE, instant
from web.cli.verify import FOUND, verify
from web.http.metrics import behind, told_of_lag, told_of_stopped
from web.wiring.parts import Parts

_NEWEST = 50
_EVERYTHING = until_position(2**62)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def _parts(context: click.Context) -> Parts:
    parts: Parts = context.obj()
    return parts


def _rows(context: click.Context) -> AuditedRows:
    return _parts(context).store.stored()


class Moment(click.ParamType[Until]):
    """A position of the ledger, or a time; without a zone it is UTC."""

    name = "position|time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Until:
        text = str(value)
        if text.isascii() and text.isdecimal():
            return until_position(int(text))
        try:
            return until_time(instant(text))
        except ValueError:
            self.fail(f"{text!r} is neither a position nor {LIKE}.", param, ctx)


@click.group()
def audit() -> None:
    """Replay the ledger, prove that it was not tampered with, compare what was derived."""


audit.add_command(verify)


@audit.command(name="replay")
@click.option("--order", type=click.UUID, help="Only this order (or shop, or case).")
@click.option("--until", type=Moment(), default=None, help="As of this position or time.")
@click.option(
    "--newest",
    type=click.IntRange(0, 1_000_000),
    default=_NEWEST,
    show_default=True,
    help="Of a ledger, stamps shown.",
)
@_json
@click.pass_context
def replay_command(
    context: click.Context, order: UUID | None, until: Until | None, newest: int, as_json: bool
) -> None:
    """Tell stamp by stamp what happened, and how things stood after it."""
    rows, until = _rows(context), until or _EVERYTHING
    if order is None:
        unread = _replay_all(rows, until, newest=newest, as_json=as_json)
    else:
        unread = _replay_one(rows, order, until=until, as_json=as_json)
    if unread:
        click.echo(f"Stamps that cannot be read: {unread}. `audit verify` tells why.", err=True)
        sys.exit(FOUND)


def _replay_one(rows: LedgerRows, stream: UUID, *, until: Until, as_json: bool) -> int:
    """How many stamps of it cannot be read."""
    if not rows.stream(stream, until=rows.head()[0]):
        raise UnknownOrder
    steps = list(replay_stream(rows, stream, until=until))
    if as_json:
        tables.as_json({"order": stream, "steps": steps})
    else:
        tables.console().print(tables.story_table(steps, streams=False))
    return sum(one.unread for one in steps)


def _replay_all(rows: LedgerRows, until: Until, *, newest: int, as_json: bool) -> int:
    """How many stamps cannot be read. The newest steps are kept; of the others, only sums."""
    standing, steps = Standing(), deque[ReplayStep](maxlen=max(newest, 0))
    for one in replay_rows(rows, until=until):
        if isinstance(one, ReplayStep):
            steps.append(standing.pass_over(one))
        else:
            steps.append(standing.take(*one))
    if as_json:
        tables.as_json({**tables.standing_json(standing), "steps": list(steps)})
        return standing.unread
    out = tables.console()
    if steps:
        out.print(tables.story_table(steps, streams=True))
    out.print(*tables.standing_tables(standing))
    return standing.unread


@audit.command()
@_json
@click.pass_context
def diff(context: click.Context, as_json: bool) -> None:
    """Derive every projection again and name each row that differs from the live one."""
    parts, found, documents = _parts(context), 0, []
    with tables.bar() as bar:
        task = bar.add_task("deriving")
        for difference in parts.views.diff(
            progress=lambda done, size: bar.update(task, completed=done, total=size)
        ):
            found += 1
            if as_json:
                documents.append(difference)
            else:
                tables.show_difference(difference)
    stopped, late = [*parts.views.stopped_lanes()], behind(parts.views, parts.clock())
    clean = not (found or stopped or late)
    if as_json:
        document = {"clean": clean, "differences": documents, "stopped_lanes": stopped}
        tables.as_json({**document, "behind": late})
    else:
        well = "Every projection is as derived." if clean else "The other rows are as derived."
        click.echo(f"{found} differences" if found else well)
        for sentence in (*told_of_stopped(stopped), *told_of_lag(late)):
            click.echo(sentence)
    sys.exit(0 if clean else FOUND)


@click.group()
def seats() -> None:
    """Seats held and sold."""


@seats.command()
@_json
@click.pass_context
def check(context: click.Context, as_json: bool) -> None:
    """Count every quota again from the stamps, and name each that differs."""
    rows = _rows(context)
    size, _ = rows.head()
    derived = derive_seats(rows, until=size)
    findings = list(seat_differences(derived, rows.seat_totals(size)))
    quotas = {derived.names.get(q, str(q)): totals for q, totals in derived.totals.items()}
    if as_json:
        tables.as_json({"clean": not findings, **_quotas(quotas), "findings": findings})
    else:
        tables.console().print(tables.quota_table(quotas))
        for finding in findings:
            tables.show_finding(finding)
        click.echo(f"{len(findings)} differences" if findings else "Every quota is as counted.")
    sys.exit(FOUND if findings else 0)


def _quotas(quotas: dict[str, Totals]) -> dict[str, object]:
    return {"quotas": tables.quotas_json(quotas)}
