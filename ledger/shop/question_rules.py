"""What no question about a ticket can be: the part of a shop's rules that is about answers."""

import re

from ledger.shop import limits
from ledger.shop.faults import Fault, Faults, Path, count_faults, moment_faults, texts_faults
from ledger.shop.questions import QuestionKind, TicketQuestion
from ledger.shop.shop import ProductSpec

# As a slug, with low lines: a program reads answers by it.
_SLUG = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{limits.SLUG - 1}}}")
_ONCE = (QuestionKind.NAME, QuestionKind.EMAIL)


def question_faults(path: Path, one: ProductSpec) -> Faults:
    """Every fault of what is asked about each ticket of a product."""
    asked = one.questions.asked
    yield from count_faults(path, len(asked), limits.QUESTIONS_PER_PRODUCT)
    if asked and not one.tickets:
        right = "none where a piece has no ticket"
        yield Fault(path=path, found=len(asked), right=right, rests_on=((*path[:-1], "tickets"),))
    if one.questions.until is not None:
        yield from moment_faults((*path[:-1], "answers_until"), one.questions.until)
    seen: set[object] = set()
    for place, question in enumerate(asked):
        at: Path = (*path, place)
        yield from _slug((*at, "slug"), question.slug)
        if question.slug in seen:
            yield Fault(path=(*at, "slug"), found=question.slug, right="each question once")
        if question.kind in _ONCE and question.kind in seen:
            right = "one name and one e-mail address for each ticket"
            yield Fault(path=(*at, "kind"), found=str(question.kind), right=right)
        seen |= {question.slug, question.kind}
        yield from texts_faults((*at, "label"), question.label, limits.QUESTION_LABEL, needed=True)
        yield from texts_faults((*at, "hint"), question.hint, limits.QUESTION_HINT)
        yield from _choices((*at, "choices"), question)


def _choices(path: Path, question: TicketQuestion) -> Faults:
    yield from count_faults(path, len(question.choices), limits.CHOICES_PER_QUESTION)
    if question.kind is QuestionKind.CHOICE and len(question.choices) < 2:
        yield Fault(path=path, found=len(question.choices), right="at least two choices")
    if question.kind is not QuestionKind.CHOICE and question.choices:
        right = "none: only a question of kind choice has them"
        yield Fault(path=path, found=len(question.choices), right=right)
    seen: set[str] = set()
    for place, choice in enumerate(question.choices):
        yield from _slug((*path, place, "slug"), choice.slug)
        if choice.slug in seen:
            yield Fault(path=(*path, place, "slug"), found=choice.slug, right="each choice once")
        seen.add(choice.slug)
        label: Path = (*path, place, "label")
        yield from texts_faults(label, choice.label, limits.CHOICE_LABEL, needed=True)


def _slug(path: Path, slug: str) -> Faults:
    if not _SLUG.fullmatch(slug):
        right = "small letters, digits, hyphens and low lines, at most %(most)s"
        yield Fault(path=path, found=slug, right=right, values={"most": limits.SLUG})
