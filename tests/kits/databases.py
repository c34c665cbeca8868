"""Migrated databases for tests: made once, then copied, and kept in memory."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

import psutil

from adapters.embedded_postgres import OWNER, EmbeddedPostgres, cluster, places
from adapters.postgres.migrate import migrate

TEMPLATE = "template_for_tests"
# A file system in memory; to make the files of a database on a disk takes twenty times as long.
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 2**30
_PREFIX = "stampledger-tests-"
UPKEEP = "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker'"


@contextmanager
def kept_in_memory() -> Iterator[None]:
    """Servers that are made meanwhile keep their data in memory, where there is enough of it.

    Root's have their folder beside all others; those of other people are in the test's own.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ENOUGH:
        yield
        return
    _sweep()
    folder = Path(tempfile.mkdtemp(dir=MEMORY, prefix=f"{_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    usual, places.DATA_FOLDER = places.DATA_FOLDER, folder / "data"
    initdb, cluster.initdb = cluster.initdb, _Copied(cluster.initdb, folder)
    try:
        yield
    finally:
        places.DATA_FOLDER, cluster.initdb = usual, initdb
        shutil.rmtree(folder, ignore_errors=True)


class _Copied:
    """In place of `initdb`, which takes a second of the processor, a copy of what it once made.

    Commands that tests start in processes of their own run the real one.
    """

    def __init__(self, initdb: Callable[..., list[str | Path]], folder: Path) -> None:
        self._initdb, self._folder = initdb, folder
        self._made: dict[tuple[Path, int], Path] = {}

    def __call__(self, binaries: Path, data: Path, *, version: int) -> list[str | Path]:
        user = data.stat().st_uid
        if (binaries, user) not in self._made:
            self._made[binaries, user] = self._make(binaries, data.stat(), version)
        return ["cp", "-R", f"{self._made[binaries, user]}/.", data]

    def _make(self, binaries: Path, account: os.stat_result, version: int) -> Path:
        made = self._folder / f"cluster-{version}-{account.st_uid}"
        made.mkdir(mode=0o700)
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(made, account.st_uid, account.st_gid)
            as_user = {"user": account.st_uid, "group": account.st_gid, "extra_groups": []}
        subprocess.run(
            [*self._initdb(binaries, made, version=version), "--no-sync"],
            cwd="/",
            env=cluster.ENVIRONMENT,
            check=True,
            capture_output=True,
            **as_user,
        )
        return made


def _sweep() -> None:
    """Whoever was killed has left its own behind."""
    for one in MEMORY.glob(f"{_PREFIX}*"):
        if not psutil.pid_exists(int(one.name.removeprefix(_PREFIX).partition("-")[0])):
            shutil.rmtree(one, ignore_errors=True)


def hasty(server: EmbeddedPostgres) -> None:
    """Nothing is forced to the disk: enough for a server that outlives no crash of the machine.

    One that is killed still keeps what it has written.
    """
    with server.admin() as admin:
        admin.execute("alter system set fsync = off")
        admin.execute("alter system set full_page_writes = off")
        admin.execute("select pg_reload_conf()")


@contextmanager
def without_upkeep(server: EmbeddedPostgres) -> Iterator[None]:
    """No autovacuum in the server, where transactions are counted: its own have numbers, too."""
    with server.admin() as admin:
        admin.execute("alter system set autovacuum = off")
        admin.execute("select pg_reload_conf()")
        while any(admin.execute(UPKEEP).fetchone() or ()):
            sleep(0.02)
    yield
    with server.admin() as admin:
        admin.execute("alter system reset autovacuum")
        admin.execute("select pg_reload_conf()")


def migrated_template(server: EmbeddedPostgres) -> str:
    """The name of a migrated database to copy from. Nobody may stay connected to it."""
    server.create_database(TEMPLATE)
    migrate(server.url(TEMPLATE, role=OWNER))
    return TEMPLATE


def copied_database(server: EmbeddedPostgres, name: str, *, template: str) -> None:
    """The same as `create_database`, file by file: a third of the work where nothing is forced."""
    copy = "create database {name} owner {owner} template {template} strategy file_copy"
    with server.admin() as admin:
        cluster.run(admin, copy, name=name, owner=OWNER, template=template)
        cluster.let_in(admin, name)
