"""A shop's own colour can be read, whatever it is, in the light and in the dark (WCAG 2.2)."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kits.page_states import dressed
from tests.kits.pages import World
from web.pages.shop_colour import DARK, LEGIBLE, LIGHT, Scheme, contrast, on, shades

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
SHEET_OF_ALL = Path(__file__).parents[3] / "web" / "static" / "app.css"
SHEET = re.compile(r'href="(/_/colours/[^"]+)"')


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@given(colour=COLOURS)
@settings(max_examples=200)
def test_every_colour_can_be_read(scheme: Scheme, colour: tuple[int, int, int]):
    made = shades(colour, scheme)
    for below in (scheme.paper, *scheme.grounds, made.ground):
        assert contrast(made.accent, below) >= LEGIBLE
    assert contrast(made.ink, made.accent) >= LEGIBLE
    assert contrast(made.ink, made.strong) >= LEGIBLE


@given(colour=COLOURS)
def test_on_the_colour_itself_black_or_white_can_be_read(colour: tuple[int, int, int]):
    assert contrast(on(colour), colour) >= LEGIBLE


def test_a_colour_that_can_be_read_stays_as_it_is():
    assert shades((28, 58, 128), LIGHT).accent == (28, 58, 128)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_grounds_are_those_of_the_sheet(scheme: Scheme):
    light, dark = SHEET_OF_ALL.read_text().split("@media (prefers-color-scheme: dark)")[:2]
    told = light if scheme is LIGHT else dark.split("*, ::before")[0]
    found = re.findall(r"--(?:good-|wait-|bad-|quiet-)?ground: (#[0-9a-f]{6})", told)
    assert {f"#{bytes(one).hex()}" for one in scheme.grounds} == {*found}
    assert f"--paper: #{bytes(scheme.paper).hex()}" in told


def test_contrast_is_that_of_the_guidelines():
    # The lightest grey that reaches 4.5 on white, as everybody who computes it finds.
    assert contrast((118, 118, 118), (255, 255, 255)) >= LEGIBLE
    assert contrast((119, 119, 119), (255, 255, 255)) < LEGIBLE


def test_every_page_under_a_shop_has_its_colour_and_others_do_not():
    world = dressed()
    paths = ("/winterfest/", "/winterfest/cart", "/winterfest/withdraw", "/winterfest/nothing")
    found = {SHEET.findall(world.browser.get(path).text)[0] for path in paths}
    (address,) = found
    answer = world.browser.get(address.replace("&amp;", "&"))
    assert answer.mimetype == "text/css"
    assert "--accent: #1c3a80;" in answer.text
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Cookie" not in answer.headers.get("Vary", "")
    for path in ("/", "/summerfest/", "/nothing"):
        assert not SHEET.findall(world.browser.get(path).text)


@pytest.mark.parametrize("name", ["red.css", "1c3a80", "1C3A80.css", "1c3a80.css.css", "%00.css"])
def test_what_is_no_colour_is_not_found(name: str):
    assert World().browser.get(f"/_/colours/{name}").status_code == 404
