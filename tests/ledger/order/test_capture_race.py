"""Cancelling and capturing at the same moment: one of them happens, never both (SPEC G1)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.verify import verify
from ledger.kernel.refusals import LateCancel
from ledger.order.commands import CancelInGrace, CaptureAuthorization, OrderCommand
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.stamps import Authorized, CreateCaptureRequest, CreateVoidRequest
from tests.conftest import Database
from tests.kits.worlds import SPEC, World

ROUNDS = 15
SEATS = 2 * ROUNDS


@pytest.fixture(params=["memory", "postgresql"])
def world(request: pytest.FixtureRequest) -> World:
    preferences = replace(SPEC.preferences, grace_period=3600)
    spec = replace(SPEC, preferences=preferences, quotas=dict.fromkeys(SPEC.quotas, SEATS))
    if request.param == "memory":
        return World(spec)
    database: Database = request.getfixturevalue("database")
    return World(spec, make=lambda clock: PostgresStampRecorder(database.app, clock=clock))


def test_cancelling_and_capturing_at_once_end_in_one_of_them(world: World) -> None:
    ends = [_raced(world, f"order {number}") for number in range(ROUNDS)]
    for order, late in ends:
        names = [type(one.stamp) for one in world.orders.history(order.id)]
        captured, given_up = names.count(CreateCaptureRequest), names.count(CreateVoidRequest)
        assert (captured, given_up) in ((1, 0), (0, 1))
        assert order.alive == late == bool(captured)
        assert order.seats == {} if given_up else order.seats
    assert [*verify(world.store.stored())] == []
    world.close()


def _raced(world: World, name: str) -> tuple[Order, bool]:
    """The order after both were asked for by four processes; whether cancelling came too late."""
    order = world.place(name)
    (attempt,) = order.attempts
    kept = Authorized(amount=order.due, provider="stripe", provider_reference=f"pi_{name}")
    world.orders.record(order.id, kept, correlation_id=attempt, actor="provider:stripe")
    ends = world.clock() + timedelta(hours=1)
    just = ends - timedelta(milliseconds=1)
    wishes: list[OrderCommand] = [
        CancelInGrace(correlation_id=uuid4(), actor="customer", at=just),
        CaptureAuthorization(correlation_id=attempt, actor="worker", at=ends),
        CancelInGrace(correlation_id=uuid4(), actor="customer", at=just),
        CaptureAuthorization(correlation_id=attempt, actor="worker", at=ends),
    ]
    start = Barrier(len(wishes))
    with ThreadPoolExecutor(len(wishes)) as crowd:
        asked = [crowd.submit(_ask, world, order.id, wish, start.wait) for wish in wishes]
        refused = [one.result() for one in asked]
    return world.orders.get(order.id), any(refused)


def _ask(world: World, order: UUID, wish: OrderCommand, start: Callable[[], int]) -> bool:
    """Whether it was refused; each asks through a service of its own, as a process would."""
    orders = Orders(world.store, world.shops, world.cases)
    start()
    try:
        orders.handle(order, wish)
    except LateCancel:
        return True
    return False
