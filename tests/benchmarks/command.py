"""What every benchmark's command does alike: options, a server of its own, a report."""

import argparse
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from adapters.embedded_postgres import EmbeddedPostgres
from tests.benchmarks.measuring import machine, report, table_of

Row = Mapping[str, Any]
# Rows, or these with whatever else a benchmark tells about all of them.
Told = Sequence[Row] | Mapping[str, Any]


def command(
    name: str,
    run: Callable[..., Told],
    *,
    about: str | None,
    defaults: Mapping[str, Any],
    table: Callable[[dict[str, Any]], str] = table_of,
) -> None:
    """Run a benchmark as the command line asks: each default is an option, lists have commas."""
    asked = vars(_options(about, defaults).parse_args())
    target: Path | None = asked.pop("json")
    with a_server() as server:
        result = report_of(name, run(server, **asked), runs=asked["runs"])
    print(table(result))
    report(result, target)


def report_of(name: str, told: Told, *, runs: int) -> dict[str, Any]:
    """What programs read. A row has a place for every figure, measured or not."""
    more = told if isinstance(told, Mapping) else {"rows": told}
    rows = [{**row, "ours": _figures(row["ours"])} for row in more["rows"]]
    return {"name": name, "machine": machine(), "runs": runs, **more, "rows": rows}


@contextmanager
def a_server() -> Iterator[EmbeddedPostgres]:
    """PostgreSQL for one benchmark; gone afterwards, also where somebody ends it on the way."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        with tempfile.TemporaryDirectory(prefix="bench", ignore_cleanup_errors=True) as folder:
            server = EmbeddedPostgres(Path(folder))
            server.start()
            try:
                yield server
            finally:
                server.destroy()
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _figures(ours: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(("per_second", "p50_ms", "p99_ms")), **ours}


def _options(about: str | None, defaults: Mapping[str, Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in defaults.items():
        read = numbers if isinstance(default, list) else type(default)
        parser.add_argument(f"--{name}", type=read, default=default)
    parser.add_argument("--json", type=Path)
    return parser


def numbers(told: str) -> list[int]:
    """A list as the command line gives it: 1,16,64."""
    return [int(one) for one in told.split(",")]
