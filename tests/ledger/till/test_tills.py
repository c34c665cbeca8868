"""The service of shifts: one open shift of a person, counted from 1, and what is refused when."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import AmountNegative, KeyReused, ShiftOver, UnknownShift
from ledger.till.service import Tills, TillWish
from ledger.till.shift import Shift, sales_of
from ledger.till.stamps import RateSum, SaleRung, SaleVoided, Way, shift_id
from tests.kits.worlds import World

NOTHING, TEN = Money(0, "EUR"), Money(1000, "EUR")
ADA, BOB = "staff:ada", "staff:bob"


class Hall:
    """A shop with tills; every wish is another one."""

    def __init__(self, world: World) -> None:
        self.world, self.tills = world, Tills(world.store)
        self.shop = world.shops.newest(world.slug).id

    def wish(self, actor: str = ADA) -> TillWish:
        return TillWish(correlation_id=uuid4(), actor=actor)

    def open(self, actor: str = ADA, opening: Money = TEN) -> Shift:
        return self.tills.open(self.wish(actor), shop=self.shop, slug="winterfest", opening=opening)

    def shifts(self, many: int) -> list[UUID]:
        """So many shifts, all but the last one counted and over."""
        found = [self.open().id]
        for _ in range(many - 1):
            self.tills.close(found[-1], self.wish(), counted=NOTHING)
            found.append(self.open().id)
        return found


@pytest.fixture
def hall() -> Iterator[Hall]:
    world = World()
    yield Hall(world)
    world.close()


def test_a_shift_tells_whose_it_is_and_what_it_began_with(hall: Hall) -> None:
    shift = hall.open()
    assert shift.id == shift_id(hall.shop, ADA, 1)
    assert (shift.version, shift.actor, shift.is_open) == (1, ADA, True)
    assert shift.opened_at == hall.world.clock()
    begun = shift.begun
    assert (begun.shop, begun.shop_slug, begun.number) == (hall.shop, "winterfest", 1)
    assert (begun.opening, shift.currency, shift.expected) == (TEN, "EUR", TEN)


def test_who_has_an_open_shift_gets_that_one(hall: Hall) -> None:
    first = hall.open()
    assert hall.open(opening=NOTHING) == first


def test_another_person_has_another_shift(hall: Hall) -> None:
    assert hall.open().id != hall.open(BOB).id
    assert hall.tills.open_id(hall.shop, BOB) == shift_id(hall.shop, BOB, 1)


@pytest.mark.parametrize("many", range(1, 10))
def test_the_newest_shift_is_found_among_so_many(hall: Hall, many: int) -> None:
    ids = hall.shifts(many)
    assert ids == [shift_id(hall.shop, ADA, number) for number in range(1, many + 1)]
    last = hall.tills.last_of(hall.shop, ADA)
    assert last is not None
    assert (last.id, last.begun.number) == (ids[-1], many)
    assert hall.tills.open_of(hall.shop, ADA) == last


# Of nine, 1, 2, 4, 8 and 16 are asked for, then 12, 10 and 9.
@pytest.mark.parametrize(("many", "few"), [(1, 2), (2, 4), (9, 8)])
def test_the_newest_shift_is_found_in_few_looks(hall: Hall, many: int, few: int) -> None:
    hall.shifts(many)
    looks = 0
    read = hall.tills.get

    def counted(shift: UUID) -> Shift:
        nonlocal looks
        looks += 1
        return read(shift)

    hall.tills.get = counted  # type: ignore[method-assign]
    hall.tills.last_of(hall.shop, ADA)
    assert looks == few


def test_nobody_has_a_shift_before_the_first(hall: Hall) -> None:
    assert hall.tills.last_of(hall.shop, ADA) is None
    assert hall.tills.open_of(hall.shop, ADA) is None
    with pytest.raises(ShiftOver):
        hall.tills.open_id(hall.shop, ADA)


def test_a_shift_that_was_counted_is_over_and_keeps_its_count(hall: Hall) -> None:
    (id,) = hall.shifts(1)
    over = hall.tills.close(id, hall.wish(), counted=Money(990, "EUR"))
    assert (over.is_open, over.difference) == (False, Money(-10, "EUR"))
    assert over.closed_at == hall.world.clock()
    assert hall.tills.close(id, hall.wish(), counted=TEN) == over
    assert hall.tills.open_of(hall.shop, ADA) is None
    assert hall.tills.last_of(hall.shop, ADA) == over


def test_an_open_shift_has_no_difference(hall: Hall) -> None:
    assert hall.open().difference is None


SALE = SaleRung(order=UUID(int=7), amount=TEN, way=Way.CASH, rates=())
VOID = SaleVoided(order=UUID(int=7), amount=TEN, way=Way.CASH, rates=(), reason="twice")


def test_sales_voids_and_cash_stand_in_their_shift(hall: Hall) -> None:
    id = hall.open().id
    rates = (RateSum(vat_percent="13.5", gross=TEN),)
    card = replace(SALE, order=UUID(int=8), way=Way.CARD)
    for one in (SALE, card, VOID):
        beside = hall.tills.rung(id, hall.wish())
        hall.world.store.append(beside(replace(one, rates=rates)))
    hall.tills.move_cash(id, hall.wish(), amount=Money(300, "EUR"), inward=True, reason="change")
    shift = hall.tills.move_cash(id, hall.wish(), amount=TEN, inward=False, reason="to the bank")
    assert sales_of(shift) == [UUID(int=7), UUID(int=8)]
    assert [one.stamp.order.int for one in shift.voids] == [7]
    told: list[Any] = [*shift.sales, *shift.voids, *shift.movements]
    assert [one.at for one in told] == [hall.world.clock()] * 5
    assert (shift.put_in.amount, shift.taken_out.amount) == (300, 1000)
    assert shift.expected == Money(300, "EUR")
    assert shift.by_rate() == {("13.5", Way.CARD): TEN, ("13.5", Way.CASH): NOTHING}


@pytest.mark.parametrize("sale", [SALE, VOID], ids=["sale", "void"])
def test_nothing_is_sold_or_given_back_in_a_shift_that_is_over(hall: Hall, sale: Any) -> None:
    (id,) = hall.shifts(1)
    rung = hall.tills.rung(id, hall.wish())
    hall.tills.close(id, hall.wish(), counted=TEN)
    with pytest.raises(ShiftOver):
        rung(sale)


def test_no_cash_moves_in_a_shift_that_is_over(hall: Hall) -> None:
    (id,) = hall.shifts(1)
    hall.tills.close(id, hall.wish(), counted=TEN)
    with pytest.raises(ShiftOver):
        hall.tills.move_cash(id, hall.wish(), amount=TEN, inward=True, reason="late")


def test_a_stream_that_is_no_shift_is_one_that_never_began(hall: Hall) -> None:
    hall.world.place()
    for stream in (UUID(int=9), hall.world.id("order")):
        found = hall.tills.get(stream)
        assert found == Shift(id=stream)
        assert not found.is_open
        with pytest.raises(UnknownShift):
            hall.tills.move_cash(stream, hall.wish(), amount=TEN, inward=True, reason="?")
        with pytest.raises(UnknownShift):
            hall.tills.rung(stream, hall.wish())(SALE)
        with pytest.raises(UnknownShift):
            hall.tills.close(stream, hall.wish(), counted=TEN)


def test_no_amount_is_less_than_nothing_and_nothing_is_one(hall: Hall) -> None:
    less = Money(-1, "EUR")
    with pytest.raises(AmountNegative):
        hall.open(opening=less)
    id = hall.open(opening=NOTHING).id
    with pytest.raises(AmountNegative):
        hall.tills.move_cash(id, hall.wish(), amount=less, inward=True, reason="?")
    with pytest.raises(AmountNegative):
        hall.tills.close(id, hall.wish(), counted=less)
    moved = hall.tills.move_cash(id, hall.wish(), amount=NOTHING, inward=True, reason="none")
    assert len(moved.movements) == 1
    assert hall.tills.close(id, hall.wish(), counted=NOTHING).difference == NOTHING


def test_the_same_wish_moves_cash_once_and_another_under_its_key_is_refused(hall: Hall) -> None:
    id, wish = hall.open().id, hall.wish()
    once = hall.tills.move_cash(id, wish, amount=TEN, inward=True, reason="change")
    assert hall.tills.move_cash(id, wish, amount=TEN, inward=True, reason="change") == once
    with pytest.raises(KeyReused):
        hall.tills.move_cash(id, wish, amount=NOTHING, inward=True, reason="change")
