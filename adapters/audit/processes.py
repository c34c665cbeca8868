"""Several processes that verify the streams of one ledger, each a share of them."""

import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from ledger.audit.findings import Finding, Unfinished, WindowReport, digest_of, together
from ledger.audit.raw_rows import Vertebra, share_of


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is told first: where the ledger is, and which of so many shares is its own.

    `patience` is how many seconds it outlasts an outage of the database.
    """

    url: str
    share: int
    of: int
    hashes_only: bool
    patience: float


@dataclass(frozen=True, slots=True)
class Failed:
    """What a process says last, if it cannot go on."""

    text: str


# After one position and up to another.
Window = tuple[int, int]


_PATIENCE = 5.0


class AuditProcesses:
    """It meets the port `ledger.audit.verify.Shares`.

    A process that ends before it has answered is `Unfinished`, never an empty report; and one that
    read other rows than those that were handed in is a finding.
    """

    def __init__(self, processes: "Sequence[subprocess.Popen[bytes]]") -> None:
        self._processes = processes
        # Of each window that was asked for: where it lies, and what each process should read.
        self._asked: deque[tuple[Window, Sequence[bytes]]] = deque()

    @property
    def pids(self) -> Sequence[int]:
        """The processes, by id."""
        return [process.pid for process in self._processes]

    def ask(self, after: int, *, until: int, rows: Sequence[Vertebra]) -> None:
        """Hand a window to every process; each reads its own rows of it."""
        leaves: list[list[bytes]] = [[] for _ in self._processes]
        of = len(leaves)
        for _, stream, _, _, leaf in rows:
            leaves[share_of(stream, of)].append(leaf)
        self._asked.append(((after, until), [digest_of(share) for share in leaves]))
        for process in self._processes:
            _send((after, until), process)

    def answer(self) -> WindowReport:
        """Of the window that was asked first of those without an answer."""
        window, expected = self._asked.popleft()
        reports = [_received(process) for process in self._processes]
        for report, leaves in zip(reports, expected, strict=True):
            if report.leaves != leaves:
                report.found.append((window[1], 0, _two_ledgers(window)))
        return together(reports)


@contextmanager
def audit_processes(
    url: str, count: int, *, hashes_only: bool, patience: float = 10.0
) -> Iterator[AuditProcesses]:
    """So many processes at work on the ledger at an address; whatever happens, none is left."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for share in range(count):
            processes.append(_started())
            _send(Job(url, share, count, hashes_only, patience), processes[share])
        yield AuditProcesses(processes)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            _end(process)


def _started() -> "subprocess.Popen[bytes]":
    """The job, with its address and password, goes through the pipe: others see command lines."""
    command = [sys.executable, "-P", "-m", "adapters.audit.share"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        try:
            _open(pipe).close()
        except BrokenPipeError:
            continue


def _send(said: Job | Window, process: "subprocess.Popen[bytes]") -> None:
    pipe = _open(process.stdin)
    try:
        pickle.dump(said, pipe, protocol=pickle.HIGHEST_PROTOCOL)
        pipe.flush()
    except BrokenPipeError as error:
        raise _gone(process) from error


def _received(process: "subprocess.Popen[bytes]") -> WindowReport:
    try:
        said = pickle.load(_open(process.stdout))  # noqa: S301 (from our own process)
    except (EOFError, pickle.UnpicklingError) as error:
        raise _gone(process) from error
    if isinstance(said, Failed):
        raise Unfinished(f"A share of the streams was not checked: {said.text}. Verify again.")
    assert isinstance(said, WindowReport), "an audit process tells nothing else"
    return said


def _gone(process: "subprocess.Popen[bytes]") -> Unfinished:
    try:
        status: object = process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        status = "unknown"
    return Unfinished(
        f"A process that checked a share of the streams has ended (status {status}): nothing is"
        " proven. Verify again; --processes 1 does it all in one."
    )


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "started with pipes"
    return pipe


def _two_ledgers(window: Window) -> Finding:
    text = f"rows after {window[0]} up to {window[1]} changed between two looks at them"
    return Finding(law="1", position=window[1], stream=None, text=text)
