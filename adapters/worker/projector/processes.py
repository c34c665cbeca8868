"""Processes beside ours that derive rows, a part of the ledger each. They read and never write."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar
from uuid import UUID

import structlog

from adapters.postgres.views.rebuild import ShadowViews
from adapters.postgres.views.tables import TableChange
from adapters.worker.feed import Batch, Feed
from projections.engine.derive import (
    BEGINNING,
    NO_ROWS,
    Derived,
    Known,
    Poison,
    Rows,
    derive,
    entries_only,
)
from projections.engine.projection import Projection


class Question(Protocol):
    """Picklable: it may be asked in another process."""

    @property
    def last(self) -> int:
        """The position at which this part ends."""
        ...

    def derived(self, feed: Feed, views: ShadowViews) -> Mapping[UUID, Derived]:
        """The streams of this part, with their rows."""
        ...


class NotPlain(Exception):
    """Something in this part needs the care of whoever moves the projections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The streams that begin after one position and up to another, as they stand at `until`.

    A stopped one as it stood before it was stopped.
    """

    after: int
    last: int
    until: int
    stopped: Mapping[UUID, int]

    def derived(self, feed: Feed, views: ShadowViews) -> Mapping[UUID, Derived]:
        begun = views.begun_streams(self.after, until=self.last, limit=self.last - self.after)
        return derive_streams(
            feed,
            [stream for stream, _ in begun],
            until=self.until,
            stopped=self.stopped,
            projections=views.projections,
            before=NO_ROWS,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The streams that move after one position and up to another, as they stand then."""

    after: int
    last: int
    stopped: Collection[UUID]

    def derived(self, feed: Feed, views: ShadowViews) -> Mapping[UUID, Derived]:
        batch = feed.next(self.after, limit=self.last - self.after)
        if batch.last != self.last or batch.poisoned.keys() - {*self.stopped}:
            raise NotPlain
        moved = [stream for stream in batch.stamps if stream not in self.stopped]
        before = self._before(feed, batch, moved, projections=views.projections)
        return {
            stream: derive(
                batch.stamps[stream],
                before[stream].state,
                projections=views.projections,
                before=before[stream].rows,
            )
            for stream in moved
        }

    def _before(
        self,
        feed: Feed,
        batch: Batch,
        moved: Collection[UUID],
        *,
        projections: Collection[Projection],
    ) -> Mapping[UUID, Known]:
        begun = {stream for stream in moved if batch.stamps[stream][0].version == 1}
        known = dict.fromkeys(begun, BEGINNING)
        older, kept = [stream for stream in moved if stream not in begun], entries_only(projections)
        for stream, stamps in feed.histories(older, until=self.after).items():
            earlier = derive(stamps, None, projections=kept)
            known[stream] = Known(earlier.state, earlier.rows or None)
        return known


def derive_streams(
    feed: Feed,
    streams: Collection[UUID],
    *,
    until: int,
    stopped: Mapping[UUID, int],
    projections: Collection[Projection],
    before: Rows | None = None,
) -> Mapping[UUID, Derived]:
    """Streams from their stamps alone; a stopped one as it stood before it was stopped.

    One that cannot be read, and was not stopped, as far as it can be read.
    """
    whole = [stream for stream in streams if stream not in stopped]
    histories = dict(feed.histories(whole, until=until))
    unread = [stream for stream in whole if stream not in histories]
    for stream in {*streams} & stopped.keys():
        histories |= feed.histories([stream], until=min(until, stopped[stream] - 1))
    derived = {
        stream: derive(stamps, None, projections=projections, before=before)
        for stream, stamps in histories.items()
        if stamps
    }
    for stream in unread:
        poison = feed.unreadable(stream, until=until)
        if poison is not None:
            derived[stream] = _as_far_as_read(feed, poison, projections, before)
    return derived


def _as_far_as_read(
    feed: Feed, poison: Poison, projections: Collection[Projection], before: Rows | None
) -> Derived:
    stamps = feed.histories([poison.stream], until=poison.position - 1).get(poison.stream)
    if not stamps:
        return Derived(first=poison.position, state=None, rows=None, poison=poison)
    return replace(derive(stamps, None, projections=projections, before=before), poison=poison)


_AHEAD = 2
_BETWEEN_WORDS = 0.5
_log = structlog.get_logger("worker")
_Q = TypeVar("_Q", bound=Question)


def processors() -> int:
    """How many processes of ours can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


class Beside(Generic[_Q]):
    """Asks `many` processes; they end with this block, or when ours is gone."""

    def __init__(self, url: str, projections: Collection[Projection], *, many: int) -> None:
        self._processes = [_Process(url, projections) for _ in range(many)]

    def answers(
        self, questions: Iterable[_Q], *, waiting: Callable[[], object]
    ) -> Iterator[tuple[_Q, Sequence[TableChange] | None]]:
        """In the order asked; None where whoever asks has to look itself.

        `waiting` is called now and then while nothing is there yet. A process that dies leaves its
        questions to whoever asks.
        """
        rest = iter(questions)
        asked: deque[tuple[_Process, _Q]] = deque()
        for process, question in zip(self._processes * _AHEAD, rest, strict=False):
            process.ask(question)
            asked.append((process, question))
        while asked:
            process, question = asked.popleft()
            answer = process.answer(waiting)
            for following in islice(rest, 1):
                process.ask(following)
                asked.append((process, following))
            yield question, answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.close()


class _Process:
    """One of them. It is in a group of its own: Ctrl-C reaches it through us only."""

    def __init__(self, url: str, projections: Collection[Projection]) -> None:
        self._pipe, theirs = Pipe()
        self._process = _started(theirs)
        theirs.close()
        self._alive = True
        self._send((url, [*projections]))

    def ask(self, question: Question) -> None:
        self._send(question)

    def answer(self, waiting: Callable[[], object]) -> Sequence[TableChange] | None:
        try:
            while self._alive and not self._pipe.poll(_BETWEEN_WORDS):
                waiting()
            answer: Sequence[TableChange] | None = self._pipe.recv() if self._alive else None
            return answer
        except (EOFError, OSError):
            self._gone()
            return None

    def close(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def _send(self, message: object) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            self._gone()

    def _gone(self) -> None:
        if self._alive:
            _log.error("deriving_process_gone", process=self._process.pid)
        self._alive = False


def _started(pipe: Connection) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "adapters.worker.projector.process_main", str(pipe.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[pipe.fileno()],
        process_group=0,
    )
