"""The web server: gunicorn with threads, which share one committer per process."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 32


class Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """One process that serves an app on one address until it is told to stop."""

    def __init__(self, make: Callable[[ExitStack], Flask], *, host: str, port: int) -> None:
        self._make, self._bind = make, f"{host}:{port}"
        self._open = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        """What gunicorn asks for. The access log is ours: it holds no addresses of orders."""
        options: dict[str, Any] = {
            "bind": self._bind,
            "workers": 1,
            "threads": THREADS,
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
