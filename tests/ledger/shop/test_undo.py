"""An edit that is taken back: values, products, their order, and what cannot be taken back."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import NotUndoable
from ledger.shop.changes import Change, changes, changes_by, foreseen
from ledger.shop.differences import differences
from ledger.shop.history import ShopEdit, edits
from ledger.shop.letter_words import LetterWords
from ledger.shop.questions import AnswerChoice, Needed, QuestionKind, Questions, TicketQuestion
from ledger.shop.shop import Shop, ShopSpec, spec_of
from ledger.shop.stamps import (
    ChangeExplained,
    ShopCancelled,
    ShopMoved,
    ShopOpened,
    ShopRestated,
    Venue,
    shop_id,
)
from ledger.shop.undo import undone
from tests.kits.worlds import PREFERENCES, SPEC, WEEKEND

ID = shop_id("winterfest")
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
BLANK = Shop(id=ID)


class Story:
    """Files that were imported one after the other, each as an edit."""

    def __init__(self, *specs: ShopSpec) -> None:
        self.history: list[Recorded[object]] = []
        self.shop = BLANK
        for spec in specs:
            self.stamp(*differences(spec, self.shop))
            self.shop = foreseen(spec, self.shop)

    def stamp(self, *stamps: Any) -> None:
        cause = UUID(int=len(self.history) + 1)
        for one in stamps:
            number = len(self.history) + 1
            self.history.append(Recorded(ID, number, number, NOON, one, cause, "staff"))

    @property
    def edits(self) -> list[ShopEdit]:
        return [*edits(ID, self.history)]

    def without(self, number: int) -> ShopSpec:
        """The shop without one of its edits, counted from 0."""
        found = self.edits
        return undone(found[number], found[-1].after)


def refused(story: Story, number: int = 1) -> tuple[str, str]:
    with pytest.raises(NotUndoable) as why:
        story.without(number)
    return why.value.rule, why.value.path


def priced(cents: int, **changes: Any) -> ShopSpec:
    weekend = replace(WEEKEND, price=Money(cents, "EUR"), **changes)
    return replace(SPEC, products=(weekend, *SPEC.products[1:]))


def slugs(spec: ShopSpec) -> list[str]:
    return [one.slug for one in spec.products]


def kept(*names: str) -> ShopSpec:
    """The shop with these of its products, in this order."""
    known = {one.slug: one for one in SPEC.products}
    return replace(SPEC, products=tuple(known[name] for name in names))


def test_what_the_edit_changed_is_as_before_and_the_rest_as_it_is() -> None:
    later = priced(3900, max_per_order=7)
    assert Story(SPEC, priced(3900), later).without(1).products[0] == replace(
        WEEKEND, max_per_order=7
    )


def test_a_value_that_was_changed_again_is_named() -> None:
    story = Story(SPEC, priced(3900), priced(4000))
    assert refused(story) == ("changed", "products.weekend.price")


def test_what_opened_a_shop_or_changed_nothing_is_not_taken_back() -> None:
    story = Story(SPEC)
    assert refused(story, 0)[0] == "opened"
    story.stamp(ChangeExplained(reason="why"))
    assert refused(story)[0] == "nothing"


@pytest.mark.parametrize(
    ("stamp", "rule"),
    [
        (ShopRestated(versions=(1,)), "restated"),
        (ShopCancelled(reason={"en": "Storm"}), "announced"),
        (
            ShopMoved(before=PREFERENCES.starts_at, starts_at=NOON, reason={"en": "Storm"}),
            "announced",
        ),
    ],
)
def test_what_people_were_told_is_not_taken_back(stamp: Any, rule: str) -> None:
    story = Story(SPEC)
    story.stamp(stamp)
    assert refused(story)[0] == rule


@pytest.mark.parametrize(
    ("edit", "later", "order"),
    [
        # Taken out: back at its place, at the end, and where others went meanwhile.
        (("friday", "volunteer"), None, ["weekend", "friday", "volunteer"]),
        (("weekend", "friday"), None, ["weekend", "friday", "volunteer"]),
        (("weekend", "friday"), ("friday",), ["friday", "volunteer"]),
        # Moved: as before, unless nobody else moved them.
        (("volunteer", "friday", "weekend"), None, ["weekend", "friday", "volunteer"]),
        (
            ("friday", "weekend", "volunteer"),
            ("friday", "weekend"),
            ["weekend", "friday"],
        ),
    ],
)
def test_products_come_back_to_their_places(edit: Any, later: Any, order: list[str]) -> None:
    story = [SPEC, kept(*edit), *([kept(*later)] if later else [])]
    assert slugs(Story(*story).without(1)) == order


def test_a_product_that_the_edit_brought_goes_and_one_that_came_later_stays() -> None:
    story = Story(kept("weekend"), kept("weekend", "friday"), SPEC)
    assert slugs(story.without(1)) == ["weekend", "volunteer"]
    assert slugs(story.without(2)) == ["weekend", "friday"]


def test_an_order_that_was_changed_again_is_not_taken_back() -> None:
    moved = kept("friday", "weekend", "volunteer")
    story = Story(SPEC, moved, kept("volunteer", "friday", "weekend"))
    assert refused(story) == ("changed", "products")


def test_a_product_that_was_changed_after_it_came_is_not_taken_out() -> None:
    dearer = replace(SPEC.products[1], price=Money(1600, "EUR"))
    later = replace(SPEC, products=(WEEKEND, dearer))
    story = Story(kept("weekend"), kept("weekend", "friday"), later)
    assert refused(story) == ("changed", "products.friday")


def test_values_that_the_edit_put_in_go_and_those_that_it_took_out_come_back() -> None:
    def named(**name: str) -> ShopSpec:
        return replace(SPEC, preferences=replace(PREFERENCES, name=name))

    story = Story(named(en="A"), named(en="A", fi="B"), named(en="A", fi="B", sv="C"))
    assert story.without(1).preferences.name == {"en": "A", "sv": "C"}
    story = Story(named(en="A", fi="B"), named(en="A"), named(en="A", sv="C"))
    assert story.without(1).preferences.name == {"en": "A", "fi": "B", "sv": "C"}


def test_a_venue_that_came_and_was_changed_is_one_value() -> None:
    def at(venue: Venue | None) -> ShopSpec:
        return replace(SPEC, preferences=replace(PREFERENCES, venue=venue))

    hall = Venue(name={"en": "Hall"}, address="Street 1")
    story = Story(at(None), at(hall), at(replace(hall, address="Street 2")))
    assert refused(story) == ("changed", "venue")


def test_a_quota_that_came_is_empty_again_and_words_that_came_are_none() -> None:
    more = replace(
        SPEC,
        quotas={**SPEC.quotas, "gala": 9},
        letters={"paid": LetterWords(subject={"en": "Hi"})},
    )
    spec = Story(SPEC, more).without(1)
    assert (spec.quotas, spec.letters) == ({**SPEC.quotas, "gala": 0}, {})
    back = Story(more, replace(more, letters={})).without(1)
    assert back.letters == more.letters


# What is told of changes.


def test_a_shop_as_foreseen_is_its_file() -> None:
    shop = foreseen(SPEC, BLANK)
    assert (spec_of(shop), shop.version) == (SPEC, len(differences(SPEC, BLANK)))


def test_each_value_is_told_as_it_is_and_as_it_would_be() -> None:
    shop = foreseen(SPEC, BLANK)
    questions = Questions(
        asked=(
            TicketQuestion(
                slug="size",
                kind=QuestionKind.CHOICE,
                label={"en": "Size"},
                needed=Needed.LATER,
                choices=(AnswerChoice(slug="m", label={"en": "M"}),),
            ),
        ),
        until=NOON,
    )
    spec = priced(3950, questions=questions, quotas=("weekend", "friday"))
    spec = replace(spec, letters={"paid": LetterWords(subject={"en": "Hi"})})
    told = {one.path: (one.before, one.after) for one in changes(spec, shop)}
    at = "products.weekend"
    assert told == {
        f"{at}.revision": ("1", "2"),
        f"{at}.price": ("35.00 EUR", "39.50 EUR"),
        f"{at}.quotas": ("weekend", "weekend, friday"),
        f"{at}.questions.until": ("", NOON.isoformat()),
        f"{at}.questions.size.kind": ("", "choice"),
        f"{at}.questions.size.needed": ("", "later"),
        f"{at}.questions.size.label.en": ("", "Size"),
        f"{at}.questions.size.choices.m.en": ("", "M"),
        "letters.paid.subject.en": ("", "Hi"),
    }


def test_what_is_stamped_is_told_by_what_it_changes() -> None:
    shop = foreseen(SPEC, BLANK)
    moved = ShopMoved(before=PREFERENCES.starts_at, starts_at=NOON, reason={"en": "x"})
    told = changes_by(
        [
            ShopOpened(slug="winterfest"),
            moved,
            ShopCancelled(reason={"en": "x"}),
            ChangeExplained(reason="why"),
        ],
        shop,
    )
    assert told == [
        Change(path="slug", before="", after="winterfest"),
        Change(path="starts_at", before=PREFERENCES.starts_at.isoformat(), after=NOON.isoformat()),
        Change(path="slug", before="winterfest", after="cancelled"),
    ]


def test_a_value_that_was_not_there_is_told_from_nothing() -> None:
    shop = foreseen(SPEC, BLANK)
    spec = replace(SPEC, preferences=replace(PREFERENCES, colour="#0b5c4d", grace_period=60))
    told = {one.path: (one.before, one.after, one.values) for one in changes(spec, shop)}
    assert told == {
        "grace_period": ("", "60", (None, 60)),
        "colour": ("", "#0b5c4d", ("", "#0b5c4d")),
    }
