"""Some reactors in a process beside ours: neither waits for what the other computes.

The pipe to its standard input carries nothing. When it ends, however we ended, so does the process.
On its standard output it tells what its reactors have come to, a line at a time.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from select import select
from threading import Lock, Thread
from time import monotonic
from typing import IO

import structlog

from adapters.worker.daemon import Counts
from adapters.worker.reactor import NOTHING, Progress

_log = structlog.get_logger("worker")
# Seconds. One that ends as soon as it begins is not begun again at once.
_BETWEEN_BEGINNINGS, _TO_STOP, _BETWEEN_WORDS = 5.0, 1.0, 2.0


class SecondProcess:
    """A reactor that keeps `command` running, and knows what the reactors in there have come to."""

    name = "second_process"

    def __init__(self, command: Sequence[str], *, now: Callable[[], float] = monotonic) -> None:
        self._command, self._now = command, now
        self._process: subprocess.Popen[bytes] | None = None
        self._hearing: Thread | None = None
        self._began = 0.0
        self._lock = Lock()
        # What those before it had come to, and what it has.
        self._before, self._told = dict[str, Progress](), dict[str, Progress]()

    def run(self) -> Progress:
        """Start it, or start it again if it is gone."""
        if self._process is not None and self._process.poll() is None:
            return NOTHING
        if self._process is not None:
            if self._now() < self._began + _BETWEEN_BEGINNINGS:
                return NOTHING
            _log.error("second_process_gone", status=self._process.returncode)
            self._let_go(self._process)
        self._began = self._now()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
        )
        assert self._process.stdout is not None
        self._hearing = Thread(target=self._hear, args=[self._process.stdout], daemon=True)
        self._hearing.start()
        return NOTHING

    def close(self) -> None:
        """End it. What does not end within a second is killed; all that it does can be."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        """The process, by id, while there is one."""
        return self._process.pid if self._process else None

    def counts(self) -> Mapping[str, Progress]:
        """What the reactors in there have come to since we began, by name."""
        with self._lock:
            every = {*self._before, *self._told}
            return {
                name: self._before.get(name, NOTHING) + self._told.get(name, NOTHING)
                for name in every
            }

    def _let_go(self, process: "subprocess.Popen[bytes]") -> None:
        """It has ended. Its last words count before those of the next one."""
        assert process.stdin is not None
        assert self._hearing is not None
        process.stdin.close()
        self._hearing.join(_TO_STOP)
        before = self.counts()
        with self._lock:
            self._before, self._told = dict(before), {}

    def _hear(self, told: IO[bytes]) -> None:
        with told:
            for line in told:
                counts = {name: Progress(**one) for name, one in json.loads(line).items()}
                with self._lock:
                    self._told = counts


def accompany(counts: Counts, *, stop: Callable[[], object]) -> None:
    """In that process: say what was done, then stop when nobody is there any more."""
    Thread(target=_accompany, args=[counts, stop], name="beside", daemon=True).start()


def _accompany(counts: Counts, stop: Callable[[], object]) -> None:
    before: Mapping[str, Progress] = {}
    with suppress(OSError):
        while not select([sys.stdin], [], [], _BETWEEN_WORDS)[0]:
            told = counts.read()
            if told != before:
                line = json.dumps({name: asdict(one) for name, one in told.items()})
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
                before = told
    stop()
