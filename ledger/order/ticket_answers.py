"""What is asked and answered about each ticket of an order, and what may still be changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.kernel.refusals import AnswersInvalid
from ledger.order.order import Order
from ledger.order.stamps import Line, TicketAddress, TicketAnswers
from ledger.order.tickets import Ticket, every_ticket
from ledger.shop.questions import (
    AnswerRule,
    Needed,
    QuestionKind,
    Questions,
    TicketQuestion,
    answer_fault,
)

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTicket:
    """A ticket that lives, what is asked about it, what was answered, and until when."""

    ticket: Ticket
    questions: tuple[TicketQuestion, ...]
    answers: Answers
    until: datetime

    @property
    def missing(self) -> tuple[TicketQuestion, ...]:
        """Questions that have to be answered, and are not."""
        needed = (one for one in self.questions if one.needed is not Needed.OPTIONAL)
        return tuple(one for one in needed if not self.answers.get(one.slug))

    @property
    def name(self) -> str:
        """The holder's name, if it was asked for and told."""
        return next(iter(_of_kind(self.questions, self.answers, QuestionKind.NAME)), "")


def asked_tickets(order: Order) -> tuple[AskedTicket, ...]:
    """Every ticket that lives and about which something is asked, in the order's order."""
    if order.placed is None or not order.asked or not order.alive:
        return ()
    every = every_ticket(order.terms.lines)
    living = (one for one in every if one.outlasts(order.which_cancelled))
    return tuple(_asked(order, one) for one in living if one.place in order.asked)


def _asked(order: Order, ticket: Ticket) -> AskedTicket:
    questions = order.asked[ticket.place]
    return AskedTicket(
        ticket=ticket,
        questions=questions.asked,
        answers=order.answers.get(ticket.number, {}),
        until=questions.until or order.starts_at,
    )


def holder_name(order: Order, ticket: Ticket) -> str:
    """The name that was told of a ticket; empty where none was asked for, or told."""
    known = order.asked.get(ticket.place)
    return _asked(order, ticket).name if known else ""


def unanswered(order: Order) -> tuple[AskedTicket, ...]:
    """Tickets about which an answer that must come has not come."""
    return tuple(one for one in asked_tickets(order) if one.missing)


def clean(answers: Answers) -> dict[str, str]:
    """Answers as they are kept: without spaces around them, and without empty ones."""
    told = {name: text.strip() for name, text in answers.items()}
    return {name: text for name, text in told.items() if text}


def first_answers(
    lines: Sequence[tuple[Line, Sequence[Answers]]],
    asked: Mapping[int, Questions],
    *,
    all_needed: bool,
) -> tuple[TicketAnswers, ...]:
    """What is told of each ticket when an order is placed. Raises `AnswersInvalid`.

    `all_needed`: what has to be answered before the order is placed, is. By each line its answers.
    """
    return tuple(_first_answers(lines, asked, all_needed=all_needed))


def _first_answers(
    lines: Sequence[tuple[Line, Sequence[Answers]]],
    asked: Mapping[int, Questions],
    *,
    all_needed: bool,
) -> Iterator[TicketAnswers]:
    number = 0
    for place, (line, given) in enumerate(lines):
        count = line.quantity * line.tickets
        questions = asked.get(place, Questions()).asked
        if len(given) > count:
            raise AnswersInvalid(
                product=line.product, ticket=count + 1, question="", rule=AnswerRule.CHOICE
            )
        for nth in range(count if questions or given else 0):
            told = clean(given[nth]) if nth < len(given) else {}
            wanted = (Needed.AT_CHECKOUT,) if all_needed else ()
            check(questions, told, needed=wanted, product=line.product, nth=nth + 1)
            if told:
                yield TicketAnswers(ticket=number + nth + 1, answers=told)
        number += count


def check(
    questions: Sequence[TicketQuestion],
    told: Answers,
    *,
    needed: Sequence[Needed],
    product: str,
    nth: int,
) -> None:
    """Raises `AnswersInvalid` for the first answer that is none, or that is missing."""
    known = {one.slug: one for one in questions}
    for slug in told:
        if slug not in known:
            raise AnswersInvalid(
                product=product, ticket=nth, question=slug[:100], rule=AnswerRule.CHOICE
            )
    for slug, question in known.items():
        rule = answer_fault(question, told.get(slug, ""))
        if rule is None and question.needed in needed and not told.get(slug):
            rule = AnswerRule.REQUIRED
        if rule is not None:
            raise AnswersInvalid(product=product, ticket=nth, question=slug, rule=rule)


def addressed(
    one: TicketAnswers, questions: Sequence[TicketQuestion], holders: Mapping[str, str]
) -> TicketAddress:
    """The ticket with the keyed hash of its holder's address, where that is answered."""
    told = next(iter(_of_kind(questions, one.answers, QuestionKind.EMAIL)), "")
    return TicketAddress(ticket=one.ticket, email_index=holders[told] if told else "")


def addresses_in(questions: Sequence[TicketQuestion], answers: Answers) -> Sequence[str]:
    """The e-mail addresses among answers."""
    return [*_of_kind(questions, answers, QuestionKind.EMAIL)]


def _of_kind(
    questions: Sequence[TicketQuestion], answers: Answers, kind: QuestionKind
) -> Iterator[str]:
    told = (answers.get(one.slug, "") for one in questions if one.kind is kind)
    return (text for text in told if text)
