"""What is typed on a page changes a shop as the same change of its file would."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.shop_file.edit import Edited, ShopTree, Words, edited
from adapters.shop_file.read import shop_of
from adapters.shop_file.write import shop_file
from ledger.kernel.money import Money
from ledger.shop.shop import ShopSpec
from ledger.shop.stamps import Picture, Venue
from tests.kits.worlds import SPEC

PICTURE = Picture(
    hash="a" * 64, source="b" * 64, width=640, height=360, alt={"en": "A", "fi": "B", "sv": "C"}
)
VENUE = Venue(name={"en": "Town hall"}, address="Street 1")
DRESSED = replace(
    SPEC, preferences=replace(SPEC.preferences, picture=PICTURE, venue=VENUE, colour="#0b5c4d")
)


def put(place: tuple[str | int, ...], typed: str | list[str] | None) -> Edited:
    return edited(DRESSED, lambda tree: tree.put(place, typed))


def as_file(line: str, instead: str, spec: ShopSpec = SPEC) -> ShopSpec:
    """The shop after somebody changed a line of its exported file."""
    text = shop_file(spec)
    assert text.count(line) == 1
    return shop_of(text.replace(line, instead).encode(), name="winterfest.yaml")


def test_nothing_typed_changes_nothing():
    assert edited(DRESSED, lambda tree: None) == Edited(spec=DRESSED, faults=[])


@pytest.mark.parametrize(
    ("place", "typed", "line", "instead"),
    [
        (("products", 0, "price"), "4000", "price: 3500", "price: 4000"),
        (("products", 1, "title", "fi"), Words("no"), "", ""),
        (("quotas", "weekend"), "7", "weekend: 5", "weekend: 7"),
        (("cancellation", "fee", "percent"), Words("10"), 'percent: "0"', 'percent: "10"'),
        (("unpaid_after",), Words("PT12H"), "unpaid_after: P3D", "unpaid_after: PT12H"),
    ],
)
def test_a_page_says_what_the_file_would(place, typed, line, instead):
    made = edited(SPEC, lambda tree: tree.put(place, typed))
    assert not made.faults
    if line:
        assert made.spec == as_file(line, instead)
    else:
        assert made.spec.products[1].title == {"en": "Weekend ticket", "fi": "no"}


@pytest.mark.parametrize(
    ("place", "typed", "right"),
    [
        (("products", 0, "price"), Words("35.00"), "a whole number, in digits and without quotes"),
        (("products", 0, "price"), "10", "0 or another amount: %(refused)s"),
        (("products", 0, "title"), None, "a value: this key must be there"),
        (("products", 0, "quotas"), None, "at least one quota, or `unlimited: true` beside it"),
        (("quotas", "weekend"), "-1", "from %(least)s to %(most)s"),
        (("colour",), Words("red"), 'a colour in quotes, written as "#0b5c4d"'),
    ],
)
def test_every_complaint_of_the_importer_names_its_place(place, typed, right):
    faults = put(place, typed).faults
    assert (place, right) in [(one.path, one.right) for one in faults]


def test_pictures_stay_and_what_they_show_can_be_said_anew():
    made = put(("picture", "alt", "en"), Words("A full hall."))
    assert made.spec.preferences.picture == replace(
        PICTURE, alt={**PICTURE.alt, "en": "A full hall."}
    )


def test_a_product_is_added_and_others_are_put_into_another_order():
    def edit(tree: ShopTree) -> None:
        number = tree.add()
        for name, said in (("slug", Words("late")), ("price", "100"), ("vat_percent", Words("0"))):
            tree.put(("products", number, name), said)
        tree.put(("products", number, "title", "en"), Words("Late ticket"))
        tree.put(("products", number, "quotas"), ["weekend"])
        tree.order([*tree.slugs()[::-1]])

    made = edited(SPEC, edit)
    assert not made.faults
    assert [one.slug for one in made.spec.products] == ["late", "volunteer", "friday", "weekend"]
    assert made.spec.products[0].price == Money(100, "EUR")


def test_in_another_time_zone_moments_stay_what_they_are():
    made = edited(SPEC, lambda tree: None, timezone="America/New_York")
    assert made.spec.preferences.starts_at == datetime(2027, 2, 12, 10, tzinfo=UTC)
    assert made.spec.preferences.timezone == "America/New_York"
    wrong = edited(SPEC, lambda tree: None, timezone="Moon/Crater")
    assert [one.path for one in wrong.faults] == [("timezone",)]


def test_of_what_may_be_left_out_whole_nothing_is_left():
    def edit(tree: ShopTree) -> None:
        tree.put(("venue", "name", "en"), None)
        tree.put(("venue", "address"), Words(""))
        tree.drop_empty()

    assert edited(DRESSED, edit) == Edited(
        spec=replace(DRESSED, preferences=replace(DRESSED.preferences, venue=None)), faults=[]
    )
