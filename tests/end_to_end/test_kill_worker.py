"""A worker is killed while the mail server has the letter in its hands; the next one finishes."""

import asyncio
import base64
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.ledger import StampLedger
from ledger.order.stamps import BuyerAddressed, ReceiptUnknown
from ledger.shop.mailing_service import Mailings
from ledger.shop.stamps import MailingState
from tests.adapters.worker.reactors.test_mailings import ABOUT
from tests.conftest import Database
from tests.kits import ready_processes
from tests.kits.worker import World

MASTER_KEY = b"w" * 32
# Enough on a machine that does much else; whoever is done earlier waits no longer.
PATIENCE = 120.0


class Postbox:
    """Takes letters; while `slow` is set it keeps the sender waiting for the answer."""

    def __init__(self) -> None:
        self.slow, self.begun = Event(), Event()
        self.taken: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.begun.set()
        while self.slow.is_set():
            await asyncio.sleep(0.05)
        self.taken.append(message_id(envelope.original_content or b""))
        return "250 OK"


def message_id(content: bytes) -> str:
    lines = content.decode().splitlines()
    return next(one.split(" ", 1)[1] for one in lines if one.lower().startswith("message-id:"))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served(postbox: Postbox) -> Iterator[str]:
    port = free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


class Workers:
    """Worker processes, on one database, with a clock that a file moves."""

    def __init__(self, database: Database, *, smtp_url: str, folder: Path) -> None:
        self._folder, self.offset = folder, folder / "offset"
        self._environment = {
            **os.environ,
            "STAMPLEDGER_HOME": str(folder),
            "STAMPLEDGER_DATABASE_URL": database.app,
            "STAMPLEDGER_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
            "STAMPLEDGER_SECRET_KEY": "secret" * 6,
            "STAMPLEDGER_SMTP_URL": smtp_url,
            "STAMPLEDGER_MAIL_FROM": "tickets@winterfest.example",
            "STAMPLEDGER_CLOCK_FILE": str(self.offset),
        }
        self.started: list[ready_processes.Fork] = []
        self.offset.write_text("0")

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.offset.read_text()))

    def start(self, *options: str) -> ready_processes.Fork:
        with (self._folder / "log").open("ab") as log:
            process = ready_processes.start(
                ready_processes.COMMAND, ["worker", *options], self._environment, out=log
            )
        self.started.append(process)
        return process

    def end(self) -> None:
        for process in self.started:
            process.kill()
            process.wait()


def eventually(holds: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < until, "it did not happen"
        sleep(0.05)


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def workers(database: Database, postbox: Postbox, tmp_path: Path) -> Iterator[Workers]:
    with served(postbox) as url:
        made = Workers(database, smtp_url=url, folder=tmp_path)
        yield made
        postbox.slow.clear()
        made.end()


@pytest.fixture
def world(database: Database, workers: Workers) -> Iterator[World]:
    recorder = PostgresStampRecorder(database.app, clock=workers.now)
    keyring = Keyring(MASTER_KEY, ledger=recorder.ledger_id, store=recorder.keys)
    store = StampLedger(recorder, keyring=keyring)
    yield World(store=store, now=workers.now)
    store.close()


def all_sent(world: World, orders: int) -> bool:
    folded = [world.orders.get(one) for one in world.all_orders()]
    states = [posting.state for order in folded for posting in order.postings.values()]
    return states == ["sent"] * orders


def test_two_workers_share_the_letters_and_send_each_once(world, workers, postbox):
    for _ in range(12):
        world.placed_and_paid()
    workers.start()
    workers.start()
    eventually(lambda: all_sent(world, 12))
    assert Counter(postbox.taken).most_common(1)[0][1] == 1
    assert len(postbox.taken) == 12


def test_a_worker_killed_in_the_middle_of_a_letter_leaves_no_silence(world, workers, postbox):
    order = world.placed_and_paid()
    postbox.slow.set()
    killed = workers.start()
    assert postbox.begun.wait(PATIENCE)
    killed.kill()
    killed.wait()
    postbox.slow.clear()
    workers.offset.write_text("360")
    workers.start("--once").wait(PATIENCE)
    stamps = [one.stamp for one in world.orders.history(order.id)]
    assert any(isinstance(one, ReceiptUnknown) for one in stamps)
    workers.offset.write_text("720")
    workers.start("--once").wait(PATIENCE)
    assert all_sent(world, 1)
    assert len(set(postbox.taken)) == 1


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_mailing_reaches_nobody_twice_and_nobody_less(
    world, workers, postbox
):
    orders, mailings = 6, Mailings(world.store, world.shops)
    for _ in range(orders):
        world.placed_and_paid()
    killed = workers.start()
    eventually(partial(all_sent, world, orders))
    postbox.begun.clear()
    postbox.slow.set()
    version = world.shops.newest("winterfest").version
    told = {"reason": "because", "actor": "staff", "seen": version}
    mailing = mailings.start("winterfest", ABOUT, **told)
    assert postbox.begun.wait(PATIENCE)
    assert len(reached(world)) < orders
    killed.kill()
    killed.wait()
    postbox.slow.clear()
    workers.start()
    finished = lambda: world.shops.newest("winterfest").mailings[mailing.id].state  # noqa: E731
    eventually(lambda: finished() is MailingState.FINISHED)
    for later in ("360", "720"):
        workers.offset.write_text(later)
        workers.start("--once").wait(PATIENCE)
    eventually(partial(all_sent, world, 2 * orders))
    assert sorted(reached(world)) == sorted(world.all_orders())
    assert len(set(postbox.taken)) == 2 * orders


def reached(world: World) -> list[UUID]:
    return [one.stream for one in world.stamps() if isinstance(one.stamp, BuyerAddressed)]


def test_it_stops_cleanly_within_two_seconds(world, workers):
    """The quickest of three counts: a busy machine may hold up any one of them."""
    took = []
    for number in range(1, 4):
        world.placed_and_paid()
        running = workers.start()
        eventually(partial(all_sent, world, number))
        asked = monotonic()
        running.terminate()
        assert running.wait(PATIENCE) == 0
        took.append(monotonic() - asked)
        if took[-1] < 2.5:
            return
    raise AssertionError(f"it took {took} seconds to stop")
