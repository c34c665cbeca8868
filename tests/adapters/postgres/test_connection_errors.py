"""Whoever is turned away by the database is told why and what to do, never a secret."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from adapters.postgres.migrate import migrate
from adapters.postgres.sessions import NOT_RUNNING, why_away
from ledger.kernel.store import LedgerUnavailable
from tests.conftest import Database

SECRET = "hunter2-never-told"


def another(url: str, *, role: str | None = None, database: str | None = None) -> str:
    """The same server under another name or for another database."""
    parts = urlsplit(url)
    _, _, host = parts.netloc.rpartition("@")
    name = role or parts.username
    path = f"/{database}" if database else parts.path
    return urlunsplit(parts._replace(netloc=f"{name}:{SECRET}@{host}", path=path))


def told(url: str) -> str:
    with pytest.raises(LedgerUnavailable) as turned_away:
        migrate(url)
    assert SECRET not in str(turned_away.value)
    return str(turned_away.value)


def test_an_unknown_role_is_named_as_such(database: Database):
    assert "does not know this role" in told(another(database.app, role="nobody_of_ours"))


def test_an_unknown_database_is_named_as_such(database: Database):
    assert "no database of this name" in told(another(database.app, database="elsewhere"))


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert told(f"postgresql://shop:{SECRET}@127.0.0.1:{port}/ledger") == NOT_RUNNING


def test_an_address_that_is_none():
    assert "cannot be understood" in told(f"postgresql://shop:{SECRET}@127.0.0.1:many/ledger")


def test_a_role_that_may_not_connect(database: Database, postgres_server):
    with postgres_server.admin() as admin:
        admin.execute(f'revoke connect on database "{database.name}" from public, stampledger_app')
    assert "may not connect to this database" in told(another(database.app))


def test_no_connection_is_left(database: Database, postgres_server):
    with postgres_server.admin() as admin:
        admin.execute(f'alter database "{database.name}" connection limit 0')
    assert "no connection left" in told(another(database.app))


# A server that asks for passwords or TLS is not at hand here: its own words, in its English.
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ('FATAL:  password authentication failed for user "shop"', "refuses the password"),
        ("connection failed: fe_sendauth: no password supplied", "refuses the password"),
        ("server does not support SSL, but SSL was required", "no encrypted connection"),
        ('no pg_hba.conf entry for host "192.0.2.7", user "shop"', "lets nobody in from here"),
        ("FATAL:  sorry, too many clients already", "no connection left"),
        ("FATAL:  the database system is starting up", "starting or stopping"),
        ("could not translate host name db to address", "host is not known"),
    ],
)
def test_the_server_s_words_have_a_sentence_each(words: str, sentence: str):
    assert sentence in why_away(psycopg.OperationalError(words))


def test_a_command_ends_in_that_sentence(database: Database, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "web.cli", "shop", "list"],
        env={
            **os.environ,
            "STAMPLEDGER_HOME": str(tmp_path),
            "STAMPLEDGER_DATABASE_URL": another(database.app, database="elsewhere"),
            "STAMPLEDGER_MASTER_KEY": "A" * 43 + "=",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "no database of this name" in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr + done.stdout
