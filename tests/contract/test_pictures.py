"""What is asked of every place that keeps pictures."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.pictures import PostgresPictures
from adapters.store.memory_pictures import MemoryPictures
from tests.conftest import Database

ONE, OTHER = b"one picture", b"another"


def named(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.fixture(params=["memory", "postgres"])
def pictures(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryPictures()
        return
    connections = Connections(request.getfixturevalue("database").app)
    yield PostgresPictures(connections)
    connections.close()


def test_what_was_kept_is_read_by_its_hash(pictures: Any):
    pictures.keep({})
    pictures.keep({named(ONE): ONE, named(OTHER): OTHER})
    pictures.keep({named(ONE): ONE})
    assert pictures.read(named(ONE)) == pictures.read(named(ONE)) == ONE
    assert pictures.read(named(OTHER)) == OTHER
    assert pictures.read(named(b"nobody kept this")) is None


def test_nothing_is_kept_under_a_hash_that_is_not_its_own(database: Database):
    connections = Connections(database.app)
    with pytest.raises(psycopg.errors.CheckViolation):
        PostgresPictures(connections).keep({named(ONE): OTHER})
    connections.close()


def test_one_that_must_not_be_shown_can_be_deleted(database: Database):
    connections = Connections(database.app)
    PostgresPictures(connections).keep({named(ONE): ONE})
    with psycopg.connect(database.app, autocommit=True) as session:
        session.execute("delete from working.pictures")
    assert PostgresPictures(connections).read(named(ONE)) is None
    connections.close()
