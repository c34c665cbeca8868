"""Actors that take turns, a statement at a time, in an order that somebody else chooses."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import psycopg

from tests.crash.wire import Step, Wire

# Longest wait for a statement of a test, in seconds; and how long one runs before it is asked
# whether it waits for a lock.
_PATIENCE, _GLANCE = 20.0, 0.002


class Stepper:
    """The gate of one actor: stops before each statement that is a cut, until it is let through."""

    def __init__(self, cuts: frozenset[str]) -> None:
        self._cuts, self._changed = cuts, threading.Condition()
        self._waiting, self._free, self.backend = False, True, 0
        self.running = self.finished = False
        self.refused: list[str] = []
        self.passed: list[str] = []

    def before(self, step: Step) -> None:
        with self._changed:
            self.backend = step.backend
            if not self._free and (not self._cuts or step.name in self._cuts):
                self._waiting = True
                self._changed.notify_all()
                while self._waiting:
                    self._changed.wait()
            self.passed.append(step.name)

    def after(self, step: Step, refused: str) -> None:
        if refused:
            self.refused.append(f"{step.name}: {refused}")

    def begin(self) -> None:
        """From here on every cut stops."""
        self._free, self.finished, self._waiting = False, False, False
        self.passed.clear()

    def end(self) -> None:
        with self._changed:
            self.finished, self._free = True, True
            self._changed.notify_all()

    def let_through(self) -> None:
        with self._changed:
            self._waiting = False
            self._changed.notify_all()

    def settled(self, seconds: float) -> bool:
        """Whether it stands before a cut, or has nothing more to do."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting or self.finished, seconds)

    @property
    def ready(self) -> bool:
        return self._waiting


@dataclass
class Actor:
    """Somebody with a task, on connections of its own."""

    name: str
    url: str
    cuts: frozenset[str] = frozenset()
    task: Callable[[], Any] = field(default=lambda: None)

    def __post_init__(self) -> None:
        self.stepper = Stepper(self.cuts)
        self.wire = Wire(self.url, self.stepper)

    def act(self) -> Any:
        try:
            return self.task()
        finally:
            self.stepper.end()


class Stage:
    """Runs all actors' tasks at once, in one order after the other.

    Before each order comes `prepare`, so that what everybody remembers is the same each time;
    `each` comes when all stand still.
    """

    def __init__(
        self,
        actors: Sequence[Actor],
        *,
        watch: str,
        prepare: Callable[[], None] = lambda: None,
        each: Callable[[], None] = lambda: None,
    ) -> None:
        self._actors, self._prepare, self._each = actors, prepare, each
        self._watcher = psycopg.connect(watch, autocommit=True)
        self._threads = ThreadPoolExecutor(len(actors))

    def close(self) -> None:
        """Let everybody come to an end, also in the middle of an order."""
        for actor in self._actors:
            actor.stepper.end()
            actor.stepper.let_through()
        self._threads.shutdown()
        self._watcher.close()
        for actor in self._actors:
            actor.wire.close()

    def every_order(self, *, most: int) -> Iterator[tuple[list[str], list[Any]]]:
        """All orders, depth first, up to a number of them: who stepped, what each task gave."""
        prefix: list[int] = []
        for _ in range(most):
            taken, widths, given = self._run(prefix)
            yield [self._actors[at].name for at, _ in taken], given
            while widths and taken[-1][1] + 1 == widths[-1]:
                taken.pop()
                widths.pop()
            if not widths:
                return
            prefix = [choice for _, choice in taken]
            prefix[-1] += 1

    def orders_by(
        self, choose: Callable[[int], int], *, count: int
    ) -> Iterator[tuple[list[str], list[Any]]]:
        """Some orders: `choose` picks one of so many."""
        for _ in range(count):
            taken, _, given = self._run([], choose)
            yield [self._actors[at].name for at, _ in taken], given

    def _run(
        self, prefix: Sequence[int], choose: Callable[[int], int] = lambda count: 0
    ) -> tuple[list[tuple[int, int]], list[int], list[Any]]:
        """One order: the actor and the choice at each step, how many there were to choose from."""
        self._prepare()
        for actor in self._actors:
            actor.stepper.begin()
        futures = [self._threads.submit(actor.act) for actor in self._actors]
        taken: list[tuple[int, int]] = []
        widths: list[int] = []
        while able := self._able():
            self._each()
            at = len(taken)
            choice = prefix[at] if at < len(prefix) else choose(len(able))
            taken.append((able[choice], choice))
            widths.append(len(able))
            self._actors[able[choice]].stepper.let_through()
        self._each()
        return taken, widths, [future.result(_PATIENCE) for future in futures]

    def _able(self) -> list[int]:
        """Who could step next, once everybody stands still, has ended, or waits for a lock."""
        # Twice: what one has just committed may be what another waited for.
        for actor in (*self._actors, *self._actors):
            self._wait_for(actor)
        able = [at for at, actor in enumerate(self._actors) if actor.stepper.ready]
        assert able or all(actor.stepper.finished for actor in self._actors), "nobody can move"
        return able

    def _wait_for(self, actor: Actor) -> None:
        until = monotonic() + _PATIENCE
        while not actor.stepper.settled(_GLANCE) and not self._blocked(actor.stepper.backend):
            assert monotonic() < until, f"{actor.name} does not come to an end"

    def _blocked(self, backend: int) -> bool:
        asked = "select from pg_locks where pid = %s and not granted"
        return self._watcher.execute(asked, [backend]).rowcount > 0
