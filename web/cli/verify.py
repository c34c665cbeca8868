"""`audit verify`: every law over every stamp, in as many processes as the ledger is worth."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import click

from adapters.process_settings import few_collections
from ledger.audit.findings import Finding
from ledger.audit.verify import Progress, Shares, Verification
from web.cli import audit_tables as tables
from web.wiring.parts import Parts, alone

FOUND = 1
# Stamps. Up to here, starting further processes takes longer than what they take over.
_SMALL = 50_000


class Head(click.ParamType[tuple[int, bytes]]):
    """A tree head as `audit verify` prints it."""

    name = "size:root"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, bytes]:
        size, _, root = str(value).partition(":")
        try:
            head = int(size), bytes.fromhex(root)
        except ValueError:
            self.fail("a size, a colon and a root in hexadecimal", param, ctx)
        if len(head[1]) != 32 or head[0] < 1:
            self.fail("a size from 1 on, a colon and a root of 64 digits", param, ctx)
        return head


@click.command()
@click.option("--against", type=Head(), multiple=True, help="A tree head kept elsewhere.")
@click.option("--hashes", is_flag=True, help="Only positions, times and hashes: sooner done.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    metavar="N",
    help="How many share the work. [default: one per core; 1 for a small ledger]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def verify(
    context: click.Context,
    against: tuple[tuple[int, bytes], ...],
    hashes: bool,
    processes: int | None,
    as_json: bool,
) -> None:
    """Check every law over every stamp."""
    parts: Parts = context.obj()
    findings, began = list[Finding](), time.perf_counter()
    with _sharing(parts, processes, hashes_only=hashes) as shares, _progress() as progress:
        verification = Verification(
            parts.store.stored(),
            known=dict(against),
            hashes_only=hashes,
            progress=progress,
            shares=shares,
            kept=parts.evidence,
        )
        for finding in verification:
            if as_json:
                findings.append(finding)
            else:
                tables.show_finding(finding)
    verdict, seconds = verification.verdict, time.perf_counter() - began
    assert verdict is not None, "the walk went to its end"
    if as_json:
        tables.as_json(tables.verdict_json(verdict, findings, seconds, hashes_only=hashes))
    else:
        tables.show_verdict(verdict, seconds, hashes_only=hashes)
    sys.exit(FOUND if verdict.findings else 0)


def _sharing(
    parts: Parts, processes: int | None, *, hashes_only: bool
) -> AbstractContextManager[Shares | None]:
    """Those who share the work; nobody, if one process does it."""
    size, _ = parts.store.head()
    count = processes or (1 if size <= _SMALL else _cores())
    return parts.auditors(count, hashes_only=hashes_only) if count > 1 else alone()


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _progress() -> Iterator[Progress]:
    with few_collections(), tables.bar() as bar:
        task = bar.add_task("verifying", total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size)
