"""Devices at doors at the very same moment, on PostgreSQL: nobody is inside twice, ever."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product as every_pair
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.verify import verify
from ledger.order.attendance import scan_cause
from ledger.order.stamps import TicketCheckedIn, TicketCheckedOut, TicketCheckInUndone
from ledger.shop.stamps import Admission, shop_id
from tests.conftest import Database
from tests.kits.door import Device, admitting, sold
from tests.kits.product import Product, open_shop

WAYS = [*every_pair(["on line", "queue"], repeat=2)]
DEVICES, TICKETS, SCANS = 4, 5, 12


@pytest.fixture
def product(database: Database) -> Iterator[Product]:
    recorders: list[PostgresStampRecorder] = []

    def make(clock: Any) -> PostgresStampRecorder:
        recorders.append(PostgresStampRecorder(database.app, clock=clock))
        return recorders[0]

    yield open_shop(seats=100, make=make)
    recorders[0].close()


def at_once(*acts: Callable[[], None]) -> None:
    """All of them in threads of their own, begun together; what one raises is raised."""
    start = Barrier(len(acts))

    def begun(act: Callable[[], None]) -> None:
        start.wait()
        act()

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(begun, one) for one in acts]:
            done.result()


def comes(device: Device, code: str, way: str) -> Callable[[], None]:
    """Whoever has the code comes in; what was scanned off line is sent now, a minute old."""
    if way == "on line":
        return lambda: device.scan(code)
    device.note(code)
    return device.send


def test_of_two_devices_with_one_ticket_at_once_one_entry_stands(product: Product):
    _, codes = sold(product, pieces=len(WAYS))
    for (first, second), code in zip(WAYS, codes, strict=True):
        devices = [Device(product, name=name) for name in ("north", "south")]
        acts = [comes(devices[0], code, first)]
        product.clock.move(minutes=1)
        acts.append(comes(devices[1], code, second))
        at_once(*acts)
        there = attended(product, code)
        assert len(there.entries) == 1
        if first == "queue":  # Whoever was scanned a minute before stands, whenever it is told.
            assert there.entries[0].device == "north"
        # On line, one of two is turned away. What a queue tells is a fact.
        queued = (first, second).count("queue")
        assert max(queued, 1) <= len(there.entries) + len(there.beside) <= min(queued + 1, 2)
    counters_equal_stamps(product)


def test_a_storm_of_scans_exits_queues_and_undos_lets_nobody_in_twice(product: Product):
    admitting(product, weekend=Admission(reentry=True))
    _, codes = sold(product, pieces=TICKETS)
    devices = [Device(product, name=f"device-{nth}") for nth in range(DEVICES)]
    at_once(*(storm(device, codes, Random(nth)) for nth, device in enumerate(devices)))
    for code in codes:
        there = attended(product, code)
        assert len(there.entries) - len(there.exits) in (0, 1)
        told = sorted([*there.entries, *there.exits], key=lambda one: (one.at, one.position))
        assert [one.inward for one in told] == [nth % 2 == 0 for nth in range(len(told))]
    counters_equal_stamps(product)
    assert [one for one in verify(product.store.ledger.stored()) if one.law in ("A8", "3")] == []


def storm(device: Device, codes: tuple[str, ...], chance: Random) -> Callable[[], None]:
    """What one device does: whatever comes, in any order."""

    def act() -> None:
        for _ in range(SCANS):
            code = chance.choice(codes)
            match chance.choice(["in", "in", "out", "queue", "undo"]):
                case "in":
                    device.scan(code)
                case "out":
                    device.leave(code)
                case "queue":
                    device.note(code, way=chance.choice(["in", "out"]))
                    device.send()
                case _ if device.queue:
                    device.undo(chance.choice(device.queue)["scan"])

    return act


def attended(product: Product, code: str) -> Any:
    """What became of a ticket today at the only door."""
    hashed = product.parts.keyring.ticket_hash(code)
    (row,) = product.views.door_tickets("winterfest", [hashed])
    (there,) = [
        there
        for place, there in product.parts.orders.get(row.stream).attendance.items()
        if place.ticket == hashed
    ]
    return there


def counters_equal_stamps(product: Product) -> None:
    """Counted anew, one stamp after the other, by their times."""
    scans: dict[UUID, TicketCheckedIn | TicketCheckedOut] = {}
    undone: set[UUID] = set()
    places: dict[UUID, int] = {}
    for one in product.store.ledger.feed(0, limit=100_000):
        if isinstance(one.stamp, TicketCheckedIn | TicketCheckedOut):
            assert one.correlation_id == scan_cause(shop_id("winterfest"), one.stamp.scan)
            assert one.correlation_id not in scans
            scans[one.correlation_id], places[one.correlation_id] = one.stamp, one.position
        elif isinstance(one.stamp, TicketCheckInUndone):
            undone.add(one.correlation_id)
    inside: Counter[str] = Counter()
    for cause in sorted(scans, key=lambda one: (scans[one].scanned_at, places[one])):
        stamp = scans[cause]
        if cause not in undone:
            inside[stamp.ticket] = int(isinstance(stamp, TicketCheckedIn))
    assert Device(product).inside == inside.total()
