"""Integrators are told at least once, in order for each order, and none holds another back."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import sleep
from uuid import UUID, uuid4

import psycopg
import pytest
from standardwebhooks import WebhookVerificationError

from adapters.keys.key_ring import Keyring
from adapters.postgres.connections import Connections
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.working.webhooks import PostgresWebhooks
from adapters.store.ledger import StampLedger
from adapters.webhooks.post import WebhookPost
from adapters.webhooks.public_network import LOOPBACK, AllowedPlaces
from adapters.webhooks.signature import fresh_secret
from adapters.worker.reactors.webhooks import Webhooks
from ledger.cases.stamps import CaseKind
from ledger.kernel.money import Money
from ledger.webhooks.endpoint import GIVES_UP_AFTER, PAUSES, Answer, Endpoint, pause_after
from tests.kits.patience import PATIENCE
from tests.kits.webhook_receiver import receiving
from tests.kits.worker import World
from tests.kits.worker_fakes import Clock


@dataclass
class House:
    """A ledger on PostgreSQL with one shop, and the worker that tells integrators."""

    world: World
    table: PostgresWebhooks
    clock: Clock
    url: str
    send: WebhookPost = field(init=False)

    def __post_init__(self) -> None:
        self.send = WebhookPost(
            AllowedPlaces(also=LOOPBACK), clock=self.clock, plain=True, patience=PATIENCE
        )

    def endpoint(self, url: str, *, secret: str = "", **changes) -> Endpoint:
        made = Endpoint(
            id=uuid4(),
            shop="winterfest",
            url=url,
            secret=secret or fresh_secret(),
            made_at=self.clock(),
            made_by="test",
            position=self.world.store.head()[0],
        )
        made = replace(made, **changes)
        self.table.add(made)
        return made

    def webhooks(self, **changes) -> Webhooks:
        return Webhooks(
            ledger=self.world.store,
            waiting=self.table,
            send=changes.pop("send", self.send),
            cases=self.world.cases,
            clock=self.clock,
            jitter=lambda: 0.0,
            **changes,
        )

    def run(self, **changes) -> None:
        """All that is due now."""
        reactor = self.webhooks(**changes)
        while (reactor.run() + reactor.finish()).done:
            pass

    def state(self, endpoint: Endpoint) -> Endpoint:
        found = self.table.get(endpoint.id)
        assert found
        return found


@pytest.fixture(scope="module")
def made(module_database):
    clock = Clock(datetime.now(UTC))
    recorder = PostgresStampRecorder(module_database.app)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    store, connections = StampLedger(recorder, keyring=keyring), Connections(module_database.app)
    world = World(store=store, now=clock)
    table = PostgresWebhooks(connections, seal=keyring)
    house = House(world=world, table=table, clock=clock, url=module_database.app)
    yield house
    house.send.close()
    connections.close()
    store.close()


@pytest.fixture
def house(made):
    yield made
    for one in made.table.listed(["winterfest", "summerfest"]):
        made.table.remove(one.id)


def test_the_librarys_own_receiver_verifies_every_event_in_its_order(house):
    secret = fresh_secret()
    with receiving(secret=secret) as receiver:
        house.endpoint(receiver.url, secret=secret)
        order = house.world.placed_and_paid()
        house.run()
        kinds = [one["type"] for one in receiver.events]
        assert kinds == ["order.placed", "order.paid"]
        assert receiver.positions == sorted(receiver.positions)
        placed, paid = (one["data"] for one in receiver.events)
        assert (placed["order"], placed["status"]) == (str(order.id), "NOT_STARTED")
        assert (paid["status"], paid["money"]["received"]) == ("PAID", 3500)
        assert paid["id"] == receiver.ids[1]
        assert "Aino" not in str(receiver.bodies)


def test_half_a_payment_is_none_that_paid_the_order(house):
    secret = fresh_secret()
    with receiving(secret=secret) as receiver:
        house.endpoint(receiver.url, secret=secret)
        house.world.pay(house.world.opened(house.world.place()), Money(100, "EUR"))
        house.run()
        assert [one["type"] for one in receiver.events] == [
            "order.placed",
            "order.payment_received",
        ]


def test_people_are_told_of_only_where_it_was_switched_on(house):
    secret = fresh_secret()
    with receiving(secret=secret) as receiver:
        house.endpoint(receiver.url, secret=secret, personal=True, kinds=("order.placed",))
        house.world.placed_and_paid()
        house.run()
        (event,) = receiver.events
        assert event["data"]["customer"]["email"] == "aino@example.com"


def test_an_endpoint_of_another_shop_is_told_nothing(house):
    with receiving() as receiver:
        other = house.endpoint(receiver.url, shop="summerfest")
        house.world.place()
        house.run()
        assert receiver.bodies == []
        assert house.state(other).position == house.world.store.head()[0]


def test_what_is_not_taken_comes_again_later_as_the_same_event_and_before_what_followed(house):
    with receiving() as receiver:
        endpoint = house.endpoint(receiver.url)
        receiver.answers = [503]
        house.world.placed_and_paid()
        other = house.world.place()
        house.run()
        # The first order's payment waits behind its placing; the other order does not.
        assert len(receiver.bodies) == 2
        assert str(other.id) in receiver.bodies[1].decode()
        house.clock.forward(seconds=4)
        house.run()
        assert len(receiver.bodies) == 2
        house.clock.forward(seconds=2)
        house.run()
        assert receiver.ids[2] == receiver.ids[0]
        assert receiver.bodies[2] == receiver.bodies[0]
        assert house.state(endpoint).waiting == 0


def test_pauses_grow_with_jitter_and_end(house):
    assert [pause_after(one, jitter=0) for one in range(1, 11)] == [*PAUSES]
    assert pause_after(1, jitter=1) == timedelta(seconds=6)
    assert sum(PAUSES, timedelta()) > GIVES_UP_AFTER


def test_who_hangs_holds_nobody_else_back(house):
    with receiving() as slow, receiving() as quick:
        slow.hangs = True
        house.endpoint(slow.url)
        house.endpoint(quick.url)
        house.world.place()
        reactor = house.webhooks(moment=0.01)
        until = datetime.now(UTC) + timedelta(seconds=PATIENCE)
        while not (quick.bodies and slow.bodies) and datetime.now(UTC) < until:
            reactor.run()
        house.world.place()
        while len(quick.bodies) < 2 and datetime.now(UTC) < until:
            reactor.run()
        assert (len(quick.bodies), len(slow.bodies)) == (2, 1)
        slow.goes_on.set()
        reactor.finish()


def test_an_event_that_is_never_taken_becomes_a_dead_letter_and_is_replayed(house):
    with receiving() as receiver:
        endpoint = house.endpoint(receiver.url)
        unwanted = str(house.world.placed_and_paid().id).encode()

        def send(to, event, body):
            disliked = unwanted in body and b"order.placed" in body
            return Answer(status=400) if disliked else house.send(to, event, body)

        for _ in range(len(PAUSES) + 1):
            house.world.place()  # it takes others meanwhile
            house.run(send=send)
            house.clock.forward(days=1)
        (dead,) = house.table.dead(endpoint.id, 10)
        assert (dead.outcome, dead.tries) == ("400", len(PAUSES) + 1)
        assert b"order.paid" in b"".join(receiver.bodies)
        house.table.replay_one(endpoint.id, dead.position, order=dead.order, now=house.clock())
        house.run()
        assert receiver.ids[-1] == str(dead.event)
        assert house.state(endpoint).dead == 0


def test_all_after_a_position_go_out_again_in_order_as_the_same_events(house):
    with receiving() as receiver:
        endpoint = house.endpoint(receiver.url)
        house.world.placed_and_paid()
        house.run()
        first = [*receiver.ids]
        house.table.replay(endpoint.id, after=endpoint.position)
        house.run()
        assert receiver.ids == first * 2


def test_days_of_failure_switch_it_off_with_a_case_and_nothing_is_lost(house):
    with receiving() as receiver:
        endpoint = house.endpoint(receiver.url)
        house.world.place()
        receiver.answers = [500] * 50
        for _ in range(20):
            house.run()
            house.clock.forward(hours=12)
        state = house.state(endpoint)
        assert state.disabled_at
        assert (state.disabled_why, state.dead) == ("500", 0)
        asked = len(receiver.bodies)
        house.world.place()
        house.run()
        assert len(receiver.bodies) == asked
        kinds = [one.kind for one in house.world.opened_cases() if one.about == str(endpoint.id)]
        assert kinds == [CaseKind.WEBHOOK_DISABLED]
        receiver.answers = []
        counted = house.table.counted()
        assert (counted.off, counted.retried, counted.dead) == (1, 1, 0)
        house.table.enable(endpoint.id, now=house.clock())
        house.run()
        assert len(receiver.bodies) == asked + 2
        assert house.state(endpoint).failing_since is None


def test_who_is_gone_for_good_is_asked_once(house):
    with receiving() as receiver:
        endpoint = house.endpoint(receiver.url)
        receiver.answers = [410]
        house.world.place()
        house.run()
        assert house.state(endpoint).disabled_why == "410"


def test_two_workers_do_not_serve_one_endpoint_at_once(house):
    with receiving() as receiver:
        receiver.hangs = True
        house.endpoint(receiver.url)
        house.world.place()
        one, other = house.webhooks(moment=0.01), house.webhooks(moment=0.01)
        until = datetime.now(UTC) + timedelta(seconds=PATIENCE)
        while not receiver.bodies and datetime.now(UTC) < until:
            one.run()
        other.run()
        other.finish()
        assert len(receiver.bodies) == 1
        receiver.goes_on.set()
        one.finish()


def test_while_a_secret_is_changed_the_former_one_verifies_too(house):
    former, secret = fresh_secret(), fresh_secret()
    with receiving(secret=former) as receiver:
        endpoint = house.endpoint(receiver.url, secret=former)
        until = house.clock() + timedelta(days=1)
        house.table.set_secrets(replace(endpoint, secret=secret, former=former, former_until=until))
        house.world.place()
        house.run()
        assert len(receiver.headers[0]["webhook-signature"].split()) == 2
        receiver.secret = secret
        house.world.place()
        house.run()
        assert len(receiver.events) == 2
        house.clock.forward(days=1)
        house.world.place()
        house.run()
        assert len(receiver.headers[2]["webhook-signature"].split()) == 1


def test_address_and_secrets_stand_nowhere_in_the_clear(house):
    endpoint = house.endpoint("https://user.example/hook?key=hush", secret=fresh_secret())
    with psycopg.connect(house.url) as connection:
        rows = connection.execute(
            "select e::text from working.webhook_endpoints as e where id = %s", [endpoint.id]
        ).fetchall()
    raw = str(rows)
    for secret in ("hush", "user.example", endpoint.secret):
        assert secret.encode().hex() not in raw
        assert secret not in raw
    assert "hush" not in repr(endpoint)
    assert endpoint.secret not in repr(endpoint)


def test_killed_between_sending_and_remembering_it_is_sent_again_as_the_same_event(house):
    """At least once: `webhook-id` tells the receiver that it has it."""
    with receiving() as receiver:
        receiver.hangs = True
        endpoint = house.endpoint(receiver.url)
        house.world.place()
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.kits.webhook_worker", house.url], stdout=subprocess.PIPE
        )
        assert worker.stdout
        until = datetime.now(UTC) + timedelta(seconds=PATIENCE)
        while not receiver.bodies and datetime.now(UTC) < until:
            sleep(0.02)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        receiver.hangs = False
        receiver.goes_on.set()
        house.clock.forward(seconds=60)  # the lease of the dead one is over
        house.run()
        assert receiver.ids[0] == receiver.ids[-1]
        assert len(receiver.ids) >= 2
        assert house.state(endpoint).waiting == 0


def test_a_receiver_finds_out_what_was_changed_on_the_way(house):
    secret = fresh_secret()
    with receiving() as receiver:
        house.endpoint(receiver.url, secret=secret)
        house.world.place()
        house.run()
        receiver.secret = secret
        with pytest.raises(WebhookVerificationError):
            receiver.take(receiver.headers[0], receiver.bodies[0] + b" ")


def test_the_same_order_and_position_are_the_same_event_and_others_are_not(house):
    with receiving() as receiver:
        one, two = house.endpoint(receiver.url), house.endpoint(receiver.url)
        house.world.place()
        house.run()
        assert len({*receiver.ids}) == len(receiver.ids) == 2
        assert one.id != two.id
        assert all(UUID(id) for id in receiver.ids)
