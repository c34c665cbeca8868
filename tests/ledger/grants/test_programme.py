"""What a shop gives to people: which rules can be, until when, and what each kind is worth."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.grants.programme import (
    GrantProgramme,
    decide_set_up,
    evolve_programme,
    fold_programme,
    over_since,
    programme_id,
    set_up_trouble,
    terms_of,
    worth_of,
)
from ledger.grants.question import Question
from ledger.grants.stamps import Destination, GrantKind, GrantsSetUp, GrantTerms, Place, PriceMode
from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import GrantsSetUpWrong
from ledger.shop.stamps import ShopOpened
from tests.ledger.grants.test_grantee import EVENT, NOON, RULES, SHOP

ID = programme_id(SHOP)
OWN = Destination(place=Place.OWN, product="weekend")


def at_event(**changes: Any) -> GrantsSetUp:
    return replace(RULES, destination=replace(EVENT, **changes))


@pytest.mark.parametrize(
    ("rules", "trouble"),
    [
        (RULES, ""),
        (replace(RULES, co_speaker_percent="0.01"), ""),
        (replace(RULES, co_speaker_percent="100"), ""),
        (replace(RULES, co_speaker_percent="100.01"), "percent"),
        (replace(RULES, co_speaker_percent="0"), "percent"),
        (replace(RULES, co_speaker_percent="-1"), "percent"),
        (replace(RULES, co_speaker_percent="0.001"), "percent"),
        (replace(RULES, co_speaker_percent="12.345"), "percent"),
        (replace(RULES, co_speaker_percent="half"), "percent"),
        (replace(RULES, co_speaker_percent="NaN"), "percent"),
        (replace(RULES, co_speaker_percent="Infinity"), "percent"),
        (replace(RULES, destination=OWN), ""),
        (replace(RULES, destination=replace(OWN, product="")), "product"),
        (at_event(organizer=""), "event"),
        (at_event(event=""), "event"),
        (at_event(event="a.b-c_d"), ""),
        (at_event(event="a b"), "event"),
        (at_event(event="-a"), "event"),
        (at_event(event="å"), "event"),
        (at_event(event="a" * 50), ""),
        (at_event(event="a" * 51), "event"),
        (at_event(quota=None), "quota_or_item"),
        (at_event(item=1), "quota_or_item"),
        (at_event(quota=None, item=1), ""),
        (at_event(quota=0), "quota_or_item"),
        (at_event(quota=2**31 - 1), ""),
        (at_event(quota=2**31), "quota_or_item"),
        (at_event(quota=None, item=0), "quota_or_item"),
    ],
)
def test_what_can_be_set_up(rules: GrantsSetUp, trouble: str) -> None:
    assert set_up_trouble(rules) == trouble
    blank = GrantProgramme(id=ID)
    if trouble:
        with pytest.raises(GrantsSetUpWrong, match=trouble):
            decide_set_up(blank, rules)
    else:
        assert decide_set_up(blank, rules) == (rules,)


def test_the_same_again_is_no_change_whatever_is_said_for_it() -> None:
    known = GrantProgramme(id=ID, rules=RULES)
    assert decide_set_up(known, replace(RULES, reason="once more")) == ()
    other = replace(RULES, co_speaker_percent="30")
    assert decide_set_up(known, other) == (other,)


def test_the_newest_rules_stand_whoever_was_erased() -> None:
    other = replace(RULES, co_speaker_percent="30")
    erased = Erased(subject=ID, ground=Ground.ASKED)
    history = [
        Recorded(ID, number, number, NOON, one, uuid4(), "staff")
        for number, one in enumerate((RULES, other, erased), 1)
    ]
    assert fold_programme(ID, history) == GrantProgramme(id=ID, version=3, rules=other)
    foreign: Recorded[object] = Recorded(
        UUID(int=1), 1, 1, NOON, ShopOpened(slug="x"), uuid4(), "staff"
    )
    with pytest.raises(Foreign):
        evolve_programme(GrantProgramme(id=ID), foreign)


def test_a_programme_is_over_from_the_moment_until_which_it_is_valid() -> None:
    ends = at_event(valid_until=NOON)
    instant = timedelta(microseconds=1)
    told = [over_since(ends, NOON + later) for later in (-instant, timedelta(0), instant)]
    assert told == [None, NOON, NOON]
    assert over_since(RULES, NOON) is over_since(None, NOON) is None


@pytest.mark.parametrize(
    ("kind", "terms", "cents"),
    [
        (GrantKind.GRANT, GrantTerms(mode=PriceMode.SET, value="0.00"), 10_000),
        (GrantKind.SPEAKER, GrantTerms(mode=PriceMode.SET, value="0.00"), 10_000),
        (GrantKind.CO_SPEAKER, GrantTerms(mode=PriceMode.PERCENT, value="25.00"), 2_500),
    ],
)
def test_what_a_voucher_of_each_kind_does_and_is_worth(
    kind: GrantKind, terms: GrantTerms, cents: int
) -> None:
    assert terms_of(kind, RULES) == terms
    assert worth_of(kind, RULES) == Money(cents, "EUR")
    assert worth_of(kind, replace(RULES, ticket_price=None)) is None


# What a keeper was asked.


def test_before_the_first_try_nothing_is_open() -> None:
    none = Question()
    assert (none.last_try, none.open, none.code, none.waits_for_people) == (0, False, "", False)


def test_a_try_is_open_until_it_is_refused_or_done() -> None:
    tried = Question().tried(1, NOON)
    assert (tried.last_try, tried.open) == (1, True)
    assert not tried.answered().open
    refused = tried.refused(1, "busy", NOON, permanent=False)
    assert (refused.open, refused.code, refused.waits_for_people) == (False, "busy", False)
    again = refused.tried(2, NOON)
    assert (again.last_try, again.open, again.code) == (2, True, "")
    assert refused.tried(3, NOON).tried(2, NOON).last_try == 3


def test_a_refusal_may_come_before_its_try_was_seen() -> None:
    refused = Question().refused(2, "busy", NOON, permanent=False)
    assert (refused.last_try, refused.open, refused.failed_at) == (2, False, {2: NOON})


def test_when_a_try_began_stays_what_was_told_first() -> None:
    later = NOON + timedelta(days=1)
    assert Question().tried(1, NOON).tried(1, later).asked == {1: NOON}


def test_what_only_people_can_mend_waits_for_them_once() -> None:
    stuck = Question().tried(1, NOON).refused(1, "gone", NOON, permanent=True)
    assert stuck.waits_for_people
    assert not stuck.wanted_again(1).waits_for_people
    assert stuck.wanted_again(0).waits_for_people
    assert stuck.wanted_again(1).wanted_again(0).again_after == 1
    assert not stuck.tried(2, NOON).waits_for_people
    anew = stuck.wanted_again(1).tried(2, NOON).refused(2, "gone", NOON, permanent=True)
    assert anew.waits_for_people


def test_what_was_done_is_done_whatever_was_refused() -> None:
    done = Question().tried(1, NOON).answered().refused(1, "gone", NOON, permanent=True)
    assert (done.done, done.open, done.code, done.waits_for_people) == (True, False, "", False)
