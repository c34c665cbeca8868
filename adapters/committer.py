"""One thread per process that commits what all the others wait for, many at a time."""

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Protocol

from adapters.forks import after_fork
from adapters.recording import Answer, PreparedAppend
from ledger.appends import LedgerUnavailable


class Commit(Protocol):
    """A recorder's `commit`: it may call `meanwhile` while it waits for others."""

    def __call__(
        self, appends: Sequence[PreparedAppend], *, meanwhile: Callable[[], None]
    ) -> Sequence[Answer]: ...


class _Waiting:
    """One caller's appends; `done` opens when `answers` or `error` is there."""

    __slots__ = ("answers", "appends", "done", "error")

    def __init__(self, appends: Sequence[PreparedAppend]) -> None:
        self.appends = appends
        self.answers: Sequence[Answer] = ()
        self.error: BaseException | None = None
        self.done = Lock()
        self.done.acquire()

    def wait(self) -> Sequence[Answer]:
        """What became of them."""
        self.done.acquire()
        if self.error is not None:
            raise self.error
        return self.answers


class _Settled:
    """Callers whose commit is done. They are told while the database works on the next."""

    def __init__(self) -> None:
        self._callers: list[_Waiting] = []

    def hold(self, callers: list[_Waiting]) -> None:
        self.tell()
        self._callers = callers

    def tell(self) -> None:
        callers, self._callers = self._callers, []
        for caller in callers:
            caller.done.release()


_Queue = SimpleQueue[_Waiting | None]


class Committer:
    """Group commit. A lone caller is served at once; those who come meanwhile share the next.

    The thread starts with the first append of a process, and again in a forked one.
    """

    def __init__(self, commit: Commit, *, most: int = 500) -> None:
        self._commit, self._most = commit, most
        self._closed = False
        self._lock, self._queue = Lock(), _Queue()
        self._thread: Thread | None = None
        after_fork(self._forget)

    def _forget(self) -> None:
        """A forked child has neither the thread nor the callers of its parent."""
        self._lock, self._queue, self._thread = Lock(), _Queue(), None

    def submit(self, appends: Sequence[PreparedAppend]) -> Sequence[Answer]:
        """Wait for the commit of these appends; their order is kept."""
        return self.hand_in(appends)()

    def hand_in(self, appends: Sequence[PreparedAppend]) -> Callable[[], Sequence[Answer]]:
        """Have these appends committed; what is returned waits for the answers. Call it once."""
        waiting = _Waiting(appends)
        with self._lock:
            if self._closed:
                raise LedgerUnavailable("the ledger is closed")
            if self._thread is None:
                self._start()
            self._queue.put(waiting)
        return waiting.wait

    def close(self) -> None:
        """Commit what waits, then stop. Later appends are turned away."""
        with self._lock:
            self._closed, thread = True, self._thread
            self._queue.put(None)
        if thread is not None:
            thread.join()

    def _start(self) -> None:
        self._thread = Thread(target=self._run, args=[self._queue], name="committer", daemon=True)
        self._thread.start()

    def _run(self, queue: _Queue) -> None:
        settled, going = _Settled(), True
        while going and (first := _next(queue, settled)) is not None:
            callers, going = self._gather(first, queue)
            self._settle(callers, settled.tell)
            settled.hold(callers)
            del callers, first
        settled.tell()

    def _gather(self, first: _Waiting, queue: _Queue) -> tuple[list[_Waiting], bool]:
        callers, count = [first], len(first.appends)
        try:
            while count < self._most:
                following = queue.get_nowait()
                if following is None:
                    return callers, False
                callers.append(following)
                count += len(following.appends)
        except Empty:
            pass
        return callers, True

    def _settle(self, callers: list[_Waiting], meanwhile: Callable[[], None]) -> None:
        """Answer every caller. An append that breaks the commit must not harm its neighbours."""
        try:
            appends = [one for caller in callers for one in caller.appends]
            answers = iter(self._commit(appends, meanwhile=meanwhile))
            for caller in callers:
                caller.answers = [next(answers) for _ in caller.appends]
        except LedgerUnavailable as error:
            for caller in callers:
                caller.error = error
        except BaseException as error:
            if len(callers) == 1:
                callers[0].error = error
                return
            for caller in callers:
                self._settle([caller], meanwhile)


def _next(queue: _Queue, settled: _Settled) -> _Waiting | None:
    """The first caller of the next commit. Nobody waits for one that may never come."""
    try:
        return queue.get_nowait()
    except Empty:
        settled.tell()
        return queue.get()
