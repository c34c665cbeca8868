"""A replay tells how a stream, or the whole ledger, stood after each of its stamps."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.audit.replay import (
    MoneyAxes,
    ReplayStep,
    Standing,
    money_of,
    replay,
    replay_rows,
    replay_stream,
    until_position,
    until_time,
)
from ledger.codec import Unreadable
from ledger.codec.rows import recorded
from ledger.kernel.money import total
from ledger.kernel.values import replace as with_values
from ledger.order.evolve import fold
from ledger.order.status import status
from tests.kits.audit import CopiedRows, a_history
from tests.kits.spec import (
    ASKED,
    DISPUTED,
    LOST,
    NOON,
    ORDER,
    PAGE,
    PAID,
    PAID_TWICE,
    PLACED,
    REFUND_ASKED,
    eur,
    history,
    order_of,
    put,
)

WORLD = a_history()
STORED = WORLD.store.stored()
SIZE = STORED.head()[0]
NAMES = ("free", "unpaid", "kept", "returned")
EVERYTHING = until_position(SIZE)


def axes(**told: int) -> MoneyAxes:
    """Cents by their axis, none elsewhere."""
    names = MoneyAxes.__slots__
    return MoneyAxes(**{name: eur(told.get(name, 0)) for name in names})


def test_a_step_tells_a_stamp_and_how_its_order_stood_after_it():
    told = put(PAID, told=NOON - timedelta(hours=1))
    steps = [*replay(history(PLACED, ASKED, PAGE, told))]
    assert [(one.status, one.held, one.sold) for one in steps] == [
        ("NOT_STARTED", 2, 0),
        ("PENDING", 2, 0),
        ("PENDING", 2, 0),
        (steps[-1].status, 0, 2),
    ]
    assert steps[-1] == ReplayStep(
        stream=ORDER,
        version=4,
        position=4,
        recorded_at=NOON + timedelta(minutes=3),
        occurred_at=NOON - timedelta(hours=1),
        type="PAID",
        correlation_id=told.under,
        actor="test",
        words="Received 70.00 EUR through stripe",
        status=status(order_of(PLACED, ASKED, PAGE, told)).value,
        money=axes(due=7000, received=7000),
        held=0,
        sold=2,
    )


def test_a_stream_that_is_no_order_has_neither_status_nor_money_nor_seats():
    shop = STORED.rows(0, limit=1)[0].stream
    steps = [*replay_stream(STORED, shop, until=EVERYTHING)]
    assert steps
    for one in steps:
        assert (one.status, one.money, one.held, one.sold) == ("", None, 0, 0)
    (lost,) = replay([with_values(history(PAID)[0], version=1)])
    assert (lost.status, lost.money, lost.held, lost.sold) == ("", None, 0, 0), "never placed"


def test_several_streams_are_told_each_by_itself():
    one, other = (WORLD.store.read(WORLD.id(name)) for name in ("kept", "returned"))
    both = sorted([*one, *other], key=lambda told: told.position)
    steps = [*replay(both)]
    assert [told.position for told in steps] == [told.position for told in both]
    for history_of in (one, other):
        own = [told for told in steps if told.stream == history_of[0].stream]
        assert own == [*replay(history_of)]


@pytest.mark.parametrize(
    ("stack", "money"),
    [
        ((PLACED, ASKED), axes(due=7000)),
        (
            (PLACED, ASKED, PAGE, PAID, REFUND_ASKED),
            axes(due=7000, received=7000, refund_pending=7000),
        ),
        ((PLACED, ASKED, PAGE, PAID, DISPUTED), axes(due=7000, received=7000, disputed=7000)),
        (
            (PLACED, ASKED, PAGE, PAID, DISPUTED, LOST),
            axes(due=7000, received=7000, charged_back=7000),
        ),
        ((PLACED, ASKED, PAGE, PAID_TWICE), axes(due=7000, received=7000)),
    ],
)
def test_money_is_told_on_six_axes(stack, money):
    assert money_of(order_of(*stack)) == money


def test_a_stream_is_told_up_to_a_position_or_a_time():
    stream = WORLD.id("returned")
    own = WORLD.store.read(stream)
    for many in range(1, len(own) + 1):
        last = own[many - 1]
        to_here = [*replay_stream(STORED, stream, until=until_position(last.position))]
        assert [one.version for one in to_here] == [one.version for one in own[:many]]
        then = [*replay_stream(STORED, stream, until=until_time(last.recorded_at))]
        assert [one.version for one in then] == [
            one.version for one in own if one.recorded_at <= last.recorded_at
        ]
    before = until_time(own[0].recorded_at - timedelta(microseconds=1))
    assert [*replay_stream(STORED, stream, until=before)] == []


def standing(rows: Any, until: Any = EVERYTHING) -> tuple[Standing, list[ReplayStep]]:
    sums, steps = Standing(), list[ReplayStep]()
    for one in replay_rows(rows, until=until):
        taken = sums.pass_over(one) if isinstance(one, ReplayStep) else sums.take(*one)
        steps.append(taken)
    return sums, steps


@pytest.mark.parametrize("position", [1, SIZE // 2, SIZE])
def test_the_whole_ledger_stands_as_its_orders_stand(position):
    sums, steps = standing(STORED, until_position(position))
    assert (sums.stamps, sums.position, sums.unread) == (position, position, 0)
    assert [one.position for one in steps] == [*range(1, position + 1)]
    rows = STORED.rows(0, limit=position)
    orders = [
        fold(WORLD.id(name), [recorded(row) for row in rows if row.stream == WORLD.id(name)])
        for name in NAMES
        if any(row.stream == WORLD.id(name) for row in rows)
    ]
    assert +sums.statuses == Counter(status(order).value for order in orders)
    money = [money_of(order) for order in orders]
    for name in MoneyAxes.__slots__:
        amounts = [getattr(one, name) for one in money]
        assert not orders or getattr(sums.money["EUR"], name) == total(amounts, "EUR")
    assert {*sums.money} == ({"EUR"} if orders else set())
    taken = [order.seats for order in orders]
    held = sum(seats[0] for one in taken for seats in one.values())
    sold = sum(seats[1] for one in taken for seats in one.values())
    assert sum(totals[1] for totals in sums.quotas.values()) == held
    assert sum(totals[2] for totals in sums.quotas.values()) == sold
    assert {*sums.quotas} <= {"winterfest/weekend", "winterfest/friday"}


def test_the_steps_of_the_whole_ledger_are_those_of_its_streams():
    _, steps = standing(STORED)
    for name in NAMES:
        own = [one for one in steps if one.stream == WORLD.id(name)]
        assert own == [*replay_stream(STORED, WORLD.id(name), until=EVERYTHING)]


def unread(version: int, position: int, row: Any, words: str) -> ReplayStep:
    return ReplayStep(
        stream=row.stream,
        version=version,
        position=position,
        recorded_at=row.recorded_at,
        occurred_at=None,
        type=row.type,
        correlation_id=row.correlation_id or UUID(int=0),
        actor="",
        words=f"{row.type} {words}",
        status="",
        money=None,
        held=0,
        sold=0,
        unread=True,
    )


CANNOT = "cannot be read: see `audit verify`"


def test_a_stamp_that_cannot_be_read_is_told_as_such_and_its_stream_goes_on():
    copy = CopiedRows(STORED)
    own = [row for row in copy.kept if row.stream == WORLD.id("kept")]
    for row in own[2:4]:
        copy.bend(row.position, state=b"")
    copy.bend(own[3].position, correlation_id=None)
    steps = [*replay_stream(copy, WORLD.id("kept"), until=EVERYTHING)]
    assert steps[2:4] == [
        unread(row.version, row.position, copy.kept[row.position - 1], CANNOT) for row in own[2:4]
    ]
    assert [one.unread for one in steps] == [False, False, True, True, *[False] * (len(own) - 4)]
    sums, all_steps = standing(copy)
    assert (sums.stamps, sums.unread, sums.position) == (SIZE, 2, SIZE)
    assert [one for one in all_steps if one.stream == WORLD.id("kept")] == steps


def test_a_stamp_of_another_kind_of_stream_is_as_good_as_unread():
    copy = CopiedRows(STORED)
    last = copy.kept[-1]
    shop = copy.kept[0].stream
    copy.bend(SIZE, stream=shop, version=99)
    told = unread(99, SIZE, copy.kept[-1], CANNOT)
    assert [*replay_stream(copy, shop, until=EVERYTHING)][-1] == told
    sums, steps = standing(copy)
    assert (steps[-1], sums.unread) == (told, 1)
    misplaced = with_values(recorded(last), stream=shop)
    words = f"{last.type} at position {SIZE} does not fit into its stream"
    with pytest.raises(Unreadable, match=words):
        [*replay([recorded(copy.kept[0]), misplaced])]


def test_a_free_order_owes_nothing_and_its_seats_are_sold():
    steps = [*replay_stream(STORED, WORLD.id("free"), until=EVERYTHING)]
    assert steps[-1].money == axes()
    assert (steps[-1].held, steps[-1].sold) == (0, 1)
