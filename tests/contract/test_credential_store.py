"""What staff sign in with is kept alike in memory and in PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.staff import PostgresCredentials
from adapters.store.memory_staff import MemoryCredentials
from ledger.staff.credentials import Credentials

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=3)


@pytest.fixture(scope="module")
def postgres(module_database: Any) -> Iterator[PostgresCredentials]:
    connections = Connections(module_database.app)
    yield PostgresCredentials(connections)
    connections.close()


@pytest.fixture(params=["memory", "postgres"])
def kept(request: Any, postgres: PostgresCredentials) -> Any:
    return postgres if request.param == "postgres" else MemoryCredentials()


@pytest.fixture
def ada() -> UUID:
    return uuid4()


def test_nothing_at_first(kept: Any, ada: UUID):
    assert kept.read(ada) == Credentials()


def test_a_password_takes_the_place_of_another(kept: Any, ada: UUID):
    kept.set_password(ada, "one")
    kept.set_password(ada, "two")
    kept.renew_password(ada, former="one", renewed="three")
    assert kept.read(ada).password_hash == "two"
    kept.renew_password(ada, former="two", renewed="three")
    assert kept.read(ada).password_hash == "three"


def test_a_second_factor_comes_with_its_codes_and_goes_with_them(kept: Any, ada: UUID):
    kept.set_password(ada, "one")
    kept.set_second_factor(ada, b"sealed", step=7, codes=[bytes(32), bytes(31) + b"1"])
    known = kept.read(ada)
    assert (known.password_hash, known.totp_sealed, known.totp_step, known.codes_left) == (
        "one",
        b"sealed",
        7,
        2,
    )
    kept.set_second_factor(ada, None, step=0, codes=[])
    assert kept.read(ada) == Credentials(password_hash="one")


def test_a_step_counts_once_and_never_backwards(kept: Any, ada: UUID):
    assert not kept.use_step(ada, 8)
    kept.set_second_factor(ada, b"sealed", step=7, codes=[])
    assert [kept.use_step(ada, step) for step in (7, 8, 8, 6, 9)] == [
        False,
        True,
        False,
        False,
        True,
    ]


def test_a_recovery_code_counts_once_and_for_its_owner(kept: Any, ada: UUID):
    kept.set_second_factor(ada, b"sealed", step=7, codes=[bytes(32)])
    assert not kept.take_recovery_code(uuid4(), bytes(32))
    assert kept.take_recovery_code(ada, bytes(32))
    assert not kept.take_recovery_code(ada, bytes(32))


def test_the_newest_link_counts_once_and_for_its_time(kept: Any, ada: UUID):
    first, second = uuid4().bytes * 2, uuid4().bytes * 2
    kept.keep_link(ada, first, ends_at=LATER)
    kept.keep_link(ada, second, ends_at=LATER)
    assert kept.read_link(first, at=NOON) is None
    assert kept.read_link(second, at=LATER) is None
    assert kept.take_link(second, at=LATER) is None
    assert kept.read_link(second, at=NOON) == ada
    assert kept.take_link(second, at=NOON) == ada
    assert kept.take_link(second, at=NOON) is None


def test_all_of_it_goes_at_once(kept: Any, ada: UUID):
    link = uuid4().bytes * 2
    kept.set_password(ada, "one")
    kept.set_second_factor(ada, b"sealed", step=7, codes=[bytes(32)])
    kept.keep_link(ada, link, ends_at=LATER)
    kept.clear(ada)
    assert kept.read(ada) == Credentials()
    assert kept.take_link(link, at=NOON) is None
    assert not kept.take_recovery_code(ada, bytes(32))


def at_once(ask: Callable[[], bool]) -> list[bool]:
    with ThreadPoolExecutor(8) as pool:
        return [one.result() for one in [pool.submit(ask) for _ in range(16)]]


def test_of_many_at_once_one_is_first(postgres: PostgresCredentials, ada: UUID):
    link = uuid4().bytes * 2
    postgres.set_second_factor(ada, b"sealed", step=7, codes=[bytes(32)])
    postgres.keep_link(ada, link, ends_at=LATER)
    assert at_once(lambda: postgres.use_step(ada, 8)).count(True) == 1
    assert at_once(lambda: postgres.take_recovery_code(ada, bytes(32))).count(True) == 1
    assert at_once(lambda: postgres.take_link(link, at=NOON) == ada).count(True) == 1
