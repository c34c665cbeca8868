"""Every SQL file is one statement that PostgreSQL accepts, and somebody uses it."""

from pathlib import Path

import psycopg
import pytest
from psycopg.pq import ExecStatus

from adapters.postgres.statements import statement

FOLDER = Path("adapters/postgres")
NAMES = sorted(path.stem for path in FOLDER.glob("**/sql/*.sql"))
SOURCE = "\n".join(path.read_text() for path in FOLDER.rglob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_postgres_accepts_it(module_database, name):
    with psycopg.connect(module_database.owner) as connection:
        result = connection.pgconn.prepare(name.encode(), statement(name))
    assert result.status == ExecStatus.COMMAND_OK, result.error_message.decode()


def test_no_two_rooms_have_a_statement_of_one_name():
    assert len({*NAMES}) == len(NAMES) > 100


@pytest.mark.parametrize("name", NAMES)
def test_somebody_uses_it(name):
    assert f'"{name}"' in SOURCE
