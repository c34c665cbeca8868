"""Letters to customers: what a stamp calls for, in words, as text and HTML."""

from base64 import b64encode
from collections.abc import Callable
from uuid import UUID

from adapters.mail.letters.letter import RenderedLetter
from adapters.mail.letters.render import receipt_html, render
from ledger.order.order import Order
from ledger.order.own_words import no_words
from ledger.order.stamps import Letter
from ledger.shop.letter_words import LetterWords

__all__ = ["RenderedLetter", "letter_look", "letter_text", "receipt_html", "render"]


def letter_text(
    order: Order,
    letter: Letter,
    correlation_id: UUID,
    number: int | None,
    *,
    base_url: str,
    own: Callable[[Order, Letter, UUID], LetterWords] = no_words,
) -> str:
    """A letter as staff read it: its subject, then its text; nothing goes along.

    `own` gives the words of the shop's own in it.
    """
    written = render(
        order,
        letter,
        correlation_id=correlation_id,
        number=number,
        base_url=base_url,
        words=own(order, letter, correlation_id),
    )
    return f"{written.subject}\n\n{written.text}"


def letter_look(
    order: Order,
    letter: Letter,
    correlation_id: UUID,
    number: int | None,
    *,
    base_url: str,
    words: LetterWords,
    language: str,
) -> tuple[str, str, str]:
    """A letter to be looked at in a language: subject, text, and HTML with its pictures in it."""
    written = render(
        order,
        letter,
        correlation_id=correlation_id,
        number=number,
        base_url=base_url,
        words=words,
        language=language,
    )
    html = written.html
    for one in written.pictures:
        png = b64encode(one.png).decode()
        html = html.replace(f"cid:{one.name}", f"data:image/png;base64,{png}")
    return written.subject, written.text, html
