"""A process beside the worker: it is kept alive, ends with us, and tells what it came to."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import psutil
import pytest

from adapters.worker.reactor import NOTHING, Progress
from adapters.worker.second_process import SecondProcess
from tests.kits.patience import PATIENCE

WAITS = "import sys; sys.stdin.read()"
TELLS = (
    'import sys; sys.stdout.write(\'{"rows": {"done": 2, "waiting": 0, "failed": 1}}\\n\');'
    "sys.stdout.flush(); sys.stdin.read()"
)
DEAF = "import time; time.sleep(60)"


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def eventually(holds: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < until, "it did not happen"
        sleep(0.01)


class Watch:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@contextmanager
def kept(code: str, now: Callable[[], float] = monotonic) -> Iterator[SecondProcess]:
    second = SecondProcess(python(code), now=now)
    try:
        assert second.run() == NOTHING
        yield second
    finally:
        second.close()


def process_of(second: SecondProcess) -> psutil.Process:
    assert second.pid is not None
    return psutil.Process(second.pid)


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_one_that_runs_is_left_alone():
    with kept(WAITS) as second:
        first = second.pid
        second.run()
        assert second.pid == first


def test_it_ends_when_it_is_let_go():
    with kept(WAITS) as second:
        process = process_of(second)
        began = monotonic()
        second.close()
        assert second.pid is None
        assert not process.is_running()
        assert monotonic() < began + PATIENCE
        second.close()


def test_one_that_does_not_listen_is_killed():
    with kept(DEAF) as second:
        process = process_of(second)
        second.close()
        assert not process.is_running()


def test_one_that_died_is_started_again_though_not_at_once():
    now = Watch()
    with kept(WAITS, now) as second:
        process = process_of(second)
        process.kill()
        eventually(lambda: gone(process))
        now.at += 4.9
        second.run()
        assert second.pid == process.pid
        now.at += 0.1
        second.run()
        assert second.pid not in (None, process.pid)


def test_it_tells_what_its_reactors_came_to_before_it_died_and_since():
    now = Watch()
    with kept(TELLS, now) as second:
        eventually(lambda: second.counts() == {"rows": Progress(done=2, failed=1)})
        process_of(second).kill()
        eventually(lambda: gone(process_of(second)))
        now.at += 5
        second.run()
        eventually(lambda: second.counts() == {"rows": Progress(done=4, failed=2)})


def test_what_cannot_be_started_is_an_error():
    second = SecondProcess(["/no/such/command"])
    with pytest.raises(OSError, match="no/such/command"):
        second.run()
    second.close()


ACCOMPANIES = """
import sys
from threading import Event
from adapters.worker.daemon import Counts
from adapters.worker.reactor import Progress
from adapters.worker.second_process import accompany
counts, over = Counts(), Event()
counts.add("rows", Progress(done=3))
accompany(counts, stop=over.set)
over.wait()
sys.exit(7)
"""


def test_who_accompanies_tells_and_stops_when_nobody_is_there_any_more():
    process = subprocess.Popen(
        [sys.executable, "-c", ACCOMPANIES], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        assert process.stdout.readline() == b'{"rows": {"done": 3, "waiting": 0, "failed": 0}}\n'
        process.stdin.close()
        assert process.wait(PATIENCE) == 7


KEEPS = """
import sys
from adapters.worker.second_process import SecondProcess
second = SecondProcess([sys.executable, "-c", sys.argv[1]])
second.run()
sys.stdout.write(f"{second.pid}\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def test_it_ends_when_we_are_killed():
    ours = subprocess.Popen(
        [sys.executable, "-c", KEEPS, WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert ours.stdin is not None
    assert ours.stdout is not None
    with ours.stdin, ours.stdout:
        theirs = psutil.Process(int(ours.stdout.readline()))
        os.kill(ours.pid, signal.SIGKILL)
        ours.wait()
        eventually(lambda: gone(theirs))
