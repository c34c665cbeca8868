"""`reconcile`: a provider's books beside ours, to the cent."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click

from ledger.cases.stamps import CaseKind
from ledger.reconciliation.compare import Statement
from ledger.reconciliation.payouts import stamp_payout
from ledger.reconciliation.reconcile import Reconciliation
from ledger.reconciliation.records import Books, Period, Tell, silent
from web.cli import audit_tables as tables
from web.cli.arguments import Instant
from web.cli.reconcile_books import WAIT, Source, books_of
from web.cli.reconcile_payouts import settlements_of
from web.cli.reconcile_tables import Taken, document, show
from web.wiring.parts import Parts, intake

FOUND = 1
_USUALLY = timedelta(days=30)


@click.command()
@click.option("--provider", "name", required=True, help="Whose books, such as stripe.")
@click.option("--since", type=Instant(), help="In UTC; default: 30 days ago.")
@click.option(
    "--commit", is_flag=True, help="Take in the news that never came, and what payouts brought."
)
@click.option(
    "--report",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A report downloaded from a provider that lists nothing; may be given again.",
)
@click.option("--no-report", is_flag=True, help="Ask only for what the ledger knows.")
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=WAIT,
    show_default=True,
    help="Seconds to wait for a report that was asked for.",
)
@click.option("--settlements", is_flag=True, help="Compare the payouts of the period, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def reconcile(
    context: click.Context,
    name: str,
    *,
    since: datetime | None,
    commit: bool,
    files: Sequence[Path],
    no_report: bool,
    wait: float,
    settlements: bool,
    as_json: bool,
) -> None:
    """Compare a provider's payments, refunds and disputes with the ledger's.

    Writes nothing unless told to commit. A provider that lists nothing (paytrail) is asked for
    each payment that the ledger knows, and for a report of the rest, which it brings to our door.
    What cannot be read is told with its id, and the rest is compared. With --settlements --commit
    each order learns which payout brought its money: the report `payouts-to-orders` adds that up.

    Exit status 0: both sides agree; 1: they do not (after a commit: still not); 3: the provider
    cannot be asked.
    """
    parts: Parts = context.obj()
    period = _period(parts, since)
    source = Source(files=files, none=no_report, seconds=wait, payouts=settlements)
    with _told() as tell:
        books = books_of(parts, name, period, source=source, tell=tell)
        work = _reconciliation(parts, books, period, tell=tell)
        found = work.statement()
        taken_in = work.commit(found) if commit else 0
        left = work.statement() if taken_in else found
        settled = settlements_of(parts, books, work, source=source, into=left, tell=tell)
        paid_out = sum(stamp_payout(one, books, intake(parts)) for one in settled if commit)
    taken = Taken(news=taken_in, paid_out=paid_out)
    if as_json:
        tables.as_json(document(name, found, left, taken=taken, settled=settled))
    else:
        show(found, left, taken=taken, settled=settled)
    sys.exit(0 if left.clean and all(one.clean for one in settled) else FOUND)


def statement_of(parts: Parts, name: str, period: Period) -> tuple[int, Statement]:
    """Take in what a provider knows of a period; how much that was, and what differs still."""
    source = Source(none=name in parts.reported)
    with _told() as tell:
        books = books_of(parts, name, period, source=source, tell=tell)
        work = _reconciliation(parts, books, period, tell=tell)
        taken_in = work.commit(work.statement())
        return taken_in, work.statement()


def payouts_taken_in(parts: Parts, name: str, period: Period) -> int:
    """Let each order know which payout of a period brought its money; how many lines are new.

    Raises `click.UsageError` and `ledger.payments.provider.ProviderAway`.
    """
    source = Source(payouts=True)
    books = books_of(parts, name, period, source=source, tell=silent)
    work = _reconciliation(parts, books, period, tell=silent)
    left = work.statement()
    settled = settlements_of(parts, books, work, source=source, into=left, tell=silent)
    return sum(stamp_payout(one, books, intake(parts)) for one in settled)


def _period(parts: Parts, since: datetime | None) -> Period:
    now = parts.clock()
    return Period(since=since or now - _USUALLY, until=now)


def _reconciliation(parts: Parts, books: Books, period: Period, *, tell: Tell) -> Reconciliation:
    disputed = (one for one in parts.views.cases("open") if one.kind == CaseKind.DISPUTE)
    return Reconciliation(
        books=books,
        rows=parts.store.stored(),
        intake=intake(parts),
        period=period,
        tell=tell,
        waiting=[one.order_id for one in disputed if one.order_id],
    )


@contextmanager
def _told() -> Iterator[Tell]:
    with tables.bar() as bar:
        task = bar.add_task("reconciling", total=None)
        yield lambda what, done: bar.update(task, description=what, completed=done)
