"""A key is for one asker, in whichever process, until it is given back."""

from concurrent.futures import ThreadPoolExecutor

from adapters.postgres.connections import Connections
from adapters.postgres.working.ask_once import PostgresOnce
from ledger.payments.ask_once import OnceInMemory


def test_of_many_askers_one_gets_the_key(database):
    lines = [Connections(database.app) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        takers = [PostgresOnce(lines[number % 4]) for number in range(16)]
        won = list(pool.map(lambda one: one.take("refund/1"), takers))
    assert sum(won) == 1
    assert PostgresOnce(lines[0]).take("refund/2")
    for line in lines:
        line.close()


def test_what_was_given_back_can_be_taken_again(database):
    line = Connections(database.app)
    for once in (PostgresOnce(line), OnceInMemory()):
        assert [once.take("a"), once.take("a")] == [True, False]
        once.give_back("a")
        assert [once.take("a"), once.take("a")] == [True, False]
    line.close()
