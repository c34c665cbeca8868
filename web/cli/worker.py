"""The command that does what follows from the ledger, in one process or two."""

import signal
import sys
from collections.abc import Mapping, Sequence

import click

from adapters.process_settings import few_collections, short_turns
from adapters.worker.daemon import Daemon, stopped_by_signals
from adapters.worker.projector.processes import processors
from adapters.worker.reactor import Progress
from adapters.worker.second_process import SecondProcess, accompany
from web.cli.ports import Port, require_usable
from web.http.metrics import LOOPBACK, told_of_stopped, worker_metrics
from web.wiring.composition import Works, daemon

# Whoever moves rows: what they compute, and what letters do, would keep each other waiting.
ROWS = ("projections", "order_words")
# Of the database's connections: whoever moves rows asks one thing at a time.
_READERS_BESIDE = 2


@click.command()
@click.option("--once", is_flag=True, help="Do all that is due, then exit.")
@click.option("--only", multiple=True, metavar="NAME", help="Only these reactors, in one process.")
@click.option("--without", multiple=True, metavar="NAME", help="All reactors but these.")
@click.option(
    "--processes",
    type=click.IntRange(1, 2),
    help="Two: rows are moved by one of their own. Unless told, two where there are two cores.",
)
@click.option("--beside", is_flag=True, hidden=True, help="Stop when standard input ends.")
@click.option(
    "--metrics-port",
    type=Port(),
    help="Serve /metrics of this worker on this port of the machine itself.",
)
@click.pass_context
def worker(
    context: click.Context,
    once: bool,
    only: tuple[str, ...],
    without: tuple[str, ...],
    processes: int | None,
    beside: bool,
    metrics_port: int | None,
) -> None:
    """Move the projections, send the letters, settle what is open at providers."""
    if metrics_port is not None and not once:
        require_usable(LOOPBACK, metrics_port, option="--metrics-port")
    if processes == 2 and (once or only):
        raise click.UsageError("--processes 2 goes with neither --once nor --only.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    works: Works = context.obj.works(readers=_READERS_BESIDE) if beside else context.obj.works()
    running = _chosen(daemon(works), only=only, without=without)
    if once:
        _run_once(running, works)
        return
    rows = [] if only or (processes or processors()) == 1 else [n for n in ROWS if n not in without]
    second = SecondProcess(_beside(rows)) if rows else None
    if second is not None:
        running = running.without(rows).also(second)

    def counts() -> Mapping[str, Progress]:
        return {**running.counts.read(), **(second.counts() if second else {})}

    watched = worker_metrics(works.parts, metrics_port, reactors=counts)
    if beside:
        accompany(running.counts, stop=running.stop)
    with watched, stopped_by_signals(running.stop), few_collections(), short_turns():
        running.run()


def _beside(names: Sequence[str]) -> Sequence[str]:
    """The command of a process that runs these reactors until ours is gone."""
    chosen = [word for name in names for word in ("--only", name)]
    return [sys.executable, "-P", "-m", "web.cli", "worker", *chosen, "--beside"]


def _run_once(running: Daemon, works: Works) -> None:
    done = running.run_once()
    click.echo(", ".join(f"{name}: {_came_to(one)}" for name, one in done.items()))
    for sentence in told_of_stopped(works.views.stopped_lanes()):
        click.echo(sentence)


def _came_to(progress: Progress) -> str:
    """How many items were done and, where some were not, how many those are."""
    left = {"wait": progress.waiting, "failed": progress.failed}
    told = ", ".join(f"{many} {word}" for word, many in left.items() if many)
    return f"{progress.done} ({told})" if told else f"{progress.done}"


def _chosen(every: Daemon, *, only: Sequence[str], without: Sequence[str]) -> Daemon:
    try:
        return every.without(without).only(only) if only else every.without(without)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
