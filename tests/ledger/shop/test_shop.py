"""An import stamps exactly the differences (SPEC C10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import QuotaTooSmall, ShopInvalid, UnknownShop
from ledger.shop.limits import EARLIEST, LATEST
from ledger.shop.service import Shops
from ledger.shop.stamps import (
    Picture,
    PreferencesChanged,
    ProductRevised,
    ProductWithdrawn,
    QuotaSet,
)
from tests.kits.worlds import SPEC, World


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def imported(world: World, spec: Any) -> list[Any]:
    found = world.shops.import_shop(spec, actor="test", at=world.clock())
    return [one.stamp for one in found]


def with_weekend(**changes: Any) -> Any:
    return replace(SPEC, products=(replace(SPEC.products[0], **changes), *SPEC.products[1:]))


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    assert imported(world, SPEC) == []


def test_a_changed_quota_is_one_stamp(world: World) -> None:
    wider = replace(SPEC, quotas={**SPEC.quotas, "weekend": 6})
    assert imported(world, wider) == [QuotaSet(slug="weekend", capacity=6)]


def test_a_quota_set_back_is_stamped_again(world: World) -> None:
    imported(world, replace(SPEC, quotas={**SPEC.quotas, "weekend": 6}))
    assert imported(world, SPEC) == [QuotaSet(slug="weekend", capacity=5)]


def test_changed_preferences_tell_before_and_after(world: World) -> None:
    after = replace(SPEC.preferences, unpaid_after=3600)
    (stamp,) = imported(world, replace(SPEC, preferences=after))
    assert stamp == PreferencesChanged(before=SPEC.preferences, after=after)


@pytest.mark.parametrize(
    "change",
    [{"price": Money(3600, "EUR")}, {"vat_percent": "14"}, {"title": {"en": "Whole weekend"}}],
)
def test_price_vat_and_title_make_a_new_revision(world: World, change: Any) -> None:
    (stamp,) = imported(world, with_weekend(**change))
    assert isinstance(stamp, ProductRevised)
    assert (stamp.slug, stamp.revision, stamp.rank) == ("weekend", 2, 1)


def test_a_window_or_a_text_keeps_the_revision(world: World) -> None:
    (stamp,) = imported(world, with_weekend(description={"en": "Three days"}, max_per_order=4))
    assert (stamp.revision, stamp.max_per_order) == (1, 4)


def test_a_product_left_out_is_withdrawn_and_comes_back_counted_on(world: World) -> None:
    without = replace(SPEC, products=SPEC.products[1:])
    assert ProductWithdrawn(slug="weekend") in imported(world, without)
    assert "weekend" not in world.shops.get("winterfest").products
    back = [s for s in imported(world, SPEC) if isinstance(s, ProductRevised)]
    assert next(s for s in back if s.slug == "weekend").revision == 2


def test_a_quota_cannot_shrink_below_what_is_taken(world: World) -> None:
    world.place("order", ("weekend", 3))
    with pytest.raises(QuotaTooSmall) as refused:
        imported(world, replace(SPEC, quotas={**SPEC.quotas, "weekend": 2}))
    assert refused.value.quota == "weekend"
    assert imported(world, replace(SPEC, quotas={**SPEC.quotas, "weekend": 3}))


def test_an_order_keeps_the_price_it_was_placed_at(world: World) -> None:
    world.place("order", ("weekend", 1))
    imported(world, with_weekend(price=Money(9900, "EUR")))
    assert world.orders.get(world.id("order")).due == Money(3500, "EUR")
    assert world.place("second", ("weekend", 1)).due == Money(9900, "EUR")


def test_products_are_listed_in_the_shop_s_order(world: World) -> None:
    turned = replace(SPEC, products=SPEC.products[::-1])
    imported(world, turned)
    on_sale = world.shops.get("winterfest").on_sale(world.clock())
    assert [one.slug for one in on_sale] == ["volunteer", "friday", "weekend"]


def test_there_is_no_such_shop(world: World) -> None:
    with pytest.raises(UnknownShop):
        world.shops.get("summerfest")


def selling_through(provider: str, *, currency: str = "EUR") -> Any:
    preferences = replace(SPEC.preferences, provider=provider, currency=currency)
    return replace(SPEC, preferences=preferences, products=())


SECOND = timedelta(seconds=1)
INVALID: list[tuple[Any, str]] = [
    (selling_through("nobody"), "provider"),
    (selling_through("paytrail", currency="SEK"), "currency"),
    (replace(SPEC, products=(*SPEC.products, SPEC.products[0])), "products.weekend.slug"),
    (replace(SPEC, quotas={**SPEC.quotas, "weekend": -1}), "quotas.weekend"),
    (with_weekend(price=Money(-1, "EUR")), "products.weekend.price"),
    (with_weekend(price=Money(1, "SEK")), "products.weekend.price"),
    (with_weekend(max_per_order=0), "products.weekend.max_per_order"),
    (with_weekend(tickets=-1), "products.weekend.tickets"),
    (with_weekend(quotas=("nowhere",)), "products.weekend.quotas"),
    (with_weekend(title={"en": "Weekend\nticket"}), "products.weekend.title.en"),
    (with_weekend(available_from=EARLIEST - SECOND), "products.weekend.available_from"),
    (with_weekend(available_until=LATEST), "products.weekend.available_until"),
]


@pytest.mark.parametrize(("spec", "field"), INVALID)
def test_a_shop_that_cannot_be_is_refused_by_field(world: World, spec: Any, field: str) -> None:
    size, _ = world.store.head()
    with pytest.raises(ShopInvalid) as refused:
        imported(world, spec)
    assert refused.value.field == field
    assert world.store.head()[0] == size


def a_picture(**changes: Any) -> Picture:
    alt = {"en": "A stage", "fi": "Lava", "sv": "En scen"}
    made = Picture(hash="a" * 64, source="f" * 64, width=640, height=320, alt=alt)
    return replace(made, **changes)


def looking(**looks: Any) -> Any:
    return replace(SPEC, preferences=replace(SPEC.preferences, **looks))


def test_what_another_encoder_makes_of_the_same_file_changes_nothing(world: World) -> None:
    imported(world, looking(picture=a_picture(), logo=a_picture(width=320)))
    again = looking(picture=a_picture(hash="b" * 64), logo=a_picture(hash="b" * 64, width=320))
    assert imported(world, again) == []


def test_another_file_or_other_words_for_it_are_a_change(world: World) -> None:
    imported(world, looking(picture=a_picture()))
    words = {"en": "The stage", "fi": "Lava", "sv": "En scen"}
    (told,) = imported(world, looking(picture=a_picture(hash="b" * 64, alt=words)))
    assert told.after.picture == a_picture(alt=words)
    other = a_picture(hash="c" * 64, source="e" * 64)
    (changed,) = imported(world, looking(picture=other))
    assert changed.after.picture == other
    (gone,) = imported(world, SPEC)
    assert gone.after.picture is None


def test_bytes_are_kept_before_a_stamp_names_them(world: World) -> None:
    kept: list[Any] = []
    shops = Shops(world.store, keep_pictures=kept.append)
    spec = replace(looking(picture=a_picture()), pictures={"a" * 64: b"bytes"})
    shops.import_shop(spec, actor="test", at=world.clock())
    assert kept == [{"a" * 64: b"bytes"}]


def test_doors_and_end_move_with_the_start(world: World) -> None:
    start = SPEC.preferences.starts_at
    times = {"doors_at": start - timedelta(hours=1), "ends_at": start + timedelta(hours=8)}
    imported(world, looking(**times))
    world.shops.move(
        SPEC.slug,
        starts_at=start + timedelta(days=30),
        reason={"en": "The hall is flooded."},
        refunds_until=None,
        actor="test",
        at=world.clock(),
    )
    terms = world.shops.newest(SPEC.slug).terms
    assert terms.doors_at == times["doors_at"] + timedelta(days=30)
    assert terms.ends_at == times["ends_at"] + timedelta(days=30)
