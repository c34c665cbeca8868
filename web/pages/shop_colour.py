"""A shop's own colour as our pages can use it: legible, in the light and in the dark.

Contrast is that of WCAG 2.2: relative luminance, and the ratio of two of them; text needs 4.5.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Flask, url_for
from werkzeug.wrappers import Response

from web import __version__
from web.http.addresses import shop_here
from web.http.immutable import immutable
from web.http.problems import ProblemRaised

pages = Blueprint("colours", __name__)
Rgb = tuple[int, int, int]

LEGIBLE = 4.5
_NAME = re.compile(r"([0-9a-f]{6})\.css")
_WHITE, _BLACK, _STEPS = (255, 255, 255), (0, 0, 0), 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What a shop's colour stands on: paper and grounds of our sheet, and where it moves to."""

    paper: Rgb
    grounds: tuple[Rgb, ...]
    towards: Rgb
    ink: Rgb


# The grounds are those of app.css: of the page, and of what is good, waits, is bad or quiet.
LIGHT = Scheme(
    paper=_WHITE,
    grounds=(
        (245, 245, 241),
        (230, 244, 236),
        (253, 242, 220),
        (253, 236, 236),
        (236, 239, 236),
    ),
    towards=_BLACK,
    ink=_WHITE,
)
DARK = Scheme(
    paper=(26, 34, 32),
    grounds=((17, 23, 22), (18, 48, 31), (51, 38, 12), (58, 23, 23), (39, 49, 46)),
    towards=_WHITE,
    ink=(16, 24, 22),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shades:
    """A colour for one scheme: links and buttons, the text on them, hovering, and a pale ground."""

    accent: Rgb
    ink: Rgb
    strong: Rgb
    ground: Rgb


def luminance(colour: Rgb) -> float:
    """WCAG's relative luminance, from 0 (black) to 1 (white).

    >>> luminance((255, 255, 255)), luminance((0, 0, 0))
    (1.0, 0.0)
    """
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG's contrast ratio, from 1 to 21.

    >>> round(contrast((255, 255, 255), (0, 0, 0)), 2)
    21.0
    """
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def shades(colour: Rgb, scheme: Scheme) -> Shades:
    """The nearest to a colour that can be read in a scheme, and what belongs to it."""
    for step in range(_STEPS + 1):
        accent = _mixed(colour, scheme.towards, step / _STEPS)
        ground = _mixed(scheme.paper, accent, 0.1)
        if all(
            contrast(accent, one) >= LEGIBLE
            for one in (scheme.paper, *scheme.grounds, ground, scheme.ink)
        ):
            break
    strong = _mixed(accent, scheme.towards, 0.25)
    return Shades(accent=accent, ink=scheme.ink, strong=strong, ground=ground)


def on(colour: Rgb) -> Rgb:
    """What is read best on a colour itself: black or white. One of them always reaches 4.5."""
    return max((_WHITE, _BLACK), key=lambda one: contrast(colour, one))


@lru_cache(maxsize=256)
def sheet(name: str) -> str:
    """The style sheet of a colour of six hexadecimal digits."""
    colour = rgb(name)
    own = f"--own: #{name}; --own-ink: {_hex(on(colour))};"
    light, dark = _tokens(shades(colour, LIGHT)), _tokens(shades(colour, DARK))
    return (
        f":root {{ {own} {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )


def add_look(app: Flask) -> None:
    """Every page under a shop, its orders and its errors too, looks like that shop."""
    app.context_processor(lambda: {"shop_here": shop_here, "colour_sheet": colour_sheet})


def colour_sheet() -> str:
    """The address of the colours of this page's shop; empty where it has none of its own."""
    shop = shop_here()
    return sheet_of(shop.terms.colour) if shop else ""


def sheet_of(colour: str) -> str:
    """The address of the sheet of a colour such as #0b5c4d; empty where that is none."""
    name = f"{colour.removeprefix('#').lower()}.css"
    return url_for("colours.show", name=name, v=__version__) if _NAME.fullmatch(name) else ""


@pages.get("/_/colours/<name>")
def show(name: str) -> Response:
    """The sheet of a colour, which is the same for ever for one release of ours."""
    found = _NAME.fullmatch(name)
    if not found:
        raise ProblemRaised("not-found")
    etag = f"{found[1]}-{__version__}"
    return immutable(sheet(found[1]).encode(), kind="text/css", etag=etag)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def rgb(colour: str) -> Rgb:
    """A colour of six hexadecimal digits, with or without #."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return f"#{bytes(colour).hex()}"


def _tokens(one: Shades) -> str:
    named = {
        "--accent": one.accent,
        "--accent-ink": one.ink,
        "--accent-strong": one.strong,
        "--accent-ground": one.ground,
    }
    return " ".join(f"{name}: {_hex(colour)};" for name, colour in named.items())
