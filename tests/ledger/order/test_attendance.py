"""Who is inside: the earliest scan stands, in whichever order they are told, and nobody twice."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given as given_that
from hypothesis import settings
from hypothesis import strategies as st

from ledger.kernel.refusals import Contradicted, NotAdmitted, NotInside, Refusal, UnknownCheckIn
from ledger.order.admission import DoorResult, TicketState, state, tickets
from ledger.order.attendance import day_of, scan_cause
from ledger.order.commands import CancelOrder, CheckIn, CheckOut, UndoCheckIn
from ledger.order.decide import decide
from ledger.order.issues import troubles
from ledger.order.order import Order
from ledger.order.stamps import (
    TicketCheckedIn,
    TicketCheckedOut,
    TicketCheckInUndone,
    TicketSentOn,
)
from ledger.shop.stamps import Admission
from projections.door import door_tickets, door_visits
from tests.kits.spec import (
    ASKED,
    CHECKED_IN,
    CHECKED_OUT,
    ISSUED,
    NOON,
    PAID,
    PLACED,
    SCAN,
    SHOP,
    UNDONE,
    after,
    given,
    order_of,
    put,
)

SOLD = (PLACED, ASKED, PAID, ISSUED)
FIRST, SECOND = ISSUED.hashes
LET_IN = put(CHECKED_IN, under=SCAN)
LEFT = put(replace(CHECKED_OUT, scanned_at=NOON + timedelta(hours=1)), under=UUID(int=5))


def scan(minute: int, ticket: str = FIRST, *, out: bool = False, **more: Any) -> Any:
    """A wish of a device; `minute` tells its scan, its device and its time."""
    word = uuid5(SHOP, f"scan/{minute}")
    told: dict[str, Any] = {
        "correlation_id": scan_cause(SHOP, word),
        "actor": "staff:door",
        "at": NOON,
        "scan": word,
        "door": "main",
        "device": f"device-{minute % 3}",
        "scanned_at": NOON + timedelta(minutes=minute),
        "ticket": ticket,
        **more,
    }
    return CheckOut(**told) if out else CheckIn(**{"rules": {}, **told})


def test_the_holder_of_a_ticket_is_let_in():
    command = scan(1)
    made = TicketCheckedIn(
        scan=command.scan,
        ticket=FIRST,
        day="2027-01-10",
        door="main",
        device="device-1",
        scanned_at=command.scanned_at,
    )
    given(*SOLD).when(command).then(made)
    given(*SOLD, put(made, under=command.correlation_id)).when(command).then()


REFUSED: dict[str, tuple[tuple[Any, ...], Any, str]] = {
    "used": ((*SOLD, LET_IN), scan(1), "used"),
    "used by who left": ((*SOLD, LET_IN, LEFT), scan(90), "used"),
    "unknown": (SOLD, scan(1, ticket="nobody's"), "unknown"),
    "not issued": (SOLD[:3], scan(1, ticket="", number=1), "unknown"),
    "not paid": (SOLD[:1], scan(1, ticket="", number=1), "not_paid"),
    "another day": (SOLD, scan(1, rules={"weekend": Admission(days=("2027-01-11",))}), "wrong_day"),
    "another door": (SOLD, scan(1, rules={"weekend": Admission(doors=("sauna",))}), "wrong_door"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_anybody_else_is_not_and_nothing_is_stamped(case):
    stack, command, code = REFUSED[case]
    with pytest.raises(NotAdmitted) as no:
        decide(command, order_of(*stack))
    assert no.value.code == code
    assert getattr(no.value.verdict, "result", None) == code


def test_what_the_rule_looked_at_is_told():
    with pytest.raises(NotAdmitted) as no:
        decide(scan(1), order_of(*SOLD, LET_IN))
    assert getattr(no.value.verdict, "inputs", None) == {
        "ticket": 1,
        "day": "2027-01-10",
        "door": "main",
        "days": (),
        "doors": (),
        "reentry": False,
        "inside": True,
        "left": False,
        "sold": True,
        "released": False,
    }


def test_another_door_and_another_day_are_no_repeat():
    for other in (scan(1, door="sauna"), scan(24 * 60)):
        assert decide(other, order_of(*SOLD, LET_IN))


def test_a_scan_off_line_is_a_fact_with_its_breach():
    elsewhere = {"weekend": Admission(doors=("sauna",))}
    (made,) = decide(scan(1, queued=True, rules=elsewhere), order_of(*SOLD, LET_IN))
    assert isinstance(made, TicketCheckedIn)
    assert (made.queued, made.breach) == (True, "wrong_door")
    told = [one.mark for one in troubles(order_of(*SOLD, LET_IN, put(made, under=UUID(int=7))))]
    assert told == ["1", "wrong_door"]


def test_one_scan_is_of_one_ticket_one_door_one_direction():
    order = order_of(*SOLD, LET_IN)
    same: dict[str, Any] = {"correlation_id": SCAN}
    for other in (scan(1, SECOND, **same), scan(1, door="x", **same), scan(1, out=True, **same)):
        with pytest.raises(Contradicted):
            decide(other, order)


def test_only_who_is_inside_leaves_and_comes_again_where_that_is_allowed():
    with pytest.raises(NotInside):
        decide(scan(1, out=True), order_of(*SOLD))
    late = scan(20 * 60, out=True)
    (made,) = decide(late, order_of(*SOLD, LET_IN))
    assert isinstance(made, TicketCheckedOut)
    assert (made.day, day_of(late.scanned_at, "Europe/Helsinki")) == ("2027-01-10", "2027-01-11")
    again = scan(90, rules={"weekend": Admission(reentry=True)})
    assert decide(again, order_of(*SOLD, LET_IN, LEFT))


def test_a_ticket_that_was_sent_on_is_one_ticket_under_both_of_its_codes():
    sent = TicketSentOn(ticket=1, language="en", email_index="e", link_hash="l", hash="fresh")
    order = order_of(*SOLD, put(sent, under=UUID(int=8)))
    with pytest.raises(NotAdmitted) as no:
        decide(scan(1), order)
    assert (no.value.code, getattr(no.value.verdict, "why", None)) == ("revoked", "sent_on")
    assert decide(scan(1, ticket="fresh"), order)
    # Off line somebody came with the former code: the other lets nobody in beside them.
    (made,) = decide(scan(1, queued=True), order)
    assert isinstance(made, TicketCheckedIn)
    assert (made.ticket, made.breach) == (FIRST, "revoked")
    used = after(order, made, under=scan(1).correlation_id, at=NOON)
    with pytest.raises(NotAdmitted) as no:
        decide(scan(2, ticket="fresh"), used)
    assert no.value.code == "used"
    assert decide(scan(3, FIRST, out=True), used)
    assert [(one.hash, one.state, len(one.inside)) for one in door_tickets(used)] == [
        ("fresh", "valid", 1),
        (SECOND, "valid", 0),
        (FIRST, "revoked", 0),
    ]
    assert [one.entered for one in door_visits(used)] == [1]
    assert next(state(used, one) for one in tickets(used)) is TicketState.CHECKED_IN


def test_a_check_in_is_undone_once():
    undo = UndoCheckIn(correlation_id=SCAN, actor="staff", at=NOON, reason="wrong person")
    given(*SOLD, LET_IN).when(undo).then(UNDONE)
    given(*SOLD, LET_IN, put(UNDONE, under=SCAN)).when(undo).then()
    with pytest.raises(UnknownCheckIn):
        decide(undo, order_of(*SOLD))
    assert order_of(*SOLD, LET_IN, put(UNDONE, under=SCAN)).attendance == {}


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["in", "in", "queued", "queued", "out", "queued out", "undo", "cancel"]),
        st.sampled_from([FIRST, SECOND]),
        st.integers(0, 40),
    ),
    max_size=25,
)


def wish(kind: str, ticket: str, number: int) -> Any:
    if kind == "cancel":
        told: dict[str, Any] = {"actor": "staff", "at": NOON, "reason": "ill"}
        return CancelOrder(correlation_id=UUID(int=99), **told)
    of = scan(number, ticket, out=kind.endswith("out"), queued=kind.startswith("queued"))
    if kind == "undo":
        return UndoCheckIn(correlation_id=of.correlation_id, actor="a", at=NOON, reason="no")
    return of


@settings(max_examples=150, deadline=None)
@given_that(OPERATIONS, st.randoms(use_true_random=False))
def test_however_scans_undos_and_revocations_interleave_nobody_is_inside_twice(
    operations: list[tuple[str, str, int]], chance: Random
):
    order = order_of(*SOLD)
    stamped: list[tuple[UUID, Any]] = []
    for one in operations:
        command = wish(*one)
        try:
            made = decide(command, order)
        except Refusal:
            continue
        for stamp in made:
            order = after(order, stamp, under=command.correlation_id, at=NOON)
            stamped.append((command.correlation_id, stamp))
    law(order, stamped)
    # The same news in another order: an undoing comes after what it undoes.
    told = [*stamped]
    chance.shuffle(told)
    told.sort(key=lambda one: isinstance(one[1], TicketCheckInUndone))
    other = order_of(*SOLD)
    for cause, stamp in told:
        other = after(other, stamp, under=cause, at=NOON)
    assert shape(other) == shape(order)


def law(order: Order, stamped: list[tuple[UUID, Any]]) -> None:
    """At most one is inside with each ticket, and the counters are what the stamps say."""
    undone = {cause for cause, one in stamped if isinstance(one, TicketCheckInUndone)}
    came = Counter(
        one.ticket
        for cause, one in stamped
        if isinstance(one, TicketCheckedIn) and cause not in undone
    )
    entered: Counter[str] = Counter()
    for place, there in order.attendance.items():
        assert len(there.entries) - len(there.exits) in (0, 1)
        times = [one.at for pair in zip(there.entries, there.exits, strict=False) for one in pair]
        assert times == sorted(times)
        entered[place.ticket] += len(there.entries) + len(there.beside)
    assert entered == came
    rows = {(one.number, one.day, one.door): one for one in door_visits(order)}
    assert sum(one.entered for one in rows.values()) == sum(
        len(there.entries) for there in order.attendance.values()
    )
    inside = [word for one in door_tickets(order) for word in one.inside]
    assert len(inside) == sum(one.entered - one.went for one in rows.values())
    for ticket in tickets(order):
        used = any(
            place.ticket == ticket.code and there.entries
            for place, there in order.attendance.items()
        )
        assert (state(order, ticket) is TicketState.CHECKED_IN) is used
    beside = sum(len(there.beside) for there in order.attendance.values())
    assert sum(one.mark.isdecimal() for one in troubles(order)) == beside


def shape(order: Order) -> Any:
    """Who is inside by whose scan, whatever the positions."""
    return {
        place: [[one.id for one in some] for some in (there.entries, there.exits, there.beside)]
        for place, there in order.attendance.items()
    }


def test_results_have_an_order_and_each_is_one_word():
    assert [*DoorResult][-1] is DoorResult.VALID
    assert len({*DoorResult}) == 7
