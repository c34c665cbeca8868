"""Letters and receipts of orders, as pages show them."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.shop.letter_words import LetterWords


class LetterText(Protocol):
    """A letter of an order as text, under its subject; empty where nobody writes letters."""

    def __call__(
        self, order: Order, letter: Letter, correlation_id: UUID, number: int | None
    ) -> str: ...


def no_letter(order: Order, letter: Letter, correlation_id: UUID, number: int | None) -> str:
    """Where nobody writes letters."""
    return ""


class LetterLook(Protocol):
    """A letter with words that may not be stamped: its subject, its text, and it as HTML."""

    def __call__(
        self,
        order: Order,
        letter: Letter,
        correlation_id: UUID,
        number: int | None,
        *,
        words: LetterWords,
        language: str,
    ) -> tuple[str, str, str]: ...


def no_look(
    order: Order,
    letter: Letter,
    correlation_id: UUID,
    number: int | None,
    *,
    words: LetterWords,
    language: str,
) -> tuple[str, str, str]:
    """Where nobody writes letters."""
    return "", "", ""


class LetterTest(Protocol):
    """Sends a letter to whoever wrote it. True if the mail server took it."""

    def __call__(
        self,
        order: Order,
        letter: Letter,
        cause: UUID,
        *,
        words: LetterWords,
        language: str,
        to: str,
    ) -> bool: ...


class MailingViews(Protocol):
    """Letters to all buyers, as lists have them: they may lag."""

    def mailing_letters(self, mailing: UUID) -> Mapping[str, int]:
        """How many letters of one are in which state."""
        ...


class ReceiptHtml(Protocol):
    """A receipt of an order as a part of a page, in a language; empty where nobody writes them."""

    def __call__(
        self,
        order: Order,
        letter: Letter,
        *,
        correlation_id: UUID,
        number: int | None,
        language: str,
    ) -> str: ...


def no_receipt(
    order: Order, letter: Letter, *, correlation_id: UUID, number: int | None, language: str
) -> str:
    """Where nobody writes receipts."""
    return ""
