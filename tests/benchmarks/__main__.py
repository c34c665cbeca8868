"""Benchmarks by name, one after the other: `./run bench [NAME…] [--json FILE]`.

Of a single one also its own options, such as `./run bench append --callers 16 --seconds 1`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

NAMES = (
    "append",
    "append-processes",
    "bulk",
    "checkin",
    "checkout",
    "fold",
    "lag",
    "letters",
    "onsale",
    "project",
    "reports",
    "rest",
    "verify",
    "vouchers",
    "webhooks",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; or all")
    parser.add_argument("--json", type=Path, help="write what was measured to this file")
    asked, options = parser.parse_known_args()
    unknown = [name for name in asked.names if name not in NAMES]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if options and len(asked.names) != 1:
        parser.error(f"{' '.join(options)}: whose option is that? Name one benchmark")
    with tempfile.TemporaryDirectory() as folder:
        reports = [
            _run(name, Path(folder) / f"{name}.json", options=options)
            for name in asked.names or NAMES
        ]
    if asked.json:
        asked.json.write_text(json.dumps(reports, indent=2))


def _run(name: str, report: Path, *, options: Sequence[str]) -> object:
    """In a process of its own: what one leaves in memory does not slow the next."""
    print(f"== {name}", flush=True)
    module = f"tests.benchmarks.{name.replace('-', '_')}"
    command = [sys.executable, "-m", module, "--json", str(report), *options]
    status = subprocess.run(command, check=False).returncode
    if status:
        sys.exit(status)
    return json.loads(report.read_text())


if __name__ == "__main__":
    main()
