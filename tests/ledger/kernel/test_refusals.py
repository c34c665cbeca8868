"""A refusal says what it is about, in its own words, to whoever reads a log."""

import inspect
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel import refusals
from ledger.kernel.money import Money
from ledger.kernel.refusals import AmountNotPayable, NotUndoable, Refusal, ShopInvalid

EXAMPLES: dict[str, Any] = {
    "str": "word",
    "int": 7,
    "Money": Money(7, "EUR"),
    "UUID": UUID(int=7),
    "object": "anything",
    "Mapping": {"en": "word"},
    "tuple": ("word",),
}
HERE = [one for one in Refusal.__subclasses__() if one.__module__ == refusals.__name__]
WITH_FACTS = [one for one in HERE if "__init__" in vars(one) and one is not ShopInvalid]


def facts_of(refusal: type[Refusal]) -> dict[str, Any]:
    told = inspect.signature(refusal).parameters
    return {name: EXAMPLES[_kind(one.annotation)] for name, one in told.items()}


def _kind(annotation: Any) -> str:
    return str(getattr(annotation, "__name__", annotation)).partition("[")[0]


@pytest.mark.parametrize("refusal", WITH_FACTS)
def test_a_refusal_keeps_its_facts_and_says_something(refusal: type[Refusal]):
    facts = facts_of(refusal)
    made = refusal(**facts)
    assert {name: getattr(made, name) for name in facts} == facts
    assert str(made)


def test_every_refusal_has_a_sentence_for_people():
    for refusal in Refusal.__subclasses__():
        assert (refusal.__doc__ or "").strip(), refusal
    assert len(WITH_FACTS) < len(HERE)


def test_an_amount_that_cannot_be_paid_says_why():
    refused = AmountNotPayable(total=Money(49, "EUR"), reason="stripe takes €0.50 or more")
    assert str(refused) == refused.reason == "stripe takes €0.50 or more"
    assert refused.total == Money(49, "EUR")


def test_an_invalid_shop_names_every_fault_and_its_place_in_the_file():
    faults = [("name", "missing"), ("price", "negative")]
    refused = ShopInvalid(faults)
    assert refused.faults == ("name: missing", "price: negative")
    assert str(refused) == "name: missing\nprice: negative"
    assert (refused.field, refused.rule) == ("name", "missing")
    placed = ShopInvalid(faults, where=["line 3", "line 9"])
    assert placed.faults == ("line 3, name: missing", "line 9, price: negative")
    with pytest.raises(ValueError, match="longer"):
        ShopInvalid(faults, where=["line 3"])


def test_a_change_that_cannot_be_taken_back_says_the_rule_and_where():
    assert str(NotUndoable(rule="nothing")) == "nothing"
    assert str(NotUndoable(rule="changed", path="name")) == "changed name"
