"""The pictures of the README: `python -m tests.kits.readme_pictures` draws them in Chromium."""

from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from tests.kits.browser import ARGUMENTS, find_or_install
from tests.kits.page_states import dressed, opened, served

IMAGES = Path(__file__).parents[2] / "docs" / "images"
COLOURS = 128


class Shot(NamedTuple):
    """A state of `page_states`, as a screen of so many pixels shows it."""

    state: str
    width: int
    height: int
    language: str = "en"
    scheme: str = "light"


SHOTS = {
    "shop.png": Shot("shop", 1280, 1240),
    "checkout-on-a-phone.png": Shot("checkout", 390, 1300),
    "order.png": Shot("order with tickets", 1280, 1080),
    "cancel-on-a-phone.png": Shot("cancelling, to confirm", 390, 1300, scheme="dark"),
}


def main() -> None:
    """All of them, in few colours, so that they stay small."""
    from playwright.sync_api import sync_playwright

    with served(dressed()) as world, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_or_install(), args=list(ARGUMENTS)
        )
        for name, shot in SHOTS.items():
            (IMAGES / name).write_bytes(_drawn(browser, world, shot))
        browser.close()


def _drawn(browser: Any, world: Any, shot: Shot) -> bytes:
    size = {"width": shot.width, "height": shot.height}
    page = opened(
        browser, world, shot.state, language=shot.language, viewport=size, color_scheme=shot.scheme
    )
    picture = page.screenshot()
    page.context.close()
    small = BytesIO()
    with Image.open(BytesIO(picture)) as opened_picture:
        drawn = opened_picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        drawn.save(small, "png", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main()
