"""What an import would change, told value by value before anything is stamped."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.kernel.money import Money
from ledger.shop.changes import Change, changes
from tests.kits.worlds import SPEC, World


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def test_the_same_file_changes_nothing(world: World) -> None:
    assert changes(SPEC, world.shops.get(SPEC.slug)) == []


def test_a_value_is_told_as_it_is_and_as_it_would_be(world: World) -> None:
    seats = str(SPEC.quotas["weekend"])
    spec = replace(SPEC, quotas={**SPEC.quotas, "weekend": SPEC.quotas["weekend"] + 1, "new": 7})
    assert changes(spec, world.shops.get(SPEC.slug)) == [
        Change(path="quotas.weekend", before=seats, after=str(int(seats) + 1)),
        Change(path="quotas.new", before="", after="7"),
    ]


def test_a_price_a_word_and_a_product_taken_out_are_told(world: World) -> None:
    first, *others = SPEC.products
    dearer = replace(first, price=Money(4000, "EUR"), title={"en": "Both days"})
    found = changes(replace(SPEC, products=(dearer, *others[1:])), world.shops.get(SPEC.slug))
    told = {one.path: (one.before, one.after) for one in found}
    assert told["products.weekend.title.en"] == (first.title["en"], "Both days")
    assert told["products.weekend.price"][1].startswith("40")
    assert told[f"products.{others[0].slug}"] == ("on sale", "withdrawn")
