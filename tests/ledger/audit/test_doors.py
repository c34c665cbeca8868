"""Of a ticket's scans on a day the earliest stands: rows that were bent to hide that are found."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.worker.open_cases import Desk
from ledger.audit.verify import verify
from ledger.cases.service import Cases
from ledger.codec import frame, unframe
from ledger.order.attendance import scan_cause
from ledger.order.commands import CancelOrder, CheckIn, UndoCheckIn
from ledger.order.issues import troubles
from ledger.shop.stamps import shop_id
from tests.kits.audit import CopiedRows, pay, send_letters
from tests.kits.worlds import World
from tests.ledger.audit.test_laws import rehash

SHOP = shop_id("winterfest")


@pytest.fixture
def world() -> World:
    """A paid order of two tickets, and the first of them let in off line, later than on line."""
    made = World()
    made.place("order", ("weekend", 2))
    pay(made, "order")
    send_letters(made, "order")
    scan(made, minutes=5)
    scan(made, minutes=1, queued=True)
    return made


def scan(world: World, *, minutes: int, queued: bool = False, ticket: int = 0) -> UUID:
    """So many minutes after the clock of the ledger."""
    issued = world.orders.get(world.id("order")).tickets
    assert issued is not None
    word = uuid4()
    command = CheckIn(
        correlation_id=scan_cause(SHOP, word),
        actor="door",
        at=world.clock(),
        scan=word,
        door="main",
        device="north-1",
        scanned_at=world.clock() + timedelta(minutes=minutes),
        ticket=issued.hashes[ticket],
        queued=queued,
        rules={},
    )
    world.orders.handle(world.id("order"), command)
    return command.correlation_id


def bent(world: World, *changed: tuple[bytes, bytes], **row: Any) -> list[str]:
    """What an auditor says once the last row was written anew, and hashed anew."""
    copy = CopiedRows(world.store.stored())
    at = len(copy.kept)
    schema, sealed, body = unframe(copy.kept[at - 1].state)
    for old, new in changed:
        assert old in body
        body = body.replace(old, new)
    copy.bend(at, state=frame(schema, sealed, body), **row)
    rehash(copy, at)
    return [one.text for one in verify(copy) if (one.law, one.position) == ("A8", at)]


def test_the_earlier_scan_stands_whenever_it_is_told_and_nothing_is_found(world: World):
    order = world.orders.get(world.id("order"))
    (there,) = order.attendance.values()
    assert [one.queued for one in there.entries] == [True]
    assert [one.queued for one in there.beside] == [False]
    (case,) = troubles(order)
    assert "2027-01-10T" in case.text
    undo = UndoCheckIn(
        correlation_id=there.entries[0].cause, actor="a", at=world.clock(), reason="no"
    )
    world.orders.handle(order.id, undo)
    assert verify(world.store.stored()) == ()


def test_a_second_entry_that_poses_as_one_on_line_is_found(world: World):
    online = (b'"queued":true', b'"queued":false')
    assert bent(world, online) == ["lets somebody in twice with one ticket"]


def test_a_scan_moved_to_another_day_is_found(world: World):
    told = bent(world, (b'"day":"2027-01-10"', b'"day":"2027-01-11"'))
    assert told == ["lets somebody in on another day than that of its time"]


def test_a_scan_told_once_more_under_another_name_is_found(world: World):
    told = bent(world, correlation_id=uuid4())
    assert told == ["stands under another name than its scan's, which could be told once more"]


def test_a_breach_that_was_hushed_up_or_made_up_is_found(world: World):
    hushed, breach = b'"breach":""', b'"breach":"revoked"'
    assert bent(world, (hushed, breach)) == [
        "says that off line a ticket was revoked that was good"
    ]
    wish = CancelOrder(
        correlation_id=uuid4(), actor="staff", at=world.clock(), reason="ill", refund=False
    )
    world.orders.handle(world.id("order"), wish)
    scan(world, minutes=7, queued=True, ticket=1)
    assert verify(world.store.stored()) == ()
    found = bent(world, (breach, hushed))
    assert found == ["says that off line a ticket was good that was revoked"]


def test_whoever_should_have_been_turned_away_on_line_is_found(world: World):
    world.orders.handle(
        world.id("order"),
        UndoCheckIn(
            correlation_id=next(iter(world.orders.get(world.id("order")).scans)),
            actor="a",
            at=world.clock(),
            reason="no",
        ),
    )
    scan(world, minutes=9, ticket=1)
    told = bent(world, (b'"breach":""', b'"breach":"wrong_day"'))
    assert told == ["lets somebody in on line who should have been turned away"]


def later(world: World, **span: int) -> None:
    """So long afterwards something else happens in the ledger."""
    world.clock.pass_(**span)
    world.place(f"later {span}", ("weekend", 1))


def test_a_conflict_whose_case_was_never_opened_is_found_once_a_worker_had_time(world: World):
    order = world.orders.get(world.id("order"))
    last = max(one.position for one in order.scans.values())
    later(world, days=3)
    assert verify(world.store.stored()) == ()
    later(world, minutes=5)
    (found,) = verify(world.store.stored())
    assert (found.law, found.position, found.stream) == ("A8", last, order.id)
    assert found.text == "a conflict at a door without its case"
    Desk(Cases(world.store)).open_all(order)
    assert verify(world.store.stored()) == ()


def test_a_case_that_was_bent_to_another_kind_leaves_its_conflict_without_one(world: World):
    Desk(Cases(world.store)).open_all(world.orders.get(world.id("order")))
    later(world, days=4)
    copy = CopiedRows(world.store.stored())
    at = next(one.position for one in copy.kept if one.type == "CASE_OPENED")
    schema, sealed, body = unframe(copy.kept[at - 1].state)
    bent_body = body.replace(b"check_in_conflict", b"letter_failed")
    assert bent_body != body
    copy.bend(at, state=frame(schema, sealed, bent_body))
    rehash(copy, at)
    assert "a conflict at a door without its case" in [one.text for one in verify(copy)]


def test_what_was_taken_back_in_time_needs_no_case(world: World):
    order = world.orders.get(world.id("order"))
    wish = UndoCheckIn(
        correlation_id=next(iter(order.scans)), actor="a", at=world.clock(), reason="no"
    )
    world.orders.handle(order.id, wish)
    later(world, days=9)
    assert verify(world.store.stored()) == ()
