"""The table of transitions, row by row, against the deciders and the fold."""

from dataclasses import replace
from types import UnionType
from typing import get_args

import pytest

from ledger.kernel.refusals import AlreadyCancelled, NotPayable
from ledger.order import transitions as t
from ledger.order.commands import OrderCommand
from ledger.order.options import ASKED, options
from ledger.order.stamps import OrderPlaced, OrderStamp, QuestionsAsked, ZeroPrice
from ledger.order.status import Status, status
from ledger.order.transitions import SITUATIONS, TABLE, Situation, Who, row_of
from tests.kits.order_states import PAGE, page
from tests.kits.situations import NEWS, STACKS, WISHES, differences, order_in

NAMES = {event: name for name, event in vars(t).items() if isinstance(event, t.Event)}
EVENTS = sorted(NAMES, key=lambda event: NAMES[event])
# An order begins with these: nothing is there before to have a status word.
PLACING = {OrderPlaced, QuestionsAsked, ZeroPrice}


def flat(union):
    parts = get_args(union) if isinstance(union, UnionType) else (union,)
    return {one for part in parts for one in (flat(part) if get_args(part) else {part})}


def test_every_status_word_has_a_situation_and_every_situation_its_word():
    assert set(SITUATIONS) == set(Status)
    assert sorted(one for some in SITUATIONS.values() for one in some) == sorted(Situation)
    assert set(STACKS) == set(Situation)


@pytest.mark.parametrize("situation", Situation, ids=lambda one: one.name)
def test_a_situation_has_the_word_that_it_stands_under(situation):
    order, _ = order_in(situation)
    assert situation in SITUATIONS[status(order)]


def test_every_event_has_its_rows_and_something_that_makes_it_happen():
    assert set(NAMES) == set(TABLE) == {*WISHES, *NEWS}
    assert {event for event in NAMES if event.who is Who.NEWS} == set(NEWS)


def test_every_command_is_an_event():
    assert flat(OrderCommand) == {event.of for event in WISHES} - {object}


def test_every_stamp_comes_from_some_row():
    made = {stamp for rows in TABLE.values() for row in rows for stamp in row.stamps}
    assert flat(OrderStamp) - PLACING == made


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: NAMES[event])
def test_what_the_table_says_is_what_the_code_does(event):
    """Add a row where one is missing; put right what is wrong, or the code that it caught."""
    assert [*differences(event)] == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: NAMES[event])
def test_every_row_is_needed(event):
    reached = [row_of(event, situation) for situation in Situation]
    assert [row for row in TABLE[event] if row not in reached] == []


def spoilt(row):
    """The row with another outcome, and with another word afterwards."""
    other = NotPayable if row.refusal is not NotPayable else AlreadyCancelled
    yield replace(row, refusal=other, code="", stamps=())
    yield replace(row, stamps=(*row.stamps, OrderPlaced), refusal=None)
    if row.refusal is None:
        yield replace(row, to=Status.NOT_STARTED)
    if row.code:
        yield replace(row, code="because")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: NAMES[event])
def test_a_wrong_row_is_seen(event, monkeypatch):
    rows = TABLE[event]
    for place, row in enumerate(rows):
        for wrong in spoilt(row):
            monkeypatch.setitem(TABLE, event, (*rows[:place], wrong, *rows[place + 1 :]))
            assert [*differences(event)], wrong


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: NAMES[event])
def test_a_missing_pair_is_seen(event, monkeypatch):
    monkeypatch.setitem(TABLE, event, TABLE[event][:-1])
    assert any("no row" in one for one in differences(event))


@pytest.mark.parametrize("situation", Situation, ids=lambda one: one.name)
def test_what_people_are_offered_is_what_the_table_says(situation):
    order, at = order_in(situation)
    for option in options(order, at):
        row = row_of(option.event, situation)
        assert tuple(map(type, option.stamps)) == row.stamps
        assert row.refusal in (None, type(option.refusal))


def test_people_are_offered_everything_that_they_may_ask():
    assert {event for event in NAMES if event.who in (Who.CUSTOMER, Who.STAFF, Who.DOOR)} == set(
        ASKED
    )


def test_the_reference_is_made_of_the_table():
    """`python -m tests.kits.order_states` writes it anew."""
    assert PAGE.read_text() == page()
