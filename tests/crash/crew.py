"""Processes to be killed, the processes of a server, and a trap that springs at one statement."""

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from time import monotonic, sleep

import psutil

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.embedded_postgres.postmaster import read_pid_file, wait_until_gone
from tests.crash.driver import Job
from tests.crash.wire import Step
from tests.kits.patience import PATIENCE

# Names of the server's own processes, as they call themselves.
HOUSEHOLD = ("checkpointer", "walwriter", "background writer", "autovacuum launcher", "io worker")
KILLED = -signal.SIGKILL


class Crew:
    """A process that forks one for each job. `pid` is the newest of these."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.driver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = 0

    def run(self, job: Job) -> tuple[int, list[str]]:
        """How the job's process ended, and what it was told: whole lines only."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        told: list[str] = []
        while True:
            word, _, rest = self._process.stdout.readline().strip().partition(" ")
            match word:
                case "pid":
                    self.pid = int(rest)
                case "told":
                    told.append(rest)
                case "end":
                    return int(rest), told
                case _:
                    raise AssertionError(f"the driver is gone: {word}")

    def close(self) -> None:
        self._process.communicate("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The n-th time that a statement of this name is sent by a process; before it, or after."""

    name: str
    nth: int
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.name} {self.nth}"


@dataclass
class Rehearsal:
    """Writes down every point of a job at which a kill could matter."""

    points: list[Point] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def before(self, step: Step) -> None:
        if counts(step):
            with self._lock:
                self._counts[step.name] += 1
                nth = self._counts[step.name]
                self.points += [
                    Point(name=step.name, nth=nth, after=after) for after in (False, True)
                ]

    def after(self, step: Step, refused: str) -> None:
        pass


def counts(step: Step) -> bool:
    """A read of its own, in no transaction, leaves nothing behind."""
    return step.open or not step.name.startswith(("read_", "views_read_", "find_", "set "))


@dataclass
class Trap:
    """Kills a victim at a point, once."""

    point: Point
    victim: str
    crew: Crew
    server: EmbeddedPostgres
    sprung: bool = False
    _seen: int = 0
    _where: int | None = None
    _doomed: Sequence[psutil.Process] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.victim == "power":
            # The log's own writer must not save what a commit did not wait for.
            for one in named(postmaster_of(self.server).children(), "walwriter"):
                one.suspend()

    def before(self, step: Step) -> None:
        if self._is_here(step):
            self._doomed, self._where = self._aim(step), step.backend
            if not self.point.after:
                self._spring()

    def after(self, step: Step, refused: str) -> None:
        # Other connections may send the same statement meanwhile: this one has no other under way.
        if step.name == self.point.name and step.backend == self._where:
            self._spring()

    def _is_here(self, step: Step) -> bool:
        """Whether this is the n-th one, of all connections together."""
        if not counts(step) or step.name != self.point.name:
            return False
        with self._lock:
            self._seen += 1
            return self._seen == self.point.nth

    def _aim(self, step: Step) -> Sequence[psutil.Process]:
        """Whom to kill: found beforehand, so that nothing happens between statement and kill."""
        if self.victim == "client":
            return [psutil.Process(self.crew.pid)]
        if self.victim == "backend":
            return [psutil.Process(step.backend)]
        postmaster = postmaster_of(self.server)
        family = postmaster.children(recursive=True)
        match self.victim:
            case "postmaster":
                return [postmaster]
            case "power":
                return [postmaster, *family]
            case _:
                return named(family, self.victim)[:1]

    def _spring(self) -> None:
        if self.sprung:
            return
        self.sprung = True
        assert self._doomed, f"there is no {self.victim}"
        for one in self._doomed:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        wait_until_gone(self._doomed)
        if self.victim in ("postmaster", "power"):
            self.server.start()
        elif self.victim != "client":
            wait_for(self.server)


def postmaster_of(server: EmbeddedPostgres) -> psutil.Process:
    told = read_pid_file(server.place.data)
    assert told is not None
    return psutil.Process(told.pid)


def named(family: Sequence[psutil.Process], name: str) -> list[psutil.Process]:
    return [one for one in family if name in called(one)]


def called(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def wait_for(server: EmbeddedPostgres) -> None:
    """The postmaster mends what was killed; greet it until it answers."""
    until = monotonic() + PATIENCE
    while True:
        try:
            with server.admin() as admin:
                admin.execute("select 1")
            return
        except Exception:
            if monotonic() > until:
                raise
            sleep(0.02)
