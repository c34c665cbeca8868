"""Processes beside ours that derive rows, a part of the ledger each. They read and never write."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Generic, Self, TypeVar

import structlog

from adapters.postgres.views.tables import TableChange
from adapters.worker.projector.questions import Question
from projections.engine.projection import Projection

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
