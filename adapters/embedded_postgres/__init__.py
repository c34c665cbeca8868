"""A PostgreSQL of our own: nothing to install, the same engine as in production.

The server belongs to a home folder. Whoever comes first starts it, all processes of one user
share it, and the last one to leave stops it; one that dies leaves too. It listens on a socket
in a private folder, and the kernel says who is on the other end.
"""

import atexit
import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from adapters.embedded_postgres import cluster, locks, postmaster
from adapters.embedded_postgres.cluster import ADMIN, APP, AUDITOR, OWNER
from adapters.embedded_postgres.failures import EmbeddedPostgresError
from adapters.embedded_postgres.places import find_binaries, find_place, socket_folder
from adapters.embedded_postgres.postmaster import watched

__all__ = ["ADMIN", "APP", "AUDITOR", "OWNER", "EmbeddedPostgres", "EmbeddedPostgresError"]

DATABASE = "stampledger"
# Seconds between attempts to greet a server.
PAUSES = (0.05, 0.2, 1.0)


class EmbeddedPostgres:
    """The server of one home. Raises `EmbeddedPostgresError` with a sentence for the user."""

    def __init__(self, home: Path, *, version: int = 18) -> None:
        self._home = home
        self._version = version
        self._sockets: Path | None = None
        self._membership: int | None = None
        self._process = os.getpid()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Makes sure that the server runs and has our database; returns the app's address."""
        self.place = find_place(self._home)
        try:
            with locks.alone(self.place):
                self._join()
                self._serve()
        except BaseException:
            self.stop()
            raise
        return self.url()

    def _serve(self) -> None:
        """A server that dies while we greet it is replaced; a moment later it is seen as dead."""
        for pause in PAUSES:
            with contextlib.suppress(psycopg.OperationalError):
                self._greet()
                return
            time.sleep(pause)
        self._greet()

    def _greet(self) -> None:
        running = postmaster.find_ready(self.place.data) or self._launch()
        self._sockets = running.sockets
        with self.admin() as admin:
            cluster.ensure_roles(admin)
            cluster.ensure_database(admin, DATABASE)

    def _launch(self) -> postmaster.PidFile:
        binaries = find_binaries(self._version)
        cluster.ensure_cluster(self.place, binaries=binaries, version=self._version)
        sockets = socket_folder(self.place)
        settings = cluster.write_settings(self.place, sockets)
        return postmaster.start(self.place, settings, binaries=binaries, sockets=sockets)

    def _join(self) -> None:
        if self._membership is None:
            self._membership = locks.join(self.place)
            self._process = os.getpid()
            atexit.register(self.stop)

    def watched(self) -> contextlib.AbstractContextManager[None]:
        """Inside, a server that dies is started again, under the same address."""
        return watched(runs=self._runs, start=self.start)

    def _runs(self) -> bool:
        return postmaster.find(self.place.data) is not None

    def stop(self) -> None:
        """Leaves; the last one to leave stops the server. Harmless when repeated."""
        if self._membership is None:
            return
        membership, self._membership = self._membership, None
        atexit.unregister(self.stop)
        if os.getpid() != self._process:
            # A forked child closes its copy; the membership is its parent's.
            os.close(membership)
            return
        with locks.alone(self.place):
            os.close(membership)
            running = postmaster.find(self.place.data)
            if running is not None and locks.is_unused(self.place):
                postmaster.stop(running)
                with contextlib.suppress(OSError):
                    running.sockets.rmdir()

    def crash(self) -> None:
        """Kills the server as a power cut would; `start` recovers. For tests."""
        running = postmaster.find(self.place.data)
        if running is not None:
            postmaster.kill(running)

    def destroy(self) -> None:
        """Leaves and removes the data for good. For tests."""
        self.stop()
        entry = self._home / "postgres"
        shutil.rmtree(entry.resolve(), ignore_errors=True)
        if entry.is_symlink():
            entry.unlink()

    def url(self, database: str = DATABASE, *, role: str = APP) -> str:
        """The address of a database for a role; only this user of this machine can use it."""
        if self._sockets is None:
            raise RuntimeError("start the server before asking for its address")
        return f"postgresql://{role}@{quote(str(self._sockets), safe='')}:5432/{quote(database)}"

    @contextlib.contextmanager
    def admin(self) -> Iterator[cluster.Connection]:
        """A superuser's connection, outside any transaction."""
        with psycopg.connect(self.url("postgres", role=ADMIN), autocommit=True) as connection:
            yield connection

    def ensure_database(self, name: str) -> None:
        """Makes a database of the owner's that the app may connect to, unless it is there."""
        with self.admin() as admin:
            cluster.ensure_database(admin, name)

    def create_database(self, name: str, *, template: str = "template1") -> None:
        """A copy of a template, which nobody may be connected to meanwhile."""
        with self.admin() as admin:
            cluster.create_database(admin, name, template=template)

    def drop_database(self, name: str) -> None:
        with self.admin() as admin:
            cluster.drop_database(admin, name)
