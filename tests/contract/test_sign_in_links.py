"""What is asked of every place that keeps links to sign in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.sign_in_links import PostgresSignInLinks
from adapters.store.memory_sessions import MemorySignInLinks
from ledger.accounts.link import LINK_LIVES, SignInLink
from tests.conftest import Database

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
CODE, OTHER = "c" * 43, "o" * 43


@pytest.fixture(params=["memory", "postgres"])
def links(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield MemorySignInLinks()
        return
    connections = Connections(request.getfixturevalue("database").app)
    yield PostgresSignInLinks(connections)
    connections.close()


def link(**more: Any) -> SignInLink:
    known: dict[str, Any] = {
        "email": "ada@exämple.org",
        "language": "sv",
        "until": NOW + LINK_LIVES,
    }
    known |= {"onward": "/winterfest/cart?a=%20b", "browser": sha256(b"b").digest()}
    return SignInLink(**{**known, **more})


def test_a_link_is_found_by_its_code_and_by_no_other(links: Any):
    links.keep(CODE, link(), at=NOW)
    assert links.look(CODE) == link()
    assert links.look(CODE) == link()
    for other in (OTHER, "", CODE[:-1], CODE.upper(), "\N{SNOWMAN}", "x" * 5_000):
        assert links.look(other) is None
        assert not links.take(other)


def test_it_is_good_once(links: Any):
    links.keep(CODE, link(), at=NOW)
    links.keep(OTHER, link(email="bob@example.org"), at=NOW)
    assert links.take(CODE)
    assert not links.take(CODE)
    assert links.look(CODE) is None
    assert links.look(OTHER) == link(email="bob@example.org")


def test_of_many_who_press_at_once_one_is_the_first(links: Any):
    links.keep(CODE, link(), at=NOW)
    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(links.take, [CODE] * 16)) == [False] * 15 + [True]


@pytest.fixture
def stored(database: Database) -> Iterator[tuple[PostgresSignInLinks, Any]]:
    connections = Connections(database.app)
    with psycopg.connect(database.app, autocommit=True) as session:
        asked = "select code_hash, sealed, browser from working.sign_in_links"
        yield PostgresSignInLinks(connections), lambda: session.execute(asked).fetchall()
    connections.close()


def test_whoever_reads_the_table_signs_nobody_in_and_learns_no_address(stored: Any):
    links, rows = stored
    links.keep(CODE, link(), at=NOW)
    kept = b"".join(map(bytes, rows()[0]))
    for secret in (CODE, "ada", "winterfest"):
        assert secret.encode() not in kept


def test_links_that_are_over_go_when_another_is_asked_for(stored: Any):
    links, rows = stored
    links.keep(CODE, link(), at=NOW)
    links.keep(OTHER, link(until=NOW + 2 * LINK_LIVES), at=NOW + LINK_LIVES)
    assert len(rows()) == 1
    assert links.look(CODE) is None
    assert links.look(OTHER) is not None
