"""After a restored backup no number is given twice, and the auditor knows why some are missing."""

from uuid import UUID

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.append_conditions import _Batch
from adapters.store.memory import MemoryStampRecorder
from ledger.audit.resume import resume
from ledger.audit.verify import verify
from ledger.order.numbers import PAYMENT_REFERENCES, order_numbers, receipt_numbers
from ledger.shop.stamps import SeriesResumed, shop_id
from tests.kits.worlds import SPEC, World

RUN = UUID(int=77)


@pytest.fixture(params=["memory", "postgres"])
def world(request):
    def make(clock):
        if request.param == "memory":
            return MemoryStampRecorder(clock=clock)
        return PostgresStampRecorder(request.getfixturevalue("database").app, clock=clock)

    made = World(make=make)
    made.shops._directory = lambda: [shop_id(SPEC.slug)]
    yield made
    made.close()


def resumed(world, *, gap=1000, run=RUN):
    return resume(world.store, world.shops, gap=gap, correlation_id=run, actor="cli")


def test_every_series_goes_on_after_the_gap(world):
    one = ("weekend", 1)
    before = [world.place("one", one), world.place("two", one)]
    shop = shop_id(SPEC.slug)
    assert resumed(world) == [
        SeriesResumed(series=order_numbers(shop), after=2, until=1002),
        SeriesResumed(series=receipt_numbers(shop), after=0, until=1000),
        SeriesResumed(series=PAYMENT_REFERENCES, after=2, until=1002),
    ]
    after = [world.place("three", one), world.place("four", one)]
    assert [order.number for order in before + after] == [1, 2, 1003, 1004]
    assert [order.payment_reference[4:-1] for order in after] == ["0001003", "0001004"]
    assert verify(world.store.stored()) == ()


def test_the_same_run_again_stamps_nothing_and_another_one_does(world):
    world.place("one")
    assert len(resumed(world)) == 3
    assert resumed(world) == []
    assert next(one.until for one in resumed(world, run=UUID(int=78))) == 2001
    assert world.place("two").number == 2002
    assert verify(world.store.stored()) == ()


def test_a_gap_that_no_stamp_explains_is_a_finding(world, monkeypatch):
    world.place("one")
    real = _Batch._draw
    monkeypatch.setattr(_Batch, "_draw", lambda self, series, floor: real(self, series, 10))
    world.place("two")
    assert {one.law for one in verify(world.store.stored())} == {"C5"}


def test_a_gap_that_ends_elsewhere_than_its_stamp_says_is_a_finding(world, monkeypatch):
    world.place("one")
    real = _Batch._draw
    monkeypatch.setattr(_Batch, "_draw", lambda self, series, floor: real(self, series, floor + 5))
    resumed(world)
    texts = [one.text for one in verify(world.store.stored())]
    assert len([text for text in texts if "does not end at" in text]) == 3


def test_a_shop_without_a_sale_has_a_gap_too(world):
    resumed(world, gap=5)
    assert world.place("one").number == 6
