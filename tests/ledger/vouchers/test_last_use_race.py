"""The last use of a voucher is raced for, in memory and over PostgreSQL: as many win as there are.

Beside the buyers others pay late, give up and cancel: what the orders have and what the voucher
counts agree afterwards, to the seat.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import UUID

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.check_uses import count_uses, use_differences
from ledger.audit.verify import verify
from ledger.kernel.refusals import Refusal
from ledger.order.service import Orders
from ledger.order.voucher_use import uses_of
from ledger.vouchers.refusals import VoucherUsedUp
from tests.conftest import Database
from tests.kits.worlds import World
from tests.ledger.vouchers.test_vouchers import PARTS, Desk, kept, percent

BUYERS, USES = 8, 3


@pytest.fixture(params=["memory", "postgresql"])
def world(request: pytest.FixtureRequest) -> World:
    spec = replace(PARTS, quotas={"weekend": 6, "friday": 2})
    if request.param == "memory":
        return World(spec)
    database: Database = request.getfixturevalue("database")
    return World(spec, make=lambda clock: PostgresStampRecorder(database.app, clock=clock))


def test_as_many_win_as_there_are_uses(world: World) -> None:
    desk, together = Desk(world), Barrier(BUYERS)
    desk.open("LAST", replace(kept(desk, USES), effect=percent("50")))

    def buy(number: int) -> UUID | None:
        # Each as another process: it remembers nothing of what the others did.
        orders = Orders(world.store, world.shops, world.cases)
        command = world.order_command(f"buyer {number}", ("weekend", 1), voucher=desk.id("LAST"))
        together.wait()
        try:
            return orders.place(world.slug, command).id
        except VoucherUsedUp:
            return None

    with ThreadPoolExecutor(BUYERS) as pool:
        won = [one for one in pool.map(buy, range(BUYERS)) if one is not None]
    assert len(won) == USES == desk.get("LAST").taken
    assert desk.seats("weekend") == (USES, 0)

    def end(number: int) -> None:
        order = world.orders.get(won[number % USES])
        try:
            if number < USES:
                desk.give_up(order)
            elif number < 2 * USES:
                desk.pay(order)
            else:
                desk.cancel(order)
        except Refusal:
            return

    with ThreadPoolExecutor(BUYERS) as pool:
        assert len([*pool.map(end, range(3 * USES))]) == 3 * USES
    for id in won:
        world.orders.follow(id, world.clock())
    known = desk.get("LAST")
    has = {id: uses_of(world.orders.get(id)) for id in won}
    assert known.taken_by == {id: uses for id, uses in has.items() if uses}
    rows = world.store.stored()
    assert [*verify(rows)] == []
    assert [*use_differences(count_uses(rows, until=rows.head()[0]))] == []
    world.close()
