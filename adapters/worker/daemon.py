"""The daemon: each reactor in a thread of its own, busy while there is work, until told to stop."""

import signal
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event, Lock, Thread, current_thread, main_thread
from time import monotonic
from types import FrameType
from typing import Any, Protocol, runtime_checkable

import structlog

from adapters.worker.reactor import NOTHING, Progress, Runs

_SHORTEST, _LONGEST, _AFTER_AN_ERROR = 0.005, 0.25, 2.0
# Seconds between two passes of whom nobody waits for: the next one finds more to do at once.
_UNHURRIED = 0.05
_SECONDS_TO_STOP = 1.5
# Seconds. When nothing has happened for so long, whoever is woken by hints looks by itself only so
# often; an owner more often, since who is silent for three seconds is taken for dead.
_RESTS_AFTER, _AT_REST, _OWNER_AT_REST = 2.0, 5.0, 1.5
# Seconds. So often does who is watched look by itself: one look for all is taken in its place, so
# often while something happens, and half as often after each look that shows nothing.
_WATCHED_AT_REST, _BETWEEN_PULSES = 60.0, 0.5
# Seconds, for systems where a wait without end would keep Python from seeing signals.
_BETWEEN_SIGNALS = 5.0
_MOST_ROUNDS = 10_000
_log = structlog.get_logger("worker")

Listen = Callable[[Callable[[], object], Event], None]
# One look for many reactors: how far the ledger is and its rows, and for which of them, by kind,
# the time of anything has come.
Pulse = Callable[[], tuple[object, Collection[str]]]


class _Bed(Event):
    """Where a reactor sleeps: it is woken by news, or only to look once."""

    news = False

    def wake(self) -> None:
        self.news = True
        self.set()

    def rise(self) -> bool:
        """Whether there was news."""
        self.clear()
        news, self.news = self.news, False
        return news


@runtime_checkable
class Owning(Protocol):
    """A reactor that only one process may be at a time; each pass says that we live."""

    def close(self) -> None:
        """Let the next one take over at once."""
        ...


@runtime_checkable
class Finishing(Protocol):
    """A reactor whose work goes on between its passes."""

    def finish(self) -> Progress:
        """Wait for all that is under way."""
        ...


@dataclass(slots=True)
class Counts:
    """What each reactor has come to since the start, for metrics."""

    _lock: Lock = field(default_factory=Lock)
    _sums: dict[str, Progress] = field(default_factory=dict)

    def add(self, name: str, progress: Progress) -> None:
        """Count one pass."""
        with self._lock:
            self._sums[name] = self._sums.get(name, NOTHING) + progress

    def read(self) -> Mapping[str, Progress]:
        """A copy of the sums."""
        with self._lock:
            return dict(self._sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """Runs reactors; the projector is one of them. Several daemons may run at once.

    `listen` calls its first argument when there may be news, until its second is set: then none
    of the `prompt` reactors (all, if they are not named) sleeps on. Without a hint, reactors look
    often while there is news and seldom otherwise. Once nothing has happened for two seconds,
    all of them rest: they look every few seconds, and the next hint wakes everybody. For those
    that are `watched`, `pulse` looks in their place: they look when the ledger or its rows moved,
    or something is due for them. It wakes everybody if a hint was lost.
    """

    reactors: Sequence[Runs]
    listen: Listen | None = None
    prompt: Collection[str] | None = None
    pulse: Pulse | None = None
    watched: Collection[str] = ()
    counts: Counts = field(default_factory=Counts)
    stopping: Event = field(default_factory=Event)
    beds: list[_Bed] = field(default_factory=list)
    _watched_beds: list[tuple[str, _Bed]] = field(default_factory=list)
    _pulse_bed: _Bed = field(default_factory=_Bed)

    def only(self, names: Sequence[str]) -> "Daemon":
        """The same daemon with the reactors of these names; raises `ValueError` for others."""
        self._check(names)
        return self._of([one for one in self.reactors if kind_of(one.name) in names])

    def without(self, names: Sequence[str]) -> "Daemon":
        """The same daemon with all other reactors; raises `ValueError` for unknown names."""
        self._check(names)
        return self._of([one for one in self.reactors if kind_of(one.name) not in names])

    def also(self, reactor: Runs) -> "Daemon":
        """The same daemon with one more reactor."""
        return self._of([reactor, *self.reactors])

    def _check(self, names: Sequence[str]) -> None:
        known = dict.fromkeys(kind_of(one.name) for one in self.reactors)
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ValueError(f"no reactor {', '.join(unknown)}; there are {', '.join(known)}")

    def _of(self, reactors: Sequence[Runs]) -> "Daemon":
        return replace(
            self,
            reactors=reactors,
            stopping=Event(),
            beds=[],
            _watched_beds=[],
            _pulse_bed=_Bed(),
        )

    def run_once(self) -> Mapping[str, Progress]:
        """All that is due, and what becomes due by it; then return what came of it.

        An error that is not of a single item ends it: the ledger cannot be reached.
        """
        sums: dict[str, Progress] = {kind_of(one.name): NOTHING for one in self.reactors}
        for _ in range(_MOST_ROUNDS):
            moved = 0
            for reactor in self.reactors:
                progress = reactor.run()
                if isinstance(reactor, Finishing):
                    progress += reactor.finish()
                self.counts.add(reactor.name, progress)
                sums[kind_of(reactor.name)] += progress
                moved += progress.done
            if not moved:
                return sums
        raise RuntimeError(f"still busy after {_MOST_ROUNDS} rounds")

    def run(self) -> None:
        """Run until `stop`; then return within two seconds, whatever a thread is waiting for."""
        threads = [
            Thread(target=self._loop, args=[one], name=one.name, daemon=True)
            for one in self.reactors
        ]
        for thread in threads:
            thread.start()
        if self.listen is not None:
            hear = partial(self.listen, self.wake, self.stopping)
            Thread(target=hear, name="hints", daemon=True).start()
        if self.pulse is not None:
            Thread(target=self._watch, args=[self.pulse], name="pulse", daemon=True).start()
        _log.info("started", reactors=[one.name for one in self.reactors])
        while not self.stopping.wait(_BETWEEN_SIGNALS):
            pass
        self._end(threads)

    def stop(self) -> None:
        """Ask it to stop. What is half done outside is recovered by whoever runs next."""
        self.stopping.set()
        self.wake()
        for _, bed in self._watched_beds:
            bed.wake()

    def wake(self) -> None:
        """There may be news: whoever is prompt looks now, and the pulse soon."""
        self._pulse_bed.wake()
        for bed in self.beds:
            bed.wake()

    def _watch(self, pulse: Pulse) -> None:
        """What moved wakes all who are watched, hint or no hint; what is due, those it is for."""
        before: object = None
        pause = _BETWEEN_PULSES
        while not self.stopping.is_set():
            if self._pulse_bed.wait(pause) and self._pulse_bed.rise():
                pause = _BETWEEN_PULSES
                self.stopping.wait(pause)
            try:
                seen, due = pulse()
            except Exception as error:
                _log.error("pulse_stumbled", error=type(error).__name__)
                seen, due = before, self.watched
            moved, before = seen != before, seen
            pause = self._pulsed(pause, due, moved=moved)

    def _pulsed(self, pause: float, due: Collection[str], *, moved: bool) -> float:
        """Wake whom it concerns; how long until the next look."""
        for kind, bed in self._watched_beds:
            if moved or kind in due:
                bed.set()
        if not moved:
            return min(2 * pause, _AT_REST)
        if pause > _BETWEEN_PULSES:
            self.wake()  # nobody had told
        return _BETWEEN_PULSES

    def _end(self, threads: Sequence[Thread]) -> None:
        until = monotonic() + _SECONDS_TO_STOP
        for thread in threads:
            thread.join(max(until - monotonic(), 0))
        late = [thread.name for thread in threads if thread.is_alive()]
        _log.info("stopped", still_waiting=late)

    def _loop(self, reactor: Runs) -> None:
        pause, bed = _SHORTEST, _Bed()
        prompt = self.prompt is None or reactor.name in self.prompt
        watched, at_rest = self._watches(reactor), self._rest_of(reactor)
        if watched:
            self._watched_beds.append((kind_of(reactor.name), bed))
        if prompt or not watched:
            self.beds.append(bed)
        moved_at = monotonic()
        while not self.stopping.is_set():
            if not prompt and watched and _SHORTEST < pause <= _LONGEST:
                bed.wait(at_rest)
            else:
                self._wait(bed, pause, at_rest, prompt=prompt, moved_at=moved_at)
            if bed.is_set() and bed.rise():
                moved_at = monotonic()
                pause = _SHORTEST if prompt else pause
            if not self.stopping.is_set():
                pause = self._pass(reactor, pause)
                moved_at = moved_at if pause == _LONGEST else monotonic()
        if isinstance(reactor, Owning):
            reactor.close()

    def _wait(
        self, bed: _Bed, pause: float, at_rest: float, *, prompt: bool, moved_at: float
    ) -> None:
        """For a hint, or for so long; no hint mends what went wrong."""
        if pause == _LONGEST and self._may_rest(moved_at, bed):
            bed.wait(at_rest)
        elif not prompt or pause > _LONGEST:
            self.stopping.wait(max(pause, _UNHURRIED))
        else:
            bed.wait(pause)

    def _watches(self, reactor: Runs) -> bool:
        return self.pulse is not None and kind_of(reactor.name) in self.watched

    def _rest_of(self, reactor: Runs) -> float:
        """Seconds between two looks of its own."""
        if isinstance(reactor, Owning):
            return _OWNER_AT_REST
        return _WATCHED_AT_REST if self._watches(reactor) else _AT_REST

    def _may_rest(self, moved_at: float, bed: Event) -> bool:
        """Only whom hints would wake, and while there was none."""
        quiet = monotonic() - moved_at > _RESTS_AFTER
        return quiet and self.listen is not None and not bed.is_set()

    def _pass(self, reactor: Runs, pause: float) -> float:
        """One pass; returns how long to wait before the next: short while there is work."""
        try:
            progress = reactor.run()
        except Exception as error:
            _log.error("reactor_stumbled", reactor=reactor.name, error=type(error).__name__)
            self.counts.add(reactor.name, Progress(failed=1))
            return _AFTER_AN_ERROR
        self.counts.add(reactor.name, progress)
        if progress.done:
            _log.info("worked", reactor=reactor.name, done=progress.done, failed=progress.failed)
            return _SHORTEST
        return min(2 * pause, _LONGEST)


def kind_of(name: str) -> str:
    """What a reactor does; the rest of its name tells for whom.

    >>> kind_of("payments:stripe")
    'payments'
    """
    return name.partition(":")[0]


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT ask for the stop, in the main thread of a process."""
    if current_thread() is not main_thread():
        yield
        return

    def ask(number: int, frame: FrameType | None) -> None:
        stop()

    before: dict[signal.Signals, Any] = {
        one: signal.signal(one, ask) for one in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
