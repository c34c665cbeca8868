"""Each letter as a mail program shows it: never wider than a phone, or than its pane on a desk."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.mail.letters import RenderedLetter, render
from ledger.order.stamps import Letter
from ledger.shop.letter_words import LetterWords
from tests.kits.letter_orders import (
    ADA,
    BASE,
    BY_PIECE,
    PAYMENT,
    PLACED,
    RECEIPTED,
    REFUND,
    order,
    samples,
)
from tests.kits.letter_pictures import shown_alone, written

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsfeier"
OWN = LetterWords(
    subject={"en": "See you"},
    opening={"en": f"{LONG}, {{name}}. https://www.example.com/{'long-path/' * 20}?x=1"},
    closing={"en": "{page} {total} {venue} {contact}"},
)
LENGTHY = replace(
    PLACED,
    shop_name={"en": f"{LONG} 2027"},
    lines=tuple(replace(one, title={"en": f"{LONG} {one.product}"}) for one in PLACED.lines),
    customer=replace(ADA, last_name=LONG[:50], email=f"{'a' * 60}@{'b' * 60}.example.org"),
)


def lengthy(letter: Letter) -> RenderedLetter:
    stack, cause = (RECEIPTED, PAYMENT) if letter is Letter.PAID else (BY_PIECE, REFUND)
    about = order(*stack, placed=LENGTHY)
    return render(about, letter, correlation_id=cause, number=17, base_url=BASE, words=OWN)


def wider(browser: Any, width: int, letters: dict[str, RenderedLetter]) -> dict[str, int]:
    """Those that are wider than the screen, and how wide."""
    page = browser.new_page(viewport={"width": width, "height": 600})
    found = {}
    for name, letter in letters.items():
        page.set_content(shown_alone(letter))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found[name] = wide
    page.close()
    return found


OTHERS = (("sv", 390), ("en", 700))


@pytest.mark.parametrize(
    ("language", "width"),
    [("fi", 390), *(pytest.param(*one, marks=pytest.mark.slow) for one in OTHERS)],
)
def test_no_letter_is_wider_than_the_screen(browser: Any, language: str, width: int) -> None:
    assert wider(browser, width, {name: written(name, language) for name in samples()}) == {}


@pytest.mark.parametrize("width", [390, 700])
def test_long_words_of_shops_and_people_break(browser: Any, width: int) -> None:
    letters = {str(one): lengthy(one) for one in (Letter.PAID, Letter.REFUNDED)}
    assert wider(browser, width, letters) == {}
