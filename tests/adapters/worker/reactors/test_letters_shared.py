"""Several workers on one PostgreSQL share the letters: each goes out once, none is lost."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from adapters.keys.key_ring import Keyring
from adapters.mail.letters import RenderedLetter
from adapters.mail.smtp import Delivery, Sent
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.ledger import StampLedger
from adapters.worker.reactors.letters import Letters
from adapters.worker.threads import Threads
from ledger.order.stamps import ReceiptSendStarted, ReceiptSent, TicketsIssued
from tests.conftest import Database
from tests.kits.worker import World
from tests.kits.worker_fakes import Clock, Killed

ORDERS = 90


@dataclass
class SlowMail:
    """Takes its time, so that nobody is done before the others have begun. May end its worker."""

    ends_after: int = 10_000
    delivered: list[str] = field(default_factory=list)
    pause: threading.Event = field(default_factory=threading.Event)

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery:
        self.pause.wait(0.002)
        if len(self.delivered) >= self.ends_after:
            raise Killed
        self.delivered.append(message_id)
        return Sent()

    def rest(self) -> None:
        """Nothing was kept."""


@contextmanager
def worker(database: Database, clock: Clock, mail: SlowMail) -> Iterator[tuple[World, Letters]]:
    """A worker on a ledger of its own, as a process of its own would have it."""
    recorder = PostgresStampRecorder(database.app, clock=clock, readers=2)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    ledger = StampLedger(recorder, keyring=keyring)
    world = World(store=ledger, now=clock)
    world.clock = clock
    made = world.letters()
    post = replace(made.post, mail=mail)
    yield world, replace(made, post=post, threads=Threads(most=3, name="letters"))
    ledger.close()


def test_workers_at_once_share_the_letters(database: Database) -> None:
    clock, mails = Clock(), [SlowMail(), SlowMail(), SlowMail()]
    with (
        worker(database, clock, mails[0]) as (world, one),
        worker(database, clock, mails[1]) as (_, two),
        worker(database, clock, mails[2]) as (_, three),
    ):
        for _ in range(ORDERS):
            world.placed_and_paid()
        threads = [threading.Thread(target=run, args=[each]) for each in (one, two, three)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kinds = Counter(type(one.stamp) for one in world.stamps())
        issued = [one for one in world.stamps() if isinstance(one.stamp, TicketsIssued)]
    every = [message_id for mail in mails for message_id in mail.delivered]
    assert len(every) == len({*every}) == ORDERS
    assert (kinds[ReceiptSendStarted], kinds[ReceiptSent]) == (ORDERS, ORDERS)
    assert sum(bool(mail.delivered) for mail in mails) >= 2
    # Each order has one set of tickets, and no code is there twice (R4).
    assert len(issued) == len({one.stream for one in issued}) == ORDERS
    assert len({code for one in issued for code in one.stamp.hashes}) == ORDERS


def test_what_a_dead_worker_claimed_is_sent_by_another_after_the_lease(database: Database) -> None:
    clock, dead, other = Clock(), SlowMail(ends_after=5), SlowMail()
    with (
        worker(database, clock, dead) as (world, one),
        worker(database, clock, other) as (_, two),
    ):
        for _ in range(20):
            world.placed_and_paid()
        with pytest.raises(Killed):
            one.run()
        stamped = sent(world)
        two.run()
        # The first eight are claimed; nobody touches them before their lease is over.
        assert len(other.delivered) == 12
        assert not {*dead.delivered} & {*other.delivered}
        for _ in range(2):
            clock.now += timedelta(minutes=5)
            two.run()
        assert sent(world) == 20
        assert sum(isinstance(one.stamp, TicketsIssued) for one in world.stamps()) == 20
    again = {*dead.delivered} & {*other.delivered}
    # Again, under the same name, goes only what was on its way when its worker died.
    assert len(again) == len(dead.delivered) - stamped <= 3
    assert len({*dead.delivered, *other.delivered}) == 20


def run(letters: Letters) -> None:
    while letters.run().done:
        pass


def sent(world: World) -> int:
    return sum(isinstance(one.stamp, ReceiptSent) for one in world.stamps())
