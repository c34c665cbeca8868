"""What a shop asks about each ticket of a product, and which answers it takes."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ledger.shop.faults import unfit
from ledger.shop.limits import ANSWER, HOLDER_NAME
from ledger.shop.mail_address import is_recipient

_NAME_SIGNS = " '\u2019-."


class QuestionKind(StrEnum):
    """What is asked for: the holder's name, their e-mail address, one of some choices, a text."""

    NAME = "name"
    EMAIL = "email"
    CHOICE = "choice"
    TEXT = "text"


class Needed(StrEnum):
    """Whether there has to be an answer: never, before the order is placed, or until its date."""

    OPTIONAL = "optional"
    AT_CHECKOUT = "at_checkout"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChoice:
    """One answer out of few: what is stored of it, and its text by language."""

    slug: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuestion:
    """One question about a ticket. `label` and `hint` by language; `choices` only of a choice."""

    slug: str
    kind: QuestionKind
    label: Mapping[str, str]
    hint: Mapping[str, str] = field(default_factory=dict)
    needed: Needed = Needed.OPTIONAL
    choices: tuple[AnswerChoice, ...] = ()

    def choice(self, slug: str) -> AnswerChoice | None:
        """The choice that is called so."""
        return next((one for one in self.choices if one.slug == slug), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """All that is asked about each ticket of a product.

    Answers can be given and changed until `until`; None: until it starts.
    """

    asked: tuple[TicketQuestion, ...] = ()
    until: datetime | None = None


class AnswerRule(StrEnum):
    """What is wrong with an answer."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    CHARACTERS = "characters"
    EMAIL = "email"
    CHOICE = "choice"


def answer_fault(question: TicketQuestion, text: str) -> AnswerRule | None:
    """What is wrong with an answer that is given; None if it is one. Empty is no answer.

    >>> asked = TicketQuestion(slug="who", kind=QuestionKind.NAME, label={"en": "Name"})
    >>> answer_fault(asked, "Bea O'Neill Jr."), str(answer_fault(asked, "=1+1"))
    (None, 'characters')
    """
    if not text:
        return None
    most = HOLDER_NAME if question.kind is QuestionKind.NAME else ANSWER
    if len(text) > most:
        return AnswerRule.TOO_LONG
    match question.kind:
        case QuestionKind.NAME:
            return None if all(map(_of_a_name, text)) else AnswerRule.CHARACTERS
        case QuestionKind.EMAIL:
            return None if is_recipient(text) else AnswerRule.EMAIL
        case QuestionKind.CHOICE:
            return None if question.choice(text) else AnswerRule.CHOICE
        case QuestionKind.TEXT:
            return AnswerRule.CHARACTERS if any(map(unfit, text)) else None


def _of_a_name(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN" or sign in _NAME_SIGNS
