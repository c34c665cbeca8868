"""The web server: gunicorn's processes, each with threads, which share one committer.

Processes share nothing but the database and the figures that they count. One that dies is replaced.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from web.wiring.open_files import connections_allowed

THREADS = 32
# Connections that one process has for each of its two pools to read with; half of it where there
# are several, which are kept below what PostgreSQL allows by default.
READERS = 16
MOST_BY_DEFAULT, MOST_PROCESSES = 4, 64


def cores() -> int:
    """How many cores this process may use."""
    known = getattr(os, "sched_getaffinity", None)
    return len(known(0)) if known else os.cpu_count() or 1


class Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """Processes that serve an app on one address until they are told to stop."""

    def __init__(
        self,
        make: Callable[[ExitStack], Flask],
        *,
        host: str,
        port: int,
        processes: int = 1,
    ) -> None:
        self._make, self._bind, self._processes = make, f"{host}:{port}", processes
        self._open = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        """What gunicorn asks for. The access log is ours: it holds no addresses of orders."""
        options: dict[str, Any] = {
            "bind": self._bind,
            "workers": self._processes,
            "threads": THREADS,
            # Whoever comes beyond them waits at the door, where the system queues them.
            "worker_connections": connections_allowed(least=THREADS + 1),
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 5,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "stampledger",
            "worker_exit": lambda server, worker: self._open.close(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in the worker process: connections are made after the fork."""
        return self._make(self._open)
