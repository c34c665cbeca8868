"""The server's process: found without mistaking a stranger for it, started, stopped."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil
import structlog

from adapters.embedded_postgres.cluster import ENVIRONMENT
from adapters.embedded_postgres.failures import DidNotStart, DidNotStop, EmbeddedPostgresError
from adapters.embedded_postgres.places import Place, hand_over

# Seconds. Recovery after a power cut may replay a gigabyte of log.
START_LIMIT, STOP_LIMIT, GLANCE = 300.0, 60.0, 0.01
# Seconds between a process's birth and the start it wrote down.
BIRTH_TOLERANCE = 10.0
# The shell leaves the server to init, so that it survives us and leaves no zombie with us.
DETACH = '"$@" >&2 </dev/null & echo $!'


@dataclass(frozen=True, slots=True, kw_only=True)
class PidFile:
    """What `postmaster.pid` says; it may be stale."""

    pid: int
    started: int
    sockets: Path
    ready: bool


def read_pid_file(data: Path) -> PidFile | None:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid, started = int(lines[0]), int(lines[2])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    # The server adds the other lines while it starts.
    sockets, ready = "".join(lines[4:5]), "".join(lines[7:8]).startswith("ready")
    return PidFile(pid=pid, started=started, sockets=Path(sockets), ready=ready)


def find(data: Path) -> PidFile | None:
    """The running server of this data folder, if any; a reused process id is not one."""
    told = read_pid_file(data)
    if told is None:
        return None
    process = find_process(told.pid)
    with contextlib.suppress(psutil.NoSuchProcess):
        if process is not None and is_server(process, told, data=data):
            return told
    return None


def find_ready(data: Path) -> PidFile | None:
    """The running server once it answers; one that is busy starting or stopping is waited for."""
    told = find(data)
    if told is None or told.ready:
        return told
    deadline = time.monotonic() + START_LIMIT
    ready = wait_until_ready(data, find_process(told.pid), deadline=deadline)
    if ready is None and find(data) is not None:
        raise DidNotStop(pid=told.pid)
    return ready


def find_process(pid: int) -> psutil.Process | None:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid)
    return None


def is_server(process: psutil.Process, told: PidFile, *, data: Path) -> bool:
    if is_gone(process) or process.name() != "postgres":
        return False
    try:
        return Path(process.cwd()) == data
    except psutil.AccessDenied:
        # Root in a container may not look; then the time of birth must do.
        return abs(process.create_time() - told.started) < BIRTH_TOLERANCE


def is_gone(process: psutil.Process) -> bool:
    """A zombie is gone too: in a container there may be nobody to reap it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def start(place: Place, settings: Path, *, binaries: Path, sockets: Path) -> PidFile:
    """Starts the server and waits until it answers. Only for the holder of the start lock."""
    deadline = time.monotonic() + START_LIMIT
    command = [str(binaries / "postgres"), "-D", str(place.data), f"--config_file={settings}"]
    while True:
        forget_stale_files(place.data, sockets)
        process = launch(place, command)
        ready = wait_until_ready(place.data, process, deadline=deadline)
        if ready is not None:
            return ready
        # After a kill -9, orphans of the old server hold its memory for another moment.
        if "shared memory block" not in start_log(place).read_text() or late(deadline):
            raise DidNotStart(what="Starting PostgreSQL", log=last_words(place))
        time.sleep(0.2)


def forget_stale_files(data: Path, sockets: Path) -> None:
    """PostgreSQL would take any process with the old number for a living server."""
    (data / "postmaster.pid").unlink(missing_ok=True)
    for file in sockets.glob(".s.PGSQL.*"):
        file.unlink(missing_ok=True)


def launch(place: Place, command: list[str]) -> psutil.Process | None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(start_log(place), flags, 0o600), "w") as log:
        hand_over(start_log(place), place.account)
        started = subprocess.run(
            ["/bin/sh", "-c", DETACH, "sh", *command],
            cwd="/",
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            check=True,
            # A Ctrl-C in the terminal is for us; the server is told when nobody needs it.
            start_new_session=True,
            umask=0o077,
            **place.account.run_as,
        )
    return find_process(int(started.stdout))


def wait_until_ready(
    data: Path, process: psutil.Process | None, *, deadline: float
) -> PidFile | None:
    """What the server says of itself once it is ready; None when it gave up."""
    while process is not None and not is_gone(process) and not late(deadline):
        told = read_pid_file(data)
        if told is not None and told.pid == process.pid and told.ready:
            return told
        time.sleep(GLANCE)
    return None


def late(deadline: float) -> bool:
    return time.monotonic() > deadline


def start_log(place: Place) -> Path:
    return place.folder / "start.log"


def last_words(place: Place) -> str:
    """The collector's log follows the first one, once the server has come that far."""
    newest = sorted(place.data.glob("log/*"), key=lambda log: log.stat().st_mtime)[-1:]
    logs = [start_log(place), *newest]
    return "\n".join(log.read_text(errors="replace")[-2000:] for log in logs)


def stop(told: PidFile) -> None:
    """Fast: open transactions are rolled back, what was committed is kept."""
    process = psutil.Process(told.pid)
    for order in (signal.SIGINT, signal.SIGQUIT):
        process.send_signal(order)
        if wait_until_gone([process]):
            return
    raise DidNotStop(pid=told.pid)


def kill(told: PidFile) -> None:
    """As a power cut would: the server and its children, without a word."""
    process = psutil.Process(told.pid)
    family = [process, *process.children(recursive=True)]
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    wait_until_gone(family)


def wait_until_gone(processes: Iterable[psutil.Process]) -> bool:
    deadline = time.monotonic() + STOP_LIMIT
    while not all(is_gone(process) for process in processes):
        if late(deadline):
            return False
        time.sleep(GLANCE)
    return True


_log = structlog.get_logger("embedded_postgres")
# Seconds between two looks; after a start that failed they become longer.
LOOK, LONGEST = 1.0, 30.0


@contextlib.contextmanager
def watched(
    *, runs: Callable[[], bool], start: Callable[[], object], look: float = LOOK
) -> Iterator[None]:
    """Looks every `look` seconds whether the server runs, and starts it if it does not.

    The thread keeps the processors and the manners of whoever calls this, and so does a server
    that it starts: call it before the process settles down on one core.
    """
    leaving = Event()
    thread = Thread(
        target=_watch, args=[leaving, runs, start, look], name="embedded postgres", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        leaving.set()
        thread.join()


def _watch(
    leaving: Event, runs: Callable[[], bool], start: Callable[[], object], look: float
) -> None:
    pause = look
    while not leaving.wait(pause):
        pause = look if runs() or _started(start) else min(2 * pause, LONGEST)


def _started(start: Callable[[], object]) -> bool:
    _log.warning("the database is gone and is started again")
    try:
        start()
    except Exception as error:
        # Whatever it is, whoever watches must go on watching.
        reason = str(error) if isinstance(error, EmbeddedPostgresError) else type(error).__name__
        _log.error("the database does not start", reason=reason)
        return False
    return True
