"""What the worker asks the database for one order, and for nothing: counted, not timed."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.worker.daemon import Daemon, Owning, kind_of
from tests.conftest import Database
from tests.kits.counted_house import House, counted_house, placed, told
from tests.kits.databases import without_upkeep
from tests.kits.mail_server import TalkingServer
from web.wiring.composition import daemon
from web.wiring.reactors import WATCHED


@dataclass
class Cost:
    """Of one pass: round trips, and transactions that wrote."""

    trips: int
    writes: int


@dataclass
class Crew:
    """The reactors of a worker, run one by one."""

    house: House
    daemon: Daemon
    database: Database

    def passes(self) -> dict[str, Cost]:
        """One pass of each."""
        found: dict[str, Cost] = {}
        for reactor in self.daemon.reactors:
            self.house.asked.clear()
            before = self._written()
            reactor.run()
            found[reactor.name] = Cost(len(self.house.asked), self._written() - before)
        return found

    def _written(self) -> int:
        """How many transactions of the server have had a number: only those that write get one."""
        with psycopg.connect(self.database.owner, cursor_factory=psycopg.ClientCursor) as owner:
            asked, counted = len(self.house.asked), "pg_snapshot_xmax(pg_current_snapshot())"
            row = owner.execute(f"select {counted}::text::bigint").fetchone()
            del self.house.asked[asked:]
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def crew(postgres_server: EmbeddedPostgres, module_database: Database) -> Iterator[Crew]:
    mail = TalkingServer()
    with (
        without_upkeep(postgres_server),
        counted_house(module_database, STAMPLEDGER_SMTP_URL=mail.url) as house,
    ):
        made = Crew(house, daemon(house.works), module_database)
        made.daemon.run_once()
        yield made
        for reactor in made.daemon.reactors:
            if isinstance(reactor, Owning):
                reactor.close()
    mail.close()


@pytest.fixture(autouse=True)
def no_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a test takes decides nothing."""
    monkeypatch.setattr("adapters.worker.projector.projector._BETWEEN_BEATS", 1e9)


def test_an_owner_at_rest_lives_and_looks_in_one_statement(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
):
    crew.passes()
    monkeypatch.setattr("adapters.worker.projector.projector._BETWEEN_BEATS", -1.0)
    assert crew.passes()["projections"] == Cost(trips=1, writes=1)


def test_who_has_nothing_to_do_asks_once_and_writes_nothing(crew: Crew):
    crew.passes()
    idle = crew.passes()
    twice = {name for name, cost in idle.items() if cost.trips > 1}
    assert twice <= {"webhooks", "captures", "captures:stripe"}, idle
    assert sum(cost.writes for cost in idle.values()) == 0, idle


def test_one_look_stands_for_all_but_a_few(crew: Crew):
    alone = {kind_of(one.name) for one in crew.daemon.reactors} - {*WATCHED}
    assert alone == {"projections", "following", "shop_changes", "webhooks", "voucher_uses"}


def test_a_payment_is_one_write_of_the_rows_and_two_of_its_letter(crew: Crew):
    """What is followed and found was read already; a letter's claim and outcome are stamps."""
    client = crew.house.app.test_client()
    order = placed(client)
    crew.passes()
    crew.passes()
    told(client, order)
    costs = crew.passes()
    writes = {name: cost.writes for name, cost in costs.items() if cost.writes}
    assert writes == {"projections": 1, "letters": 2}, costs
    assert costs["order_words"].trips == costs["following"].trips == 0, "read once for all"
    assert costs["letters"].trips <= 5, costs["letters"]


def test_twenty_payments_share_the_same_writes(crew: Crew):
    client = crew.house.app.test_client()
    orders = [placed(client) for _ in range(20)]
    crew.passes()
    crew.passes()
    for order in orders:
        told(client, order)
    costs = crew.passes()
    assert costs["projections"].writes == 1
    assert costs["projections"].trips <= 25, "statements of a batch, not of an order"
    assert costs["order_words"].trips == costs["following"].trips == 0, "read once for all"
    assert costs["letters"].writes <= 20, costs["letters"]
