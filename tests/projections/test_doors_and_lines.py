"""What doors, tills and waiting lists are shown; and shops that were cancelled or moved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.events import Recorded
from ledger.order.letter_delivery import Posting
from ledger.shop.shop import Shop, ShopChange, fold_shop
from ledger.shop.stamps import ShopCancelled, ShopMoved
from ledger.till.shift import Shift
from ledger.till.stamps import ShiftOpened
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import PlaceState, WaitingPlace
from ledger.waiting_list.stamps import PlaceLetter, PlaceOffered
from projections.door import door_tickets, door_visits, list_hash, list_salt
from projections.engine.derive import Derived, changes, derive, entries_only
from projections.engine.projection import Projection
from projections.shifts import shifts
from projections.shop_changes import shop_changes
from projections.vouchers import vouchers
from projections.waiting_list import places
from tests.kits import spec
from tests.kits.beside_orders import KNOWN, MADE, TAKEN, TERMS
from tests.kits.spec import (
    ASKED,
    CANCELLED,
    CHECKED_IN,
    CHECKED_OUT,
    ISSUED,
    NOON,
    ORDER,
    PAGE,
    PAID,
    PLACED,
    PRICE,
    RELEASED,
    SECOND,
    SHOP,
    history,
    order_of,
    put,
)
from tests.kits.worlds import World

BOUGHT = (PLACED, ASKED, PAGE, PAID)
DOOR = put(CHECKED_IN, under=spec.SCAN)
OUT = put(CHECKED_OUT, under=SECOND)
ADA = UUID(int=7)


def test_doors_know_every_ticket_that_was_issued():
    assert not door_tickets(order_of())
    assert not door_tickets(order_of(*BOUGHT))
    rows = door_tickets(order_of(*BOUGHT, ISSUED))
    assert [(one.number, one.hash) for one in rows] == [*enumerate(ISSUED.hashes, start=1)]
    assert {(one.stream, one.shop, one.product, one.position) for one in rows} == {
        (ORDER, "winterfest", "weekend", 5)
    }
    assert {(one.state, one.inside) for one in rows} == {("valid", ())}


def test_a_ticket_is_valid_revoked_or_not_paid():
    def states(*stack: Any) -> list[str]:
        return [one.state for one in door_tickets(order_of(*stack))]

    assert states(*BOUGHT, ISSUED, CANCELLED, RELEASED) == ["revoked", "revoked"]
    assert states(PLACED, ASKED, PAGE, ISSUED) == ["not_paid", "not_paid"]
    sent = door_tickets(order_of(*BOUGHT, ISSUED, spec.SENT_ON))
    assert [(one.number, one.state) for one in sent] == [
        (1, "valid"),
        (2, "valid"),
        (2, "revoked"),
    ]
    assert sent[1].hash == spec.SENT_ON.hash
    assert sent[2].hash == ISSUED.hashes[1]


def test_who_is_inside_and_how_often_somebody_came_and_went():
    inside, other = door_tickets(order_of(*BOUGHT, ISSUED, DOOR))
    assert inside.inside == ("2027-01-10/main/2027-01-10T12:00:00Z/north-1",)
    assert other.inside == ()
    left = order_of(*BOUGHT, ISSUED, DOOR, OUT)
    assert {one.inside for one in door_tickets(left)} == {()}
    (visit,) = door_visits(left)
    assert (visit.stream, visit.number, visit.day, visit.door) == (ORDER, 1, "2027-01-10", "main")
    assert (visit.shop, visit.product, visit.entered, visit.went) == (
        "winterfest",
        "weekend",
        1,
        1,
    )
    assert not door_visits(order_of(*BOUGHT, ISSUED))
    assert not door_visits(order_of())
    assert not door_visits(order_of(*BOUGHT, ISSUED, OUT)), "who only left never came"
    unknown = put(replace(CHECKED_IN, ticket="0" * 64), under=spec.SCAN)
    assert not door_visits(order_of(*BOUGHT, ISSUED, unknown))


def test_a_list_for_devices_names_no_ticket_of_another_shop():
    salts = {list_salt(SHOP), list_salt(ADA)}
    assert {len(one) for one in salts} == {64}
    assert len(salts) == 2
    names = {list_hash(salt, code) for salt in salts for code in ("A", "B")}
    assert ({len(one) for one in names}, len(names)) == ({32}, 4)


def test_a_shift_in_a_list_from_its_opening_on():
    begun = ShiftOpened(shop=SHOP, shop_slug="winterfest", number=1, opening=PRICE)
    shift = Shift(id=ADA, opened=begun, opened_at=NOON, actor="staff:ada")
    (row,) = shifts(shift)
    assert (row.stream, row.shop, row.actor, row.opened_at) == (
        ADA,
        "winterfest",
        "staff:ada",
        NOON,
    )
    assert not shifts(replace(shift, opened=None))
    assert not shifts(replace(shift, opened_at=None))


def test_a_voucher_in_a_list_keeps_seats_only_if_it_reserves():
    assert not vouchers(Voucher(id=ADA))
    (row,) = vouchers(replace(KNOWN, issued_at=NOON))
    assert (row.shop, row.issued_at, row.uses, row.taken) == ("winterfest", NOON, 3, 2)
    assert (row.kept, row.over_at, row.revoked) == (0, None, False)
    assert not vouchers(KNOWN)
    assert MADE.terms is TERMS


WAITS = WaitingPlace(id=ADA, taken=TAKEN, taken_at=NOON, state=PlaceState.WAITING, rank=5)
OFFER = PlaceOffered(seats=(), until=NOON + timedelta(hours=4), seen=1)


def test_a_place_in_line():
    (row,) = places(WAITS)
    assert (row.stream, row.shop, row.product, row.quantity) == (ADA, "winterfest", "weekend", 2)
    assert (row.email_index, row.state, row.rank, row.taken_at) == ("ada", "waiting", 5, NOON)
    assert row.until is None
    assert row.look_at == datetime(1970, 1, 1, tzinfo=UTC), "a letter is to go out"
    assert not places(replace(WAITS, taken=None))
    assert not places(replace(WAITS, taken_at=None))
    begun = {PlaceLetter.JOINED: Posting(tries={1: "started"}, changed_at=NOON)}
    (again,) = places(replace(WAITS, postings=begun))
    assert again.look_at == NOON + timedelta(minutes=1)
    out = {PlaceLetter.JOINED: Posting(tries={1: "sent"}, changed_at=NOON)}
    (quiet,) = places(replace(WAITS, postings=out))
    assert quiet.look_at is None
    (held,) = places(replace(WAITS, state=PlaceState.HELD, offered=OFFER))
    assert (held.state, held.until) == ("held", OFFER.until)


def test_a_shop_that_was_cancelled_asks_its_orders_to_follow():
    world = World()
    shop = world.shops.newest("winterfest")
    assert not shop_changes(shop)
    told = Recorded[object](
        stream=shop.id,
        version=shop.version + 1,
        position=99,
        recorded_at=NOON,
        stamp=ShopCancelled(reason={"en": "The hall burnt down."}),
        correlation_id=ADA,
        actor="staff:ada",
    )
    known = [*world.store.read(shop.id), told]
    gone = fold_shop(shop.id, known)
    (row,) = shop_changes(gone)
    assert (row.stream, row.kind, row.starts_at) == (shop.id, "cancelled", shop.terms.starts_at)
    assert not shop_changes(Shop(id=ADA))
    assert not shop_changes(replace(Shop(id=ADA), change=gone.change))
    start = shop.terms.starts_at
    move = ShopMoved(before=start, starts_at=start, reason={"en": "The hall is flooded."})
    (moved,) = shop_changes(replace(shop, change=ShopChange(id=ADA, stamp=move)))
    assert moved.kind == "moved"


# Batches.


class Stumbled(Exception):
    """A translation that cannot."""


def stumbling(at: int, *, still: frozenset[type] = frozenset()) -> Projection:
    """One row, until the order's version is so high."""

    def rows(order: Any) -> Any:
        if order.version >= at:
            raise Stumbled
        return (order.version,)

    return Projection(
        name="one", version=1, row=int, key=(), rows={type(order_of()): rows}, still=still
    )


def test_all_stamps_of_a_batch_are_one_row():
    made: Any = derive(history(*BOUGHT), None, projections=[stumbling(99)])
    assert (made.first, made.poison, made.rows) == (1, None, {"one": (4,)})
    assert made.state == order_of(*BOUGHT)


@pytest.mark.parametrize(("at", "rows"), [(1, None), (3, {"one": (2,)}), (4, {"one": (3,)})])
def test_a_stamp_that_cannot_be_translated_is_named_and_what_came_before_is_kept(at, rows):
    made: Any = derive(history(*BOUGHT), None, projections=[stumbling(at)])
    assert made.poison is not None
    assert (made.poison.stream, made.poison.position, made.poison.error) == (ORDER, at, "Stumbled")
    assert (made.first, made.rows) == (1, rows)
    later: Any = derive(history(*BOUGHT)[2:], order_of(PLACED, ASKED), projections=[stumbling(4)])
    assert (later.first, later.rows) == (3, {"one": (3,)})


def test_rows_that_a_stamp_leaves_alone_are_not_worked_out_again():
    still = [stumbling(4, still=frozenset({type(PAID)}))]
    paid, before = history(*BOUGHT)[3:], order_of(PLACED, ASKED, PAGE)
    known: Any = {"one": (3,)}
    nothing: Any = {}
    assert derive(paid, before, projections=still, before=known).rows == known
    for forgotten in (None, nothing):
        assert derive(paid, before, projections=still, before=forgotten).poison is not None
    assert derive(paid, None, projections=still, before=known).poison is not None


def test_only_what_adds_at_every_moment_is_kept_of_a_stream():
    adds = replace(stumbling(9), entries={int: lambda before, after, recorded: ()})
    assert entries_only([stumbling(9), adds]) == (adds,)


def derived(rows: Any, before: Any) -> Derived:
    return Derived(first=1, state=None, rows=rows, before=before)


@pytest.mark.parametrize(
    ("rows", "before", "goes", "comes"),
    [
        ({"one": (1,)}, {}, False, (1,)),
        ({"one": (1,)}, {"two": ()}, True, (1,)),
        ({"one": (1,)}, None, True, (1,)),
        ({"one": (1,)}, {"one": (1,)}, False, ()),
        ({"one": (1, 2)}, {"one": (1,)}, False, (2,)),
        ({"one": (2,)}, {"one": (1,)}, True, (2,)),
        ({"one": ()}, {"one": (1,)}, True, ()),
        ({"one": (1,)}, {"one": (1, 2)}, True, (1,)),
        (None, {"one": (1,)}, False, ()),
    ],
)
def test_rows_that_stand_already_stay_and_others_take_the_place_of_what_was(
    rows, before, goes, comes
):
    replaced, made = changes({ADA: derived(rows, before)}, "one")
    assert (replaced, made) == ([ADA] if goes else [], [*comes])


def test_an_order_whose_beginning_is_not_there_shows_no_ticket() -> None:
    assert not door_tickets(spec.order_of(ISSUED))


@pytest.mark.parametrize("reserved", [(), (spec.WEEKEND,)])
def test_seats_of_a_voucher_come_free_when_its_time_is_over_if_it_keeps_some(
    reserved: tuple[UUID, ...],
):
    terms = replace(TERMS, valid_until=NOON, reserved=reserved)
    issued = replace(MADE, terms=terms)
    (row,) = vouchers(replace(KNOWN, issued=issued, issued_at=NOON))
    assert row.valid_until == NOON
    assert row.over_at == (NOON if reserved else None)
    assert not vouchers(replace(KNOWN, issued=None, issued_at=NOON))


def test_a_place_whose_seats_are_held_is_looked_at_when_its_time_is_over():
    out = {
        letter: Posting(tries={1: "sent"}, changed_at=NOON)
        for letter in (PlaceLetter.JOINED, PlaceLetter.TURN)
    }
    held = replace(WAITS, state=PlaceState.HELD, offered=OFFER, postings=out)
    (row,) = places(held)
    assert (row.until, row.look_at) == (OFFER.until, OFFER.until)
