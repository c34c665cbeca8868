"""What is asked of every place that keeps carts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.carts import PostgresCarts
from adapters.store.memory_carts import MemoryCarts
from ledger.cart.cart import KEPT, Cart, CartLine
from ledger.kernel.money import Money
from tests.conftest import Database

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
ONE, OTHER = sha256(b"one").digest(), sha256(b"other").digest()
LINE = CartLine(product="weekend", title="Viikonloppu ☃", quantity=2, price=Money(3500, "EUR"))
FULL = (
    Cart()
    .add("winterfest", [LINE], key=UUID(int=7), pressed="p")
    .ordered("summer", key=UUID(int=8), order=UUID(int=9), quantities={})
)


@pytest.fixture(params=["memory", "postgres"])
def carts(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryCarts()
        return
    connections = Connections(request.getfixturevalue("database").app)
    yield PostgresCarts(connections)
    connections.close()


def test_what_was_never_kept_is_an_empty_cart(carts: Any):
    assert carts.read(ONE) == (0, Cart())


def test_a_cart_is_read_as_it_was_kept(carts: Any):
    assert carts.keep(ONE, FULL, version=0, at=NOW)
    version, cart = carts.read(ONE)
    assert (version > 0, cart) == (True, FULL)
    assert carts.read(OTHER) == (0, Cart())


def test_of_two_who_read_the_same_version_one_looks_again(carts: Any):
    assert carts.keep(ONE, FULL, version=0, at=NOW)
    assert not carts.keep(ONE, Cart(), version=0, at=NOW)
    version, _ = carts.read(ONE)
    assert carts.keep(ONE, Cart(), version=version, at=NOW)
    assert not carts.keep(ONE, FULL, version=version, at=NOW)
    assert carts.read(ONE)[1] == Cart()


def test_many_at_once_lose_nothing(carts: Any):
    def add(_: int) -> None:
        while True:
            version, cart = carts.read(ONE)
            more = cart.add("winterfest", [LINE], key=uuid4())
            if carts.keep(ONE, more, version=version, at=NOW):
                return

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(24)))
    assert carts.read(ONE)[1].count == 48


@pytest.fixture
def stored(database: Database) -> Iterator[tuple[PostgresCarts, Callable[[str], Any]]]:
    connections = Connections(database.app)
    with psycopg.connect(database.app, autocommit=True) as session:
        yield PostgresCarts(connections), lambda asked: session.execute(asked).fetchall()
    connections.close()


def test_a_cart_that_nobody_touched_for_long_goes_when_somebody_keeps_another(stored: Any):
    carts, ask = stored
    carts.keep(ONE, FULL, version=0, at=NOW)
    carts.keep(OTHER, FULL, version=0, at=NOW + KEPT)
    assert carts.read(ONE)[1] == FULL
    carts.keep(OTHER, Cart(), version=1, at=NOW + KEPT + timedelta(seconds=1))
    assert carts.read(ONE) == (0, Cart())
    assert len(ask("select 1 from working.carts")) == 1


def test_its_owner_keeps_even_one_whose_time_is_over(stored: Any):
    carts, _ = stored
    carts.keep(ONE, FULL, version=0, at=NOW)
    assert carts.keep(ONE, Cart(), version=1, at=NOW + 2 * KEPT)


def test_a_cart_that_cannot_be_read_is_empty_and_can_be_filled(stored: Any):
    carts, ask = stored
    carts.keep(ONE, FULL, version=0, at=NOW)
    ask("""update working.carts set content = '{"groups": 7}' returning 1""")
    version, cart = carts.read(ONE)
    assert cart == Cart()
    assert carts.keep(ONE, FULL, version=version, at=NOW)


def test_another_process_reads_it(database: Database):
    for _ in range(2):
        connections = Connections(database.app)
        carts = PostgresCarts(connections)
        version, cart = carts.read(ONE)
        carts.keep(ONE, cart.add("winterfest", [LINE], key=uuid4()), version=version, at=NOW)
        connections.close()
    connections = Connections(database.app)
    assert PostgresCarts(connections).read(ONE)[1].count == 4
    connections.close()
