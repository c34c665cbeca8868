"""The reference of letters shows every kind, as it is written today."""

import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from types import FrameType

import pytest

import adapters.mail.letters
from adapters.mail.letters.letter import Body
from ledger.order.stamps import Letter
from tests.kits.letter_orders import samples
from tests.kits.letter_pictures import (
    KINDS,
    PAGE,
    PICTURES,
    invitation_to_help,
    letters_in_line,
    letters_to_people,
    link_to_sign_in,
    page,
    pictures_of,
    without_styles,
    written,
)

LETTERS = Path(str(adapters.mail.letters.__file__)).parent
AGAIN = "then run `python -m tests.kits.letter_pictures` and look at what it drew"
MOST_BYTES = 1_000_000


def test_every_kind_of_letter_is_shown():
    missing = set(Letter) - set(KINDS)
    assert not missing, f"add {missing} to KINDS in tests/kits/letter_pictures.py, {AGAIN}"
    assert all(samples()[name][1] is kind for kind, told in KINDS.items() for name in told.samples)


def test_every_sample_is_shown():
    shown = [name for told in KINDS.values() for name in told.samples]
    missing = set(samples()) - set(shown)
    assert not missing, f"add {missing} to KINDS in tests/kits/letter_pictures.py, {AGAIN}"
    assert len(shown) == len(set(shown)) == len(samples())


def bodies() -> Iterator[str]:
    """Each function that puts a letter into words."""
    for file in LETTERS.glob("*.py"):
        module = import_module(f"adapters.mail.letters.{file.stem}")
        for name, function in getmembers(module, isfunction):
            own = function.__module__ == module.__name__ and name != "body_of"
            if own and function.__annotations__.get("return") is Body:
                yield f"{file.stem}.{name}"


def test_every_letter_that_can_be_written_has_a_sample():
    met = set()

    def meet(frame: FrameType, event: str, argument: object) -> None:
        met.add(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}")

    sys.setprofile(meet)
    try:
        for name in samples():
            written(name)
        link_to_sign_in()
        invitation_to_help()
        letters_in_line()
        letters_to_people()
    finally:
        sys.setprofile(None)
    missing = set(bodies()) - met
    assert not missing, f"add one for {missing} to samples in tests/kits/letter_orders.py, {AGAIN}"


def test_the_page_says_what_is_written_today():
    assert page() == PAGE.read_text(encoding="utf-8"), AGAIN


def test_every_kind_has_its_pictures_and_they_are_small():
    there = {file.name: file.stat().st_size for file in PICTURES.glob("letter-*.png")}
    people = [f"letter-{said}.png" for said in letters_to_people()]
    wanted = [*people, *(one for kind in KINDS for one in pictures_of(kind))]
    assert sorted(there) == sorted(wanted), AGAIN
    assert sum(there.values()) < MOST_BYTES


@pytest.mark.parametrize("name", samples())
def test_a_letter_without_styles_keeps_its_distances_and_says_nothing_twice(name):
    html = without_styles(written(name).html)
    assert "style" not in html
    assert html.count("<table ") == html.count('cellpadding="')
    assert "div hidden>" in html  # what the list of letters shows is not shown again
