"""Every change of a shop is known with who, when, what and why; and taken back by a new one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import NotUndoable, ShopChanged
from ledger.shop.changes import Change
from ledger.shop.differences import differences
from ledger.shop.shop import ShopSpec, spec_of
from ledger.shop.stamps import ChangeExplained
from ledger.shop.undo import undone
from tests.kits.worlds import SPEC, World

SLUG = SPEC.slug


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def changed(world: World, spec: ShopSpec, reason: str | None = None, **more: Any) -> ShopSpec:
    """The shop after a change by Eve."""
    why = ChangeExplained(reason=reason) if reason else None
    world.shops.import_shop(spec, actor="eve", at=world.clock(), why=why, **more)
    return spec_of(world.shops.newest(SLUG))


def dearer(spec: ShopSpec, by: int = 500) -> ShopSpec:
    first = spec.products[0]
    price = Money(first.price.amount + by, first.price.currency)
    return replace(spec, products=(replace(first, price=price), *spec.products[1:]))


def named(spec: ShopSpec, name: str) -> ShopSpec:
    return replace(spec, preferences=replace(spec.preferences, name={"en": name}))


def last(world: World) -> Any:
    return world.shops.edits(SLUG)[-1]


def now(world: World) -> ShopSpec:
    return spec_of(world.shops.newest(SLUG))


def test_an_edit_tells_who_what_and_why(world: World) -> None:
    before = now(world)
    changed(world, dearer(before), "The hall costs more.")
    edit, product = last(world), before.products[0]
    assert (edit.actor, edit.reason, edit.undoes) == ("eve", "The hall costs more.", None)
    (price,) = [one for one in edit.changes if one.path == f"products.{product.slug}.price"]
    assert price.values == (product.price, Money(product.price.amount + 500, "EUR"))
    assert Change(path=f"products.{product.slug}.revision", before="1", after="2") in edit.changes


def test_where_nothing_changes_nobody_needs_to_say_why(world: World) -> None:
    many = len(world.shops.edits(SLUG))
    changed(world, now(world), "No reason.")
    assert len(world.shops.edits(SLUG)) == many


def test_whoever_looked_at_another_version_is_told(world: World) -> None:
    seen = world.shops.newest(SLUG).version
    changed(world, named(now(world), "Before"))
    with pytest.raises(ShopChanged):
        changed(world, named(now(world), "After"), seen=seen)


def test_what_is_taken_back_is_as_before_and_the_rest_as_it_is(world: World) -> None:
    before = now(world)
    changed(world, dearer(before))
    edit = last(world)
    renamed = changed(world, named(now(world), "Another name"))
    wanted = undone(edit, world.shops.newest(SLUG))
    assert wanted == replace(before, preferences=renamed.preferences)
    assert changed(world, wanted, seen=world.shops.newest(SLUG).version) == wanted


def test_an_undo_can_be_taken_back(world: World) -> None:
    before = now(world)
    after = changed(world, dearer(before))
    changed(world, undone(last(world), world.shops.newest(SLUG)))
    assert undone(last(world), world.shops.newest(SLUG)) == after


def test_what_was_changed_again_since_is_not_taken_back(world: World) -> None:
    changed(world, dearer(now(world)))
    edit = last(world)
    changed(world, dearer(now(world)))
    with pytest.raises(NotUndoable) as refused:
        undone(edit, world.shops.newest(SLUG))
    assert refused.value.rule == "changed"
    assert refused.value.path == "products.weekend.price"


def test_a_product_that_went_comes_back_at_its_place(world: World) -> None:
    before = now(world)
    changed(world, replace(before, products=before.products[1:]))
    wanted = undone(last(world), world.shops.newest(SLUG))
    assert [one.slug for one in wanted.products] == [one.slug for one in before.products]
    assert wanted == before


def test_a_quota_that_came_is_empty_again(world: World) -> None:
    before = now(world)
    changed(world, replace(before, quotas={**before.quotas, "boat": 7}))
    wanted = undone(last(world), world.shops.newest(SLUG))
    assert wanted.quotas == {**before.quotas, "boat": 0}


def test_another_order_is_taken_back_unless_it_was_changed_again(world: World) -> None:
    first = replace(now(world).products[0], slug="late")
    before = changed(world, replace(now(world), products=(*now(world).products, first)))
    changed(world, replace(before, products=before.products[::-1]))
    edit = last(world)
    assert undone(edit, world.shops.newest(SLUG)) == before
    changed(world, before)
    with pytest.raises(NotUndoable):
        undone(edit, world.shops.newest(SLUG))


def test_what_opened_a_shop_stays(world: World) -> None:
    with pytest.raises(NotUndoable, match="opened"):
        undone(world.shops.edits(SLUG)[0], world.shops.newest(SLUG))


def test_undoing_stamps_what_importing_the_former_file_would(world: World) -> None:
    before = now(world)
    changed(world, dearer(before))
    shop = world.shops.newest(SLUG)
    assert differences(undone(last(world), shop), shop) == differences(before, shop)
