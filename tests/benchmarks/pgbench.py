"""PostgreSQL's own benchmark: a bare row per commit, from C, as fast as the server allows."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from adapters.embedded_postgres import OWNER
from adapters.embedded_postgres.places import find_binaries
from tests.benchmarks.measuring import Figures, summary

_SCRIPT = (
    "insert into raw (stream, version, state)"
    " values (gen_random_uuid(), 1, decode(repeat('78', 250), 'hex'));\n"
)
# A server takes a hundred connections; beyond 64 clients it does not get faster anyway.
_MOST = 64


def pgbench(url: str, clients: int, *, seconds: float) -> Figures | None:
    """Single-row commits into the table `raw`; None where there is no pgbench."""
    program = _program()
    if program is None:
        return None
    clients = min(clients, _MOST)
    parts = urlsplit(url)
    host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "insert.sql"
        script.write_text(_SCRIPT)
        options = ["--no-vacuum", "--protocol=prepared", "--log", f"--log-prefix={folder}/log"]
        options += [f"--client={clients}", f"--jobs={min(clients, 2)}", f"--file={script}"]
        options += [f"--time={max(round(seconds), 1)}", f"--username={OWNER}", f"--host={host}"]
        subprocess.run([program, *options, parts.path[1:]], check=True, capture_output=True)
        return _read(Path(folder), seconds=max(round(seconds), 1))


def _program() -> str | None:
    ours = find_binaries(18) / "pgbench"
    return str(ours) if ours.exists() else shutil.which("pgbench")


def _read(folder: Path, *, seconds: float) -> Figures:
    """The third word of each line of its log is how long a transaction took, in microseconds."""
    logs = [log.read_text().splitlines() for log in folder.glob("log.*")]
    waits = [int(line.split()[2]) / 1_000_000 for lines in logs for line in lines]
    return summary(waits, seconds=seconds)
