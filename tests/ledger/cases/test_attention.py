"""A case is put aside and comes back by itself; somebody looks after it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.cases.attention import LONGEST_SNOOZE, HandCase, SnoozeCase, decide_attention
from ledger.cases.stamps import CaseHanded, CaseSnoozed
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.refusals import CaseClosed, SnoozeOutOfRange, UnknownCase
from projections.cases import cases
from tests.ledger.cases.test_decide_case import (
    ACCEPTED,
    ASKED,
    CASE,
    CLOSED,
    FAILED,
    NOON,
    OTHER,
    STRAY,
    case_of,
    wish,
)

MONDAY = NOON + timedelta(days=1)
ASIDE = CaseSnoozed(until=MONDAY, reason="the bank answers on Monday")
BEA = "staff:bea"


def to(whom: str) -> HandCase:
    return HandCase(correlation_id=OTHER, actor="staff:ada", at=NOON, to=whom)


def test_it_leaves_and_is_back_by_itself():
    stamps = decide_attention(wish(SnoozeCase, until=MONDAY), case_of(STRAY))
    assert stamps == (replace(ASIDE, reason="the payer rang"),)
    case = case_of(STRAY, ASIDE)
    assert (case.state, case.asleep(NOON), case.asleep(MONDAY)) == ("open", True, False)
    (row,) = cases(case)
    assert (row.state, row.asleep_until) == ("open", MONDAY)


def test_it_is_taken_up_again_at_once():
    asleep = case_of(STRAY, ASIDE)
    assert decide_attention(wish(SnoozeCase, until=None), asleep) == (
        CaseSnoozed(reason="the payer rang"),
    )
    assert not case_of(STRAY, ASIDE, CaseSnoozed()).asleep(NOON)


@pytest.mark.parametrize("known", [(STRAY,), (STRAY, ASIDE, CaseSnoozed())])
def test_who_is_awake_is_not_woken(known):
    assert decide_attention(wish(SnoozeCase, until=None), case_of(*known)) == ()


def test_the_same_again_says_nothing():
    assert decide_attention(wish(SnoozeCase, until=MONDAY), case_of(STRAY, ASIDE)) == ()
    assert decide_attention(to(BEA), case_of(STRAY, CaseHanded(to=BEA))) == ()


@pytest.mark.parametrize("until", [NOON, NOON - timedelta(days=1), NOON + LONGEST_SNOOZE * 2])
def test_neither_for_ever_nor_until_what_is_over(until):
    with pytest.raises(SnoozeOutOfRange):
        decide_attention(wish(SnoozeCase, until=until), case_of(STRAY))


@pytest.mark.parametrize("command", [wish(SnoozeCase, until=MONDAY), to(BEA)])
def test_only_what_is_open_waits(command):
    with pytest.raises(CaseClosed):
        decide_attention(command, case_of(STRAY, CLOSED))
    with pytest.raises(UnknownCase):
        decide_attention(command, case_of())


def test_news_of_its_money_wakes_it():
    assert not case_of(STRAY, ASKED, ASIDE, ACCEPTED, FAILED).asleep(NOON)


def test_somebody_looks_after_it_until_somebody_else_does():
    assert decide_attention(to(BEA), case_of(STRAY)) == (CaseHanded(to=BEA),)
    assert cases(case_of(STRAY, CaseHanded(to=BEA)))[0].keeper == BEA
    assert case_of(STRAY, CaseHanded(to=BEA), CaseHanded()).keeper == ""


def test_why_it_waits_is_erased_with_its_payer():
    snooze = case_of(STRAY, ASIDE, Erased(subject=CASE, ground=Ground.ASKED)).snooze
    assert snooze is not None
    assert snooze.reason is None
