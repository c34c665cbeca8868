"""Places in line: one for each address, seats held for who is next, bought in one append."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.refusals import NotEnoughSeats
from ledger.kernel.store import NoRoom
from ledger.order.commands import CancelUnpaid
from ledger.order.order import Order
from ledger.shop.stamps import line_id, quota_id, shop_id
from ledger.waiting_list.line import InLine, whose_turn
from ledger.waiting_list.place import PlaceState, WaitingPlace
from ledger.waiting_list.refusals import HoldOver, NobodyWaits, NotInLine
from ledger.waiting_list.service import PlaceWish, WaitingList, hold_until
from ledger.waiting_list.stamps import Leaving, LineEnd
from tests.kits.worlds import SPEC, World

SHOP = shop_id("winterfest")
WEEKEND, LINE = quota_id(SHOP, "weekend"), line_id(SHOP, "weekend")
WAITS = replace(SPEC, preferences=replace(SPEC.preferences, waiting_list=24 * 3600))


class Line:
    """A shop whose five weekend seats are sold out, and people who wait for them."""

    def __init__(self, sold: int = 5) -> None:
        self.world = World(WAITS)
        self.list = WaitingList(self.world.store)
        self.first = self.world.place("first", ("weekend", sold)) if sold else None

    @property
    def shop(self) -> Any:
        return self.world.shops.newest("winterfest")

    def join(self, who: str, many: int = 1, product: str = "weekend") -> WaitingPlace:
        wish = PlaceWish(
            product=product,
            quantity=many,
            language="fi",
            email=f"{who}@example.org",
            email_index=who,
            code=f"code of {who}",
            code_hash="0" * 64,
            correlation_id=self.world.id(f"{who} for {product} at {self.world.clock()}"),
        )
        return self.list.take(self.shop, wish)

    def offer(self, place: WaitingPlace) -> Any:
        until = hold_until(self.shop, place.terms.product, self.world.clock())
        return self.list.offer(place.id, self.shop, until=until, seen=1)

    def free(self, order: Order | None) -> None:
        assert order is not None
        clock = self.world.clock
        clock.pass_(days=4)
        wish = CancelUnpaid(correlation_id=self.world.id("late"), actor="worker", at=clock())
        self.world.orders.handle(order.id, wish)

    def buy(self, place: WaitingPlace, name: str = "second", many: int | None = None) -> Order:
        quantity = many or place.terms.quantity
        command = self.world.order_command(name, ("weekend", quantity))
        used = self.list.used_by(place.id, command.order, command.at)
        return self.world.orders.place("winterfest", command, beside=used)

    def totals(self) -> tuple[int, int]:
        """Held of the quota, and waited for in the line."""
        totals = self.world.recorder.read_seat_totals(10**9)
        return totals[WEEKEND][1], totals.get(LINE, (0, 0, 0))[1]


def test_an_address_has_one_place_in_a_line_whatever_it_asks_for_again():
    line = Line()
    first, again = line.join("ada", 2), line.join("ada", 5)
    assert again == first
    assert line.totals() == (5, 2)
    assert line.join("ada", product="friday").id != first.id
    line.list.leave(first.id, Leaving.LINK, actor="visitor")
    assert line.totals()[1] == 0
    line.world.clock.pass_(seconds=1)
    back = line.join("ada", 3)
    assert back.id != first.id
    assert back.rank > first.rank
    assert back.terms.generation == 2


def test_nobody_waits_where_the_shop_has_no_waiting_list():
    line = Line()
    without = replace(line.shop.preferences, waiting_list=None)
    line.world.shops.import_shop(
        replace(SPEC, preferences=without), actor="test", at=line.world.clock()
    )
    with pytest.raises(NobodyWaits):
        line.join("ada")
    with pytest.raises(NobodyWaits):
        Line().join("ada", product="no such thing")


def test_what_comes_free_is_for_who_waits_and_not_for_the_open_sale():
    line = Line()
    ada = line.join("ada", 2)
    assert isinstance(line.offer(ada), NoRoom)
    line.free(line.first)
    line.world.place("quick", ("weekend", 3))
    with pytest.raises(NotEnoughSeats):
        line.world.place("greedy", ("weekend", 1))
    with pytest.raises(NotEnoughSeats, match="volunteer"):
        line.world.place("free of charge", ("volunteer", 1))
    held = line.offer(ada)
    assert held.state is PlaceState.HELD
    assert line.totals() == (5, 0)
    order = line.buy(held)
    assert line.totals() == (5, 0)
    after = line.list.get(ada.id)
    assert (after.state, after.order) == (PlaceState.USED, order.id)


def test_staff_may_sell_past_the_line_and_nobody_beyond_the_quota():
    line = Line()
    line.join("ada", 5)
    line.free(line.first)
    line.world.place("by staff", ("weekend", 4), for_customer=True)
    with pytest.raises(NotEnoughSeats):
        line.world.place("too many", ("weekend", 2), for_customer=True)


def test_who_waits_for_what_is_full_keeps_nobody_from_the_rest():
    """A product of two quotas, one of which is full, could not have the other's seats."""
    line = Line()
    both = replace(SPEC.products[0], slug="both", quotas=("weekend", "friday"))
    spec = replace(WAITS, products=(*WAITS.products, both))
    line.world.shops.import_shop(spec, actor="test", at=line.world.clock())
    line.join("ada", 2, "both")
    line.world.place("friday", ("friday", 2))
    assert line.totals()[0] == 5


def test_a_hold_that_is_bought_moves_no_seat_and_what_it_had_beyond_comes_free():
    line = Line()
    ada = line.join("ada", 4)
    line.free(line.first)
    held = line.offer(ada)
    assert line.totals() == (4, 0)
    line.buy(held, many=1)
    assert line.totals() == (1, 0)


def test_an_order_larger_than_its_hold_needs_room_for_the_rest_only():
    line = Line()
    ada, bea = line.join("ada", 2), line.join("bea", 3)
    line.free(line.first)
    held = line.offer(ada)
    with pytest.raises(NotEnoughSeats):
        line.buy(held, many=3)
    line.list.leave(bea.id, Leaving.LINK, actor="visitor")
    assert line.buy(held, many=5).seats[WEEKEND] == (5, 0)


def test_a_hold_is_used_once_and_only_in_its_time():
    line = Line()
    ada = line.join("ada", 2)
    line.free(line.first)
    held = line.offer(ada)
    order = line.buy(held)
    assert line.buy(held).id == order.id, "the same press again is the same order"
    with pytest.raises(HoldOver):
        line.buy(held, "third")
    bea = line.join("bea", 2)
    late = line.offer(bea)
    line.world.clock.pass_(hours=24)
    with pytest.raises(HoldOver):
        line.buy(late, "late")


def test_a_hold_lapses_when_its_time_is_over_and_not_before():
    line = Line()
    ada = line.join("ada", 2)
    line.free(line.first)
    line.offer(ada)
    almost = line.world.clock.pass_(hours=23, minutes=59)
    assert line.list.lapse(ada.id, almost).state is PlaceState.HELD
    over = line.world.clock.pass_(minutes=1)
    assert line.list.lapse(ada.id, over).state is PlaceState.LAPSED
    assert line.list.lapse(ada.id, over).version == line.list.get(ada.id).version
    assert line.totals() == (0, 0)
    assert line.offer(ada) is None, "whoever waits no longer is offered nothing"


def test_staff_move_who_waits_to_either_end_and_nobody_else():
    line = Line()
    ada, bea, cleo = (line.join(who) for who in ("ada", "bea", "cleo"))

    def move(place: WaitingPlace, to: LineEnd) -> None:
        under = line.world.id(f"{place.id} {to} {line.list.get(place.id).version}")
        line.list.move(place.id, to, reason="because", actor="staff", correlation_id=under)

    def order() -> list[UUID]:
        places = [line.list.get(one.id) for one in (ada, bea, cleo)]
        return [one.id for one in sorted(places, key=lambda one: one.rank)]

    move(cleo, LineEnd.FRONT)
    assert order() == [cleo.id, ada.id, bea.id]
    move(bea, LineEnd.FRONT)
    assert order() == [bea.id, cleo.id, ada.id]
    move(bea, LineEnd.BACK)
    assert order() == [cleo.id, ada.id, bea.id]
    line.list.leave(bea.id, Leaving.STAFF, actor="staff", reason="asked to")
    with pytest.raises(NotInLine):
        move(bea, LineEnd.FRONT)


def waiting(*wants: tuple[str, int]) -> list[InLine]:
    return [
        InLine(place=UUID(int=rank), product=product, quantity=quantity, rank=rank)
        for rank, (product, quantity) in enumerate(wants, 1)
    ]


A, B = UUID(int=101), UUID(int=102)
QUOTAS = {"a": [A], "b": [B], "both": [A, B]}


@pytest.mark.parametrize(
    ("wants", "free", "turns"),
    [
        ([("a", 1), ("a", 1)], (1, 0), [1]),
        ([("a", 2), ("a", 1)], (1, 9), []),
        ([("a", 2), ("b", 1)], (1, 1), [2]),
        ([("both", 2), ("b", 1)], (1, 2), [2]),
        ([("both", 2), ("b", 1)], (1, 1), []),
        ([("both", 2), ("b", 1)], (0, 1), [2]),
        ([("gone", 1), ("a", 1)], (1, 0), [2]),
        ([("a", 1), ("both", 1), ("b", 3)], (2, 3), [1, 2]),
    ],
)
def test_the_next_in_line_is_not_passed_by_and_gathers_what_comes_free(
    wants: list[tuple[str, int]], free: tuple[int, int], turns: list[int]
):
    found = whose_turn(waiting(*wants), QUOTAS, dict(zip((A, B), free, strict=True)))
    assert [one.rank for one in found] == turns
