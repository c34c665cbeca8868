"""Letters to customers: what a stamp calls for, in words, as text and HTML."""

from uuid import UUID

from adapters.mail.letters.letter import RenderedLetter
from adapters.mail.letters.render import receipt_html, render
from ledger.order.order import Order
from ledger.order.stamps import Letter

__all__ = ["RenderedLetter", "letter_text", "receipt_html", "render"]


def letter_text(
    order: Order, letter: Letter, correlation_id: UUID, number: int | None, *, base_url: str
) -> str:
    """A letter as staff read it: its subject, then its text; nothing goes along."""
    written = render(order, letter, correlation_id=correlation_id, number=number, base_url=base_url)
    return f"{written.subject}\n\n{written.text}"
