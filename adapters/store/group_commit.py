"""One thread per process that commits what all the others wait for, many at a time."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Protocol

from adapters.store.after_fork import after_fork
from adapters.store.recorder import Answer, Meanwhile, PreparedAppend
from ledger.kernel.store import LedgerUnavailable


class Commit(Protocol):
    """A recorder's `commit`: it may call `meanwhile` while it waits for others."""

    def __call__(
        self, appends: Sequence[PreparedAppend], *, meanwhile: Meanwhile
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


class _Round:
    """Callers whose appends share a commit."""

    def __init__(self, *callers: _Waiting) -> None:
        self.callers: list[_Waiting] = []
        self.appends: list[PreparedAppend] = []
        for caller in callers:
            self.add(caller)

    def add(self, caller: _Waiting) -> None:
        self.callers.append(caller)
        self.appends += caller.appends


_Queue = SimpleQueue[_Waiting | None]


class _Desk:
    """Who is next, who waits, and who was served and is to be told.

    They are told while the database works on the next commit, and before anybody is waited for
    who may never come.
    """

    def __init__(self, queue: _Queue, *, most: int) -> None:
        self._queue, self._most = queue, most
        self._next, self._served = _Round(), _Round()
        self._closed = False

    def call(self) -> _Round:
        """All that wait, as long as they fit; nobody once the committer is closed."""
        self._gather()
        if not self._next.callers and not self._closed:
            self._tell()
            self._take(self._queue.get())
            self._gather()
        called, self._next = self._next, _Round()
        return called

    def meanwhile(self) -> Sequence[PreparedAppend]:
        """Tell those who were served. The next, if nobody else fits in with them."""
        self._tell()
        self._gather()
        return self._next.appends if self._full else ()

    def served(self, callers: _Round) -> None:
        self._tell()
        self._served = callers

    def close(self) -> None:
        self._tell()

    @property
    def _full(self) -> bool:
        return len(self._next.appends) >= self._most

    def _tell(self) -> None:
        told, self._served = self._served, _Round()
        for caller in told.callers:
            caller.done.release()

    def _gather(self) -> None:
        with suppress(Empty):
            while not self._full and not self._closed:
                self._take(self._queue.get_nowait())

    def _take(self, caller: _Waiting | None) -> None:
        if caller is None:
            self._closed = True
        else:
            self._next.add(caller)


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
        desk = _Desk(queue, most=self._most)
        while (called := desk.call()).callers:
            self._settle(called, desk.meanwhile)
            desk.served(called)
            del called
        desk.close()

    def _settle(self, called: _Round, meanwhile: Meanwhile) -> None:
        """Answer every caller. An append that breaks the commit must not harm its neighbours."""
        callers = called.callers
        try:
            answers = iter(self._commit(called.appends, meanwhile=meanwhile))
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
                self._settle(_Round(caller), meanwhile)
