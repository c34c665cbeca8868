"""How many seats moved between two states of a stream, read or not, and what they add up to."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.audit.check_seats import (
    SeatCount,
    between,
    derive_seats,
    moved_unread,
    seat_differences,
    seats_moved,
)
from ledger.audit.findings import Finding
from ledger.codec import frame
from ledger.kernel.store import SeatChange
from ledger.order.stamps import SeatClaim
from ledger.shop.shop import Shop
from ledger.shop.stamps import QuotaSet, line_id, quota_id
from ledger.vouchers.stamps import VoucherRedeemed
from ledger.vouchers.voucher import Voucher
from ledger.waiting_list.place import LINE_LENGTH, PlaceState, WaitingPlace
from ledger.waiting_list.stamps import PlaceOffered
from tests.kits.audit import CopiedRows, force
from tests.kits.audit_steps import BOUGHT, NOTHING, step
from tests.kits.beside_orders import ADA, CODE, MADE, TAKEN, TERMS
from tests.kits.spec import ASKED, NOON, PAGE, PAID, PENDING, PLACED, SHOP, WEEKEND, eur, order_of
from tests.kits.worlds import World

FRIDAY = quota_id(SHOP, "friday")
LINE = line_id(SHOP, "weekend")


def test_what_moved_between_two_states():
    one, two = UUID(int=1), UUID(int=2)
    assert between({one: (1, 0)}, {one: (1, 0)}) == ()
    assert between({one: (2, 1)}, {one: (0, 2), two: (1, 0)}) == (
        (1, None, -2, 1, ""),
        (2, None, 1, 0, ""),
    )
    assert between({one: (2, 1)}, {}) == ((1, None, -2, -1, ""),)
    assert between({}, {one: (2, 1)}) == ((1, None, 2, 1, ""),)


KEEPS = Voucher(id=CODE, issued=replace(MADE, terms=replace(TERMS, reserved=(WEEKEND,))))
USED = replace(KEEPS, taken_by={UUID(int=1): 1})
USE = VoucherRedeemed(order=UUID(int=1), uses=1, reduction=eur(1))
WAITS = WaitingPlace(id=ADA, taken=TAKEN, state=PlaceState.WAITING)
OFFER = PlaceOffered(seats=(SeatClaim(quota=WEEKEND, seats=2),), until=NOON, seen=1)
HELD = replace(WAITS, state=PlaceState.HELD, offered=OFFER)
OPEN = Shop(id=SHOP, slug="winterfest")
QUOTA = QuotaSet(slug="friday", capacity=9)


@pytest.mark.parametrize(
    ("stamp", "before", "after", "moved"),
    [
        (PLACED, NOTHING, order_of(PLACED), [(WEEKEND, None, 2, 0, "")]),
        (PAID, order_of(PLACED, ASKED, PAGE), BOUGHT, [(WEEKEND, None, -2, 2, "")]),
        (PENDING, order_of(PLACED, ASKED, PAGE), BOUGHT, []),
        (PAID, BOUGHT, BOUGHT, []),
        (USE, KEEPS, USED, [(WEEKEND, None, -1, 0, "")]),
        (OFFER, WAITS, HELD, [(LINE, None, -2, 0, ""), (WEEKEND, None, 2, 0, "")]),
        (
            TAKEN,
            WaitingPlace(id=ADA),
            WAITS,
            [(LINE, LINE_LENGTH, 2, 0, "winterfest/line for weekend")],
        ),
        (QUOTA, OPEN, OPEN, [(FRIDAY, 9, 0, 0, "winterfest/friday")]),
        (PAID, OPEN, OPEN, []),
    ],
)
def test_law_8_what_a_stamp_moves_in_quotas(stamp, before, after, moved):
    told = step(before, stamp, stream=SHOP).stamp
    assert told is not None
    found = seats_moved(told, before, after)
    assert list(found) == [(quota.int, *rest) for quota, *rest in moved]
    assert [type(one) for one in found] == [tuple] * len(moved)


@pytest.mark.parametrize(
    ("type", "body", "moves"),
    [
        ("QUOTA_SET", b'{"slug":"weekend","capacity":true}', 1),
        ("QUOTA_SET", b'{"slug":"weekend","capacity":false}', 0),
        ("QUOTA_SET", b'{"slug":"weekend","capacity":7}', None),
        ("QUOTA_SET", b'{"slug":7,"capacity":true}', None),
        ("QUOTA_SET", b'{"slug":7,"capacity":8}', None),
        ("QUOTA_SET", b'{"slug":"weekend"}', None),
        ("QUOTA_SET", b"[]", None),
        ("QUOTA_SET", b"{", None),
        ("PAID", b'{"slug":"weekend","capacity":true}', None),
    ],
)
def test_an_old_release_took_true_for_one_seat(type, body, moves):
    found = moved_unread(type, SHOP, frame(1, b"", body))
    quota = quota_id(SHOP, "weekend").int
    assert found == (((quota, moves, 0, 0, ""),) if moves is not None else ())


def test_seats_add_up_and_a_name_and_a_size_stay_until_others_are_told():
    count = SeatCount()
    count.move([(1, 5, 1, 0, "shop/one"), (2, None, 0, 3, "")])
    count.move([(1, None, 1, 2, ""), (2, 0, 0, -1, "")])
    assert count.totals == {UUID(int=1): (5, 2, 2), UUID(int=2): (0, 0, 2)}
    assert count.names == {UUID(int=1): "shop/one"}
    assert [count.name_of(quota) for quota in (1, 2)] == ["shop/one", str(UUID(int=2))]
    count.move([(1, 0, 0, 0, "shop/uno")])
    assert count.sums[1] == (0, 2, 2)
    assert count.name_of(1) == "shop/uno"


def test_a_count_takes_stamps_in():
    count = SeatCount()
    told = step(NOTHING, PLACED).stamp
    assert told is not None
    count.count(told, NOTHING, order_of(PLACED))
    assert count.totals == {WEEKEND: (0, 2, 0)}


def test_seats_are_derived_from_stamps_alone_as_of_a_position():
    world = World()
    begun = world.store.head()[0]
    world.place("one", ("weekend", 2))
    rows = world.store.stored()
    size = rows.head()[0]
    weekend, friday = quota_id(SHOP, "weekend"), quota_id(SHOP, "friday")
    assert derive_seats(rows, until=begun).totals == {weekend: (5, 0, 0), friday: (2, 0, 0)}
    derived = derive_seats(rows, until=size)
    assert derived.totals == {weekend: (5, 2, 0), friday: (2, 0, 0)}
    assert derived.names == {weekend: "winterfest/weekend", friday: "winterfest/friday"}
    assert [*seat_differences(derived, rows.seat_totals(size))] == []
    # One that cannot be read moves nothing, and those after it go on from what stood before.
    copy = CopiedRows(rows)
    copy.bend(copy.position_of("ORDER_PLACED"), state=b"")
    assert derive_seats(copy, until=size).totals[weekend] == (5, 0, 0)


def test_each_quota_whose_stored_total_differs_is_told():
    one, two = UUID(int=1), UUID(int=2)
    derived = SeatCount(sums={1: (5, 1, 0)}, named={1: "shop/one"})
    assert [*seat_differences(derived, {one: (5, 1, 0), two: (0, 0, 0)})] == []
    says, total = "stamps say capacity", "the running total capacity"
    texts = [
        f"quota shop/one: {says} 5, held 1, sold 0, {total} 5, held 0, sold 1",
        f"quota {two}: {says} 0, held 0, sold 0, {total} 1, held 0, sold 0",
    ]
    assert [*seat_differences(derived, {one: (5, 0, 1), two: (1, 0, 0)})] == [
        Finding(law="8", position=None, stream=None, text=text) for text in texts
    ]
    gone = "quota shop/one: stamps say capacity 5, held 1, sold 0, the running total "
    (found,) = seat_differences(derived, {})
    assert found.text == f"{gone}capacity 0, held 0, sold 0"


def test_a_total_that_a_forger_moved_is_told_by_both_ways_of_counting():
    world = World()
    world.place("one", ("weekend", 2))
    change: Any = [SeatChange(quota=WEEKEND, sold=1)]
    force(world, PENDING, cause=uuid4(), order="one", seats=change)
    rows = world.store.stored()
    size = rows.head()[0]
    (found,) = seat_differences(derive_seats(rows, until=size), rows.seat_totals(size))
    assert found.text.endswith("the running total capacity 5, held 2, sold 1")
