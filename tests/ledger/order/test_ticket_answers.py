"""Answers are told ticket by ticket: numbered over all lines, and never more than there are."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.refusals import AnswersInvalid, OrderMoved
from ledger.order.commands import CorrectAnswers
from ledger.order.stamps import Labelled, TicketAnswers
from ledger.order.ticket_answers import first_answers
from tests.kits.spec import (
    ASKED,
    ASKED_ABOUT,
    LINE,
    NOON,
    ORDER,
    OUTSIDE,
    PAID,
    PLACED,
    QUESTIONS,
    WISH,
    given,
    order_of,
    put,
)

ADA, BEA, CEM = ({"name": name} for name in ("Ada", "Bea", "Cem"))
OTHER = replace(LINE, product="friday", quantity=1, tickets=2)
BOUGHT = (PLACED, ASKED_ABOUT, ASKED, PAID)


def told(
    first: Sequence[dict[str, str]], second: Sequence[dict[str, str]], *, needed: bool = False
) -> tuple[TicketAnswers, ...]:
    """What is told of two tickets of one line, and of two of one piece of another."""
    asked = {0: QUESTIONS, 1: QUESTIONS}
    return first_answers([(LINE, first), (OTHER, second)], asked, all_needed=needed)


def test_tickets_are_numbered_over_all_lines_and_who_is_told_nothing_of_is_left_out():
    assert told([ADA, BEA], [{}, CEM]) == (
        TicketAnswers(ticket=1, answers=ADA),
        TicketAnswers(ticket=2, answers=BEA),
        TicketAnswers(ticket=4, answers=CEM),
    )
    assert told([{}, BEA], []) == (TicketAnswers(ticket=2, answers=BEA),)
    assert told([], []) == ()


@pytest.mark.parametrize(
    ("first", "second", "product", "ticket"),
    [([ADA, BEA, CEM], [], "weekend", 3), ([ADA], [ADA, BEA, CEM], "friday", 3)],
)
def test_more_answers_than_tickets_are_refused(first, second, product, ticket):
    with pytest.raises(AnswersInvalid) as no:
        told(first, second)
    assert (no.value.product, no.value.ticket) == (product, ticket)


def test_what_is_needed_of_each_ticket_is_missed_at_the_first_that_lacks_it():
    with pytest.raises(AnswersInvalid) as no:
        told([ADA, BEA], [ADA], needed=True)
    assert (no.value.product, no.value.ticket, no.value.question) == ("friday", 2, "name")
    assert len(told([ADA, BEA], [ADA, CEM], needed=True)) == 4


def test_who_looked_at_an_older_order_looks_again_before_they_correct_answers():
    wish = CorrectAnswers(
        correlation_id=WISH,
        actor="ada",
        at=NOON,
        reason="r",
        tickets=(TicketAnswers(ticket=1, answers=ADA),),
        version=len(BOUGHT) - 1,
    )
    given(*BOUGHT).when(wish).then_refuses(OrderMoved, version=len(BOUGHT))
    assert given(*BOUGHT).when(replace(wish, version=len(BOUGHT))).stamps


def test_a_label_that_is_sealed_for_us_is_none():
    sealed = put(Labelled(label=None), under=OUTSIDE)
    known = put(Labelled(label="crew"), under=WISH)
    assert order_of(*BOUGHT, sealed, known).labels == ("crew",)


def test_who_was_erased_has_no_label_any_more_though_one_comes():
    erased = put(Erased(subject=ORDER, ground=Ground.ASKED), under=OUTSIDE)
    known = put(Labelled(label="crew"), under=WISH)
    assert order_of(*BOUGHT, erased, known).labels == ()
