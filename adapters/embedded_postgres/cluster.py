"""A cluster on disk: made once, whole or not at all; its settings, its roles and databases."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from adapters.embedded_postgres.failures import DataOfOtherVersion, DidNotStart
from adapters.embedded_postgres.places import Place, hand_over, myself

ADMIN = "postgres"
# Nothing of the caller's environment reaches the server: PGDATA or PGPORT would lead it astray.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": 5432,
    "max_connections": 100,
    "shared_buffers": "128MB",
    # An answered append has reached the disk. These three are the defaults, said aloud.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Fewer checkpoints mean fewer whole pages in the log: small commits stay small.
    "checkpoint_timeout": "15min",
    "max_wal_size": "1GB",
    "jit": "off",
    "random_page_cost": 1.1,
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Seven files, one per weekday, each begun anew: the log does not grow without end.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": 0,
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
    # A row or a parameter in an error could be a person's name: no details, no statements.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


def ensure_cluster(place: Place, *, binaries: Path, version: int) -> None:
    if not place.data.exists():
        create(place, binaries=binaries, version=version)
    found = (place.data / "PG_VERSION").read_text().strip()
    if found != str(version):
        raise DataOfOtherVersion(data=place.data, found=found, asked=version)


def create(place: Place, *, binaries: Path, version: int) -> None:
    """Made under another name: an interrupted start leaves nothing that looks like a database."""
    part = place.folder / "data.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    hand_over(part, place.account)
    made = subprocess.run(
        initdb(binaries, part, version=version),
        cwd="/",
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        **place.account.run_as,
    )
    if made.returncode:
        raise DidNotStart(what="Making a new database cluster (initdb)", log=made.stderr)
    part.rename(place.data)
    sync(place.folder)


def initdb(binaries: Path, data: Path, *, version: int) -> list[str | Path]:
    options = ["--encoding=UTF8", "--data-checksums", "--no-instructions"]
    options += ["--auth-local=peer", "--auth-host=reject", *locale(version)]
    return [binaries / "initdb", "--pgdata", data, "--username", ADMIN, *options]


def locale(version: int) -> list[str]:
    """Sorting by code point, the same on every machine; upper and lower case beyond ASCII."""
    if version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_settings(place: Place, sockets: Path) -> Path:
    """Writes what the server reads at a start; a user's own settings belong in ALTER SYSTEM."""
    replace(place, "hba.conf", "local all,replication all peer map=stampledger\n")
    replace(place, "ident.conf", identities(place))
    settings = SETTINGS | {
        "unix_socket_directories": str(sockets),
        "hba_file": str(place.folder / "hba.conf"),
        "ident_file": str(place.folder / "ident.conf"),
    }
    if sys.platform == "darwin":
        # There, the other methods leave the data in the drive's own cache.
        settings["wal_sync_method"] = "fsync_writethrough"
    lines = [f"include {quoted(place.data / 'postgresql.conf')}"]
    lines += [f"{name} = {quoted(value)}" for name, value in settings.items()]
    return replace(place, "server.conf", "\n".join(lines) + "\n")


def identities(place: Place) -> str:
    """Whom the kernel may name on the socket's other end: the one who runs it, and root."""
    names = {myself().name, place.account.name, "root"}
    return "".join(f'stampledger "{name}" all\n' for name in sorted(names))


def quoted(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def replace(place: Place, name: str, text: str) -> Path:
    """Replaced, not overwritten: root may write here in a folder that is not root's."""
    descriptor, part = tempfile.mkstemp(dir=place.folder)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    hand_over(Path(part), place.account)
    return Path(part).replace(place.folder / name)


# Owns the database and runs migrations / serves, owning nothing / reads.
OWNER, APP, AUDITOR = "stampledger_owner", "stampledger_app", "stampledger_auditor"

Connection = psycopg.Connection[tuple[object, ...]]


def ensure_roles(admin: Connection) -> None:
    known = {name for (name,) in admin.execute("select rolname from pg_roles")}
    for role in (OWNER, APP, AUDITOR):
        if role not in known:
            run(admin, "create role {role} login", role=role)
    if AUDITOR not in known:
        run(admin, "alter role {role} set default_transaction_read_only = on", role=AUDITOR)


def ensure_database(admin: Connection, name: str) -> None:
    found = admin.execute("select from pg_database where datname = %s", [name])
    if found.fetchone() is None:
        create_database(admin, name)


def create_database(admin: Connection, name: str, *, template: str = "template1") -> None:
    """A database of the owner's; privileges on it are not copied from the template."""
    run(
        admin,
        "create database {name} owner {owner} template {template}",
        name=name,
        owner=OWNER,
        template=template,
    )
    let_in(admin, name)


def let_in(admin: Connection, name: str) -> None:
    """The app and the auditor may connect to a database, and nobody else."""
    run(admin, "revoke all on database {name} from public", name=name)
    run(admin, "grant connect, temporary on database {name} to {role}", name=name, role=APP)
    run(admin, "grant connect on database {name} to {role}", name=name, role=AUDITOR)


def drop_database(admin: Connection, name: str) -> None:
    """Whoever is still connected is disconnected."""
    run(admin, "drop database if exists {name} with (force)", name=name)


def run(admin: Connection, statement: LiteralString, **names: str) -> None:
    identifiers = {key: sql.Identifier(name) for key, name in names.items()}
    admin.execute(sql.SQL(statement).format(**identifiers))
