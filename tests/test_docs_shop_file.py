"""The page about the shop file tells the bounds that the code holds, and what providers take."""

import re
from pathlib import Path

import pytest

from ledger.kernel.money import CURRENCIES, Money
from ledger.payments.capabilities import CAPABILITIES, hindrance, least_of, most_of
from ledger.shop import limits
from ledger.shop.rules import span

PAGE = (Path(__file__).parents[1] / "docs/reference/shop-file.md").read_text()
UNITS = {"MINUTE", "DAY"}


def rows(heading: str) -> list[list[str]]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| (.*) \|$", section, flags=re.MULTILINE)
    return [line.split(" | ") for line in lines[1:]]


def told(name: str) -> str:
    """A bound as the page writes it."""
    value = getattr(limits, name)
    if name in ("UNPAID_AFTER", "GRACE_PERIOD", "WAITING_HOLD"):
        return f"{span(value[0])} to {span(value[1])}"
    return f"{value[0]} to {value[1]}" if isinstance(value, tuple) else str(value)


def test_every_bound_is_on_the_page_and_no_other():
    texts = "SLUG NAME TITLE DESCRIPTION HOW_TO_PAY LINK MAIL_ADDRESS ADDRESS_OF_SELLER"
    expected = [f"{getattr(limits, one)} characters" for one in texts.split()]
    others = [
        "BUSINESS_ID",
        "PHONE",
        "ACCOUNT_HOLDER",
        "ADDRESS_OF_VENUE",
        "DIRECTIONS",
        "ALT_TEXT",
        "HAND_OUT",
        "QUESTION_LABEL",
        "QUESTION_HINT",
        "CHOICE_LABEL",
        "HOLDER_NAME",
        "ANSWER",
        "LETTER_SUBJECT",
        "LETTER_TEXT",
    ]
    expected += [f"{getattr(limits, one)} characters" for one in others]
    expected += [f"{limits.FILE_BYTES} bytes"]
    pictures = {"PICTURE_FILE_BYTES": "bytes", "PICTURE_BYTES": "bytes", "PICTURE_PIXELS": "pixels"}
    expected += [f"{getattr(limits, name)} {unit}" for name, unit in pictures.items()]
    sides = ("PICTURE_SIDE", "LOGO_SIDE")
    expected += [f"{told(one)} pixels" for one in sides]
    expected += [f"{limits.EARLIEST.year} to {limits.LATEST.year - 1}"]
    known = {*texts.split(), *others, "FILE_BYTES", "EARLIEST", "LATEST", "REASON", *UNITS}
    # What a shop writes to its buyers stands in no file.
    known |= {*pictures, *sides, "MAILING_TEXT"}
    ranges = {one for one in vars(limits) if one.isupper() and one != "UTC"} - known
    expected += [told(one) for one in ranges]
    assert sorted(bound for _, bound in rows("Bounds")) == sorted(expected)


def currencies(said: str) -> frozenset[str]:
    if said == "every one in use":
        return CURRENCIES
    if said.startswith("all but "):
        return CURRENCIES - {*said.removeprefix("all but ").split(", ")}
    return frozenset(said.split(", "))


def amounts(said: str) -> dict[str, int]:
    return {one[:3]: int(one[4:]) for one in said.split(", ") if " " in one and one[:3].isupper()}


def test_every_provider_is_on_the_page():
    assert [one[0].strip("`") for one in rows("What providers take")] == [*CAPABILITIES]


@pytest.mark.parametrize("row", rows("What providers take"), ids=lambda row: str(row[0]))
def test_what_providers_take_is_told(row: list[str]):
    provider, taken, smallest, largest, steps = row[0].strip("`"), *row[1:]
    assert currencies(taken) == CAPABILITIES[provider].currencies
    assert amounts(smallest) == {
        one: least_of(provider, one) for one in CAPABILITIES[provider].least
    }
    for currency, most in amounts(largest).items():
        assert most == most_of(provider, currency)
        assert hindrance(provider, Money(most + 1_000, currency))
    for currency, step in amounts(steps).items():
        assert not hindrance(provider, Money(1_000 * step, currency))
        assert hindrance(provider, Money(1_000 * step + 1, currency))
