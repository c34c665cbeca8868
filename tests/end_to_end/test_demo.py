"""The demo as a stranger starts it: it tells its story, serves, and leaves nothing running."""

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil

from adapters.embedded_postgres import EmbeddedPostgres, postmaster
from tests.end_to_end.houses import ports_in_a_row
from tests.end_to_end.journey import until
from tests.kits.processes import still_alive
from web.demo.processes import alone


def test_ctrl_c_stops_every_process_that_the_demo_started(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with told.open("w") as output:
        demo = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "web.cli", "demo"),
                *("--empty", "--port", str(ports_in_a_row())),
            ],
            env={**os.environ, "STAMPLEDGER_HOME": str(tmp_path / "home")},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            until("the demo serves", lambda: "Serving" in told.read_text())
            started = psutil.Process(demo.pid).children(recursive=True)
            assert len(started) >= 4
            books = told_by(tmp_path, "reconcile", "--provider", "stripe", "--json")
            assert json.loads(books)["clean"]
            assert "letters: 0" in told_by(tmp_path, "worker", "--once")
            its_database_dies(tmp_path / "home")
            until("the demo serves again", lambda: is_ready(told.read_text()))
            demo.send_signal(signal.SIGINT)
            assert demo.wait(30) == 0
        finally:
            left = psutil.Process(demo.pid).children(recursive=True) if demo.poll() is None else []
            for one in left:
                one.kill()
            demo.kill()
            demo.wait()
    assert not still_alive(started)
    assert "verified" in told.read_text()
    for name in ("demo.json", "demo.env"):
        assert (tmp_path / "home" / name).stat().st_mode & 0o077 == 0


def its_database_dies(home: Path) -> None:
    with EmbeddedPostgres(home) as database:
        before = postmaster.find(database.place.data)
        assert before is not None
        database.crash()
        # Whoever uses it starts it again, perhaps before we look.
        after = postmaster.find(database.place.data)
        assert after is None or after.pid != before.pid


def is_ready(told: str) -> bool:
    """What the web server says of the database."""
    (port,) = re.findall(r"shop +http://127\.0\.0\.1:(\d+)/", told)
    with closing(http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)) as connection:
        connection.request("GET", "/readyz")
        with connection.getresponse() as answer:
            return answer.status == 200


def told_by(tmp_path: Path, *words: str) -> str:
    """A command beside the demo, with the settings that it has written down."""
    command = [sys.executable, "-P", "-m", "web.cli", *words]
    script = f". {tmp_path / 'home' / 'demo.env'}; exec {shlex.join(command)}"
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


def test_a_second_demo_in_one_folder_leaves_the_first_alone(tmp_path: Path) -> None:
    facts = tmp_path / "demo.json"
    facts.write_text("the first one's")
    with alone(tmp_path):
        second = subprocess.run(
            [sys.executable, "-P", "-m", "web.cli", "demo", "--port", str(ports_in_a_row())],
            env={**os.environ, "STAMPLEDGER_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 2
    assert "A demo runs in" in second.stderr
    assert facts.read_text() == "the first one's"
