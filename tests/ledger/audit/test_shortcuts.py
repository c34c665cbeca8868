"""What the auditor leaves out could not have told anything."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger.audit import verify_streams as share
from ledger.audit.check_rows import OF_CERTAIN, numbered
from ledger.audit.check_seats import MOVERS
from ledger.audit.checks import OF_STAMPS
from ledger.audit.verify import verify
from ledger.codec import NAMES as NAMED
from ledger.kernel import values
from ledger.kernel.events import Recorded
from ledger.order.evolve import evolve, fold
from ledger.order.numbers import series_of
from ledger.order.order import Order
from ledger.order.stamps import OrderStamp
from ledger.proof.leaf import stamp_bytes
from ledger.proof.merkle import leaf_hash
from tests.kits.audit import CopiedRows, a_history
from tests.kits.examples import examples
from tests.ledger.audit.test_tampered import FIELDS, flipped
from tests.ledger.codec.test_codec import instances

WORLD = a_history()
NAMES = ("free", "unpaid", "kept", "returned")
LIVES = [(WORLD.id(name), WORLD.store.read(WORLD.id(name))) for name in NAMES]


def told_of(order: Order, stamp: Any) -> Recorded:
    """The stamp as news about the order's own payment or cancellation, where it names one."""
    cause = next(iter(order.attempts), UUID(int=7))
    for name in ("payment", "cancellation"):
        stamp = replace(stamp, **{name: cause}) if hasattr(stamp, name) else stamp
    last = WORLD.store.read(order.id)[-1]
    return values.replace(last, stamp=stamp, correlation_id=cause, version=order.version + 1)


@pytest.mark.parametrize(
    "kind", [one for one in get_args(OrderStamp) if one not in MOVERS], ids=lambda one: one.__name__
)
def test_stamps_that_move_no_seats_move_none_wherever_they_come(kind):
    @examples(8)
    @given(some.sampled_from(LIVES), some.integers(1, 99), instances(kind))
    def try_one(life, length, stamp):
        order = fold(life[0], life[1][:length])
        assert evolve(order, told_of(order, stamp)).seats == order.seats

    try_one()


@pytest.mark.parametrize("kind", NAMED, ids=lambda one: one.__name__)
def test_stamps_that_draw_numbers_are_asked_about_them(kind):
    """Whatever has numbers is asked anyhow: this is about what should have them."""

    @examples(8)
    @given(instances(kind))
    def try_one(stamp):
        assert not series_of(stamp) or kind in OF_CERTAIN[numbered]

    try_one()


def rehash(copy: CopiedRows, at: int) -> None:
    row = copy.kept[at]
    state = {
        name: getattr(row, name)
        for name in ("stream", "version", "type", "recorded_at", "correlation_id", "numbers")
    }
    hashed = stamp_bytes(copy.ledger_id, row.position, **state, state=row.state)
    copy.kept[at] = values.replace(row, leaf=leaf_hash(hashed))


def bend_a_field(copy: CopiedRows, at: int, other: int, choice: int) -> None:
    name = FIELDS[choice % len(FIELDS)]
    copy.bend(at + 1, **{name: flipped(getattr(copy.kept[at], name), choice)})


def say_what_another_says(copy: CopiedRows, at: int, other: int, choice: int) -> None:
    said = ("type", "state", "occurrence", "binding")
    copy.bend(at + 1, **{name: getattr(copy.kept[other], name) for name in said})


def move_to_another_stream(copy: CopiedRows, at: int, other: int, choice: int) -> None:
    copy.bend(at + 1, stream=copy.kept[other].stream)


def draw_anothers_numbers(copy: CopiedRows, at: int, other: int, choice: int) -> None:
    copy.bend(at + 1, numbers=copy.kept[other].numbers)


Bending = Callable[[CopiedRows, int, int, int], None]
BENDINGS = [bend_a_field, say_what_another_says, move_to_another_stream, draw_anothers_numbers]
PLACES = some.integers(0, WORLD.store.head()[0] - 1)


@examples(250)
@given(some.sampled_from(BENDINGS), PLACES, PLACES, some.integers(0, 4096), some.booleans())
def test_shortcuts_hide_no_finding(bending, at, other, choice, covered_up):
    copy = CopiedRows(WORLD.store.stored())
    bending(copy, at, other, choice)
    if covered_up:
        rehash(copy, at)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(share, "called_for", lambda *row, **meaning: OF_STAMPS)
        everything = verify(copy)
    assert verify(copy) == everything
