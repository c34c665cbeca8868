"""Processes of the product without the seconds that imports take.

A process that has imported everything waits; each that is asked for is a fork of it.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from select import select
from typing import IO, Any

COMMAND = "web.cli"
# What may be asked for, `python -m` with these names, and what they import.
_MODULES = {
    COMMAND: "web.cli.main",
    "adapters.sandbox": "adapters.sandbox.__main__",
    "adapters.mail_catcher": "adapters.mail_catcher.__main__",
}
# What commands import when they need it.
_LATER = ("web.app", "adapters.report_files.workbook")
_LONGEST_WISH = 1 << 16
_NOT_YET: int | None = None
_TURN = threading.Lock()
_waiting: list[tuple["subprocess.Popen[bytes]", socket.socket]] = []


class Fork:
    """A process, with what of `subprocess.Popen` is asked of it."""

    def __init__(self, told: int) -> None:
        """`told` is a pipe that says its number, and in the end its status."""
        self._told = os.fdopen(told, "rb", buffering=0)
        self.pid, self.returncode = int(self._line()), _NOT_YET

    def poll(self) -> int | None:
        """Its status, once it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its status; raises what `Popen` raises."""
        if self.returncode is None:
            if not select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0)
            self.returncode = int(self._line())
            self._told.close()
        return self.returncode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _line(self) -> bytes:
        line = self._told.readline()
        assert line, "whoever waits for the process was killed"
        return line


def run(words: Sequence[str], environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """What `python -m web.cli` with these words ends with, and says."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        status = start(COMMAND, words, environment, out=out, err=err).wait()
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read())
    return subprocess.CompletedProcess([*words], status, *said)


def start(
    module: str,
    words: Sequence[str],
    environment: Mapping[str, str],
    *,
    out: IO[Any],
    err: IO[Any] | None = None,
) -> Fork:
    """`python -m` with a module that waits, in a session of its own."""
    assert module in _MODULES
    wish = json.dumps({"module": module, "words": [*words], "environment": {**environment}})
    ours, theirs = os.pipe()
    with _TURN:
        if not _waiting:
            _waiting.append(_ready())
        told = [out.fileno(), (err or out).fileno(), theirs]
        socket.send_fds(_waiting[0][1], [wish.encode()], told)
    os.close(theirs)
    return Fork(ours)


def _ready() -> tuple["subprocess.Popen[bytes]", socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        number = theirs.fileno()
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.kits.ready_processes", str(number)],
            stdin=subprocess.DEVNULL,
            pass_fds=[number],
            start_new_session=True,
        )
    atexit.register(_end)
    return process, ours


def _end() -> None:
    """It ends when nobody is left to ask."""
    process, asked = _waiting.pop()
    asked.close()
    process.wait()


def serve(asked: socket.socket) -> None:
    """Fork for each wish, until nobody is left to ask."""
    for module in (*_MODULES.values(), *_LATER):
        import_module(module)
    assert threading.active_count() == 1, "a fork would lose the other threads"
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody else buries them
    while True:
        wish, given, _, _ = socket.recv_fds(asked, _LONGEST_WISH, 3)
        if not wish:
            return
        if os.fork() == 0:
            asked.close()
            _keep(json.loads(wish), *given)
        for one in given:
            os.close(one)


def _keep(wish: Mapping[str, Any], out: int, err: int, told: int) -> None:
    """Start it, say its number, wait for its end, and say how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(told)
        _become(wish, out, err)
    os.close(out)
    os.close(err)
    with suppress(BrokenPipeError):
        os.write(told, b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(wish: Mapping[str, Any], out: int, err: int) -> None:
    os.setsid()
    for number, given in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
        os.dup2(given, number)
    for given in {out, err}:
        os.close(given)
    os.environ.clear()
    os.environ.update(wish["environment"])
    sys.argv[1:] = wish["words"]
    runpy.run_module(wish["module"], run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
