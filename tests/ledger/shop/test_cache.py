"""Nobody sees an old catalogue for long, and nobody pays a price that they did not see."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import NotOnSale, PriceChanged, UnknownProduct, UnknownShop
from ledger.shop import cache as caching
from ledger.shop.cache import LONGEST, ShopCache
from ledger.shop.service import Shops
from ledger.shop.shop import Shop
from tests.kits.patience import PATIENCE
from tests.kits.worlds import PREFERENCES, SPEC, WEEKEND, World


@pytest.fixture
def world():
    made = World()
    yield made
    made.close()


def elsewhere(world: World, **changes: Any) -> None:
    """Another process imports the shop with another weekend."""
    products = (replace(WEEKEND, **changes), *SPEC.products[1:])
    Shops(world.store).import_shop(replace(SPEC, products=products), actor="cli", at=world.clock())


def price(world: World) -> int:
    return world.shops.get("winterfest").products["weekend"].price.amount


def test_a_catalogue_is_never_older_than_five_minutes(world):
    shown = price(world)
    elsewhere(world, price=Money(9900, "EUR"))
    assert price(world) == shown
    world.clock.pass_(seconds=LONGEST)
    assert price(world) == 9900


def test_a_clock_that_was_moved_back_ages_it_too(world):
    price(world)
    elsewhere(world, price=Money(9900, "EUR"))
    world.clock.pass_(seconds=-60)
    assert price(world) == 9900


@pytest.mark.parametrize("quantity", [1, 2])
def test_what_was_shown_is_what_is_paid_or_nothing_is_placed(world, quantity):
    seen = Money(price(world) * quantity, "EUR")
    elsewhere(world, price=Money(9900, "EUR"))
    with pytest.raises(PriceChanged) as refused:
        world.place("o", ("weekend", quantity), expected_total=seen)
    assert (refused.value.expected_total, refused.value.total) == (
        seen,
        Money(9900 * quantity, "EUR"),
    )
    now = refused.value.total
    assert world.place("o", ("weekend", quantity), expected_total=now).due == now


def test_the_new_price_seen_elsewhere_counts_though_this_process_saw_the_old_one(world):
    price(world)
    elsewhere(world, price=Money(9900, "EUR"))
    placed = world.place("o", ("weekend", 1), expected_total=Money(9900, "EUR"))
    assert placed.due.amount == 9900


def test_another_title_or_vat_is_no_other_price(world):
    seen = Money(price(world), "EUR")
    elsewhere(world, title={"en": "Weekend pass"}, vat_percent="14")
    assert world.place("o", ("weekend", 1), expected_total=seen).due == seen


def test_what_became_free_is_asked_about_too(world):
    seen = Money(price(world), "EUR")
    elsewhere(world, price=Money(0, "EUR"))
    with pytest.raises(PriceChanged):
        world.place("o", ("weekend", 1), expected_total=seen)


def test_another_currency_is_another_price(world):
    seen = Money(price(world), "EUR")
    products = tuple(replace(one, price=Money(one.price.amount, "SEK")) for one in SPEC.products)
    policy = replace(PREFERENCES.cancellation, fee_fixed=Money(0, "SEK"))
    preferences = replace(PREFERENCES, currency="SEK", cancellation=policy)
    spec = replace(SPEC, products=products, preferences=preferences)
    Shops(world.store).import_shop(spec, actor="cli", at=world.clock())
    with pytest.raises(PriceChanged):
        world.place("o", ("weekend", 1), expected_total=seen)


def test_what_is_gone_meanwhile_is_said_by_what_is_true_now(world):
    price(world)
    spec = replace(SPEC, products=SPEC.products[1:])
    Shops(world.store).import_shop(spec, actor="cli", at=world.clock())
    with pytest.raises((NotOnSale, UnknownProduct)):
        world.place("o", ("weekend", 1), expected_total=Money(3500, "EUR"))


def shop(world: World) -> Shop:
    return world.shops.newest("winterfest")


class Slow:
    """A reading that takes until it is let go."""

    def __init__(self, found: Shop) -> None:
        self.found, self.times = found, 0
        self.begun, self.let_go = Event(), Event()

    def __call__(self) -> Shop:
        self.times += 1
        self.begun.set()
        assert self.let_go.wait(PATIENCE)
        return self.found


def test_many_who_want_it_at_once_read_it_once(world):
    cache, slow = ShopCache((lambda: 0.0,)), Slow(shop(world))
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(cache.get, "winterfest", slow) for _ in range(8)]
        assert slow.begun.wait(PATIENCE)
        slow.let_go.set()
        assert {one.result().slug for one in asked} == {"winterfest"}
    assert slow.times == 1
    assert cache.get("winterfest", slow) is slow.found
    assert slow.times == 1


def test_whoever_gives_up_waiting_reads_alone_and_harms_nobody(world, monkeypatch):
    monkeypatch.setattr("ledger.shop.cache._PATIENCE", 0.01)
    cache, slow = ShopCache((lambda: 0.0,)), Slow(shop(world))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cache.get, "winterfest", slow)
        assert slow.begun.wait(PATIENCE)
        assert cache.get("winterfest", lambda: slow.found) is slow.found
        slow.let_go.set()
        assert first.result() is slow.found
    assert slow.times == 1


def test_a_reading_that_failed_is_tried_again(world):
    cache, found = ShopCache((lambda: 0.0,)), shop(world)

    def broken() -> Shop:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        cache.get("winterfest", broken)
    assert cache.get("winterfest", lambda: found) is found


def waiting_for(world: World, monkeypatch: pytest.MonkeyPatch, end: Slow) -> Future[Shop]:
    """Somebody who waits for what another one reads, who is let go once they do."""
    waits, awaited = Event(), caching._awaited

    def told(*of: Any) -> Shop:
        waits.set()
        return awaited(*of)

    monkeypatch.setattr(caching, "_awaited", told)
    cache = ShopCache((lambda: 0.0,))
    with ThreadPoolExecutor(2) as pool:
        pool.submit(cache.get, "winterfest", end)
        assert end.begun.wait(PATIENCE)
        second = pool.submit(cache.get, "winterfest", lambda: shop(world))
        assert waits.wait(PATIENCE)
        end.let_go.set()
    return second


def test_whoever_waits_is_given_what_was_read_or_why_it_could_not_be(world, monkeypatch):
    found = shop(world)
    assert waiting_for(world, monkeypatch, Slow(found)).result() is found

    class Broken(Slow):
        def __call__(self) -> Shop:
            super().__call__()
            raise ConnectionError

    assert isinstance(waiting_for(world, monkeypatch, Broken(found)).exception(), ConnectionError)


def test_without_a_clock_nothing_is_kept(world):
    cache, found = ShopCache(), shop(world)
    assert cache.get("winterfest", lambda: found) is found
    assert cache.lately("winterfest") is None
    assert cache.young() == {}


def test_the_newest_shop_is_kept_as_long_as_it_is_young(world):
    now = [0.0]
    cache, old = ShopCache((lambda: now[0],), seconds=10), shop(world)
    assert cache.lately("winterfest") is None
    new = replace(old, version=old.version + 1)
    assert cache.read("winterfest", lambda: new) is new
    assert cache.lately("winterfest") is new
    assert cache.read("winterfest", lambda: old) is old
    assert cache.lately("winterfest") is new, "an older one never takes its place"
    now[0] = 9
    again = replace(new)
    cache.read("winterfest", lambda: again)
    for now[0] in (10, 18.9):
        assert cache.lately("winterfest") is again, "it was read once more at nine"
        assert cache.young() == {again.id: "winterfest"}
    now[0] = 19
    assert cache.lately("winterfest") is None
    assert cache.young() == {}


def test_what_was_being_read_when_all_was_forgotten_is_not_kept(world):
    cache, old = ShopCache((lambda: 0.0,)), shop(world)

    def forgotten_meanwhile() -> Shop:
        cache.forget()
        return old

    cache.get("winterfest", forgotten_meanwhile)
    younger = replace(old, version=old.version + 1)
    assert cache.get("winterfest", lambda: younger) is younger


def test_a_shop_that_does_not_exist_leaves_nothing_behind(world):
    for number in range(20):
        with pytest.raises(UnknownShop):
            world.shops.get(f"nobody-{number}")
    cache = world.shops._cache
    assert (len(cache._flights), len(cache._kept)) == (0, 0)
