"""Processes that have ended: one that nobody has buried yet, a zombie, has ended as well."""

import time
from collections.abc import Iterable

import psutil


def still_alive(
    processes: Iterable[psutil.Process], *, within: float = 20.0
) -> list[psutil.Process]:
    """Those that have not ended within so many seconds."""
    alive, until = [*processes], time.monotonic() + within
    while (alive := [one for one in alive if _lives(one)]) and time.monotonic() < until:
        time.sleep(0.05)
    return alive


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
