"""Streams as they stand while a ledger is walked: few are kept, the others are read again."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.audit.check_seats import derive_seats
from ledger.audit.check_uses import UseCount, count_uses, use_differences
from ledger.audit.findings import Finding
from ledger.audit.replay import replay_rows, until_position
from ledger.audit.streams import Misplaced, Streams, begun, evolved, kind_of
from ledger.codec.rows import StoredRow, recorded
from ledger.kernel.erasure import Erased, Ground
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import SeatsReleased
from ledger.shop.shop import Shop
from tests.kits.audit import CopiedRows, a_history, force
from tests.kits.audit_steps import BOUGHT, step
from tests.kits.spec import ORDER, PAID

WORLD = a_history()
STORED = WORLD.store.stored()
ROWS = STORED.rows(0, limit=1_000)


class Read(CopiedRows):
    """It tells which streams were read, and up to where."""

    def __init__(self) -> None:
        super().__init__(STORED)
        self.read = list[tuple[UUID, int]]()

    def stream(self, stream: UUID, *, until: int) -> Sequence[StoredRow]:
        self.read.append((stream, until))
        return super().stream(stream, until=until)


def all_steps(rows: Read, *, until: int) -> None:
    assert len([*replay_rows(rows, until=until_position(until))]) == until


def walked(rows: Read, *, most: int) -> dict[UUID, Any]:
    """Every stream at the end; each was at each stamp as its fold says."""
    streams, at_end = Streams(rows, most=most), dict[UUID, Any]()
    for row in rows.kept:
        one = recorded(row)
        before = streams.before(one)
        assert before == at_end.get(one.stream, begun(one))
        at_end[one.stream] = evolved(before, one)
        streams.keep(at_end[one.stream])
    return at_end


def test_streams_that_are_kept_are_not_read_again():
    rows = Read()
    at_end = walked(rows, most=99)
    assert rows.read == []
    kept = WORLD.id("kept")
    closed = [recorded(row) for row in rows.kept if row.stream == kept]
    assert at_end[kept] == fold(kept, closed)
    assert type(at_end[ROWS[0].stream]) is Shop


def test_one_that_was_let_go_is_read_again_up_to_the_stamp():
    rows = Read()
    assert walked(rows, most=1) == walked(Read(), most=99)
    changes = [
        (after.stream, after.position - 1)
        for before, after in pairwise(ROWS)
        if before.stream != after.stream and after.version > 1
    ]
    assert rows.read == changes


@pytest.mark.parametrize("walk", [derive_seats, count_uses, all_steps])
def test_whoever_walks_a_ledger_reads_no_stream_again(walk):
    rows = Read()
    walk(rows, until=rows.head()[0])
    assert rows.read == []


def test_the_longest_unasked_goes_first():
    one, two, three = (WORLD.id(name) for name in ("free", "kept", "returned"))
    rows = Read()
    streams = Streams(rows, most=2)
    for stream in (one, two, one, three):
        streams.keep(Order(id=stream, version=1))
    told = {row.stream: recorded(row) for row in ROWS if row.version == 2}
    assert [streams.before(told[stream]).version for stream in (one, three)] == [1, 1]
    assert rows.read == []
    streams.before(told[two])
    assert rows.read == [(two, told[two].position - 1)]


def test_what_cannot_be_read_or_folded_is_passed_over():
    rows = Read()
    stream = WORLD.id("kept")
    own = [row for row in rows.kept if row.stream == stream]
    rows.bend(own[1].position, state=b"")
    rows.bend(own[2].position, type="CASE_RESOLVED")
    last = recorded(own[4])
    history = [recorded(row) for row in (own[0], own[3])]
    assert Streams(rows).before(last) == fold(stream, history)
    for row in own:
        rows.bend(row.position, state=b"")
    assert Streams(rows).before(last) == Order(id=stream)


def test_a_stamp_belongs_into_a_stream_of_its_kind_and_an_erasure_into_any():
    told = step(None, PAID).stamp
    assert told is not None
    assert kind_of(told) is Order
    assert begun(told) == Order(id=ORDER)
    with pytest.raises(Misplaced, match="a stamp of kind Order in a stream of another kind"):
        evolved(Shop(id=ORDER), told)
    erased = step(None, Erased(subject=ORDER, ground=Ground.ASKED)).stamp
    assert erased is not None
    assert evolved(BOUGHT, erased).version == 2


VOUCHER, OTHER = UUID(int=7), UUID(int=8)


def test_uses_that_a_voucher_and_an_order_tell_otherwise_are_told_in_order():
    order = UUID(int=1)
    counted = {(VOUCHER, order): 2, (OTHER, order): 1}
    assert [*use_differences(UseCount(counted, counted))] == []
    found = [*use_differences(UseCount(counted, {(VOUCHER, order): 1, (VOUCHER, OTHER): 3}))]
    texts = [
        (VOUCHER, f"counts 2 uses for order {order}, which has 1"),
        (VOUCHER, f"counts 0 uses for order {OTHER}, which has 3"),
        (OTHER, f"counts 1 uses for order {order}, which has 0"),
    ]
    assert found == [
        Finding(law="V5", position=None, stream=stream, text=text) for stream, text in texts
    ]


def test_a_ledger_without_vouchers_counts_no_uses():
    assert count_uses(STORED, until=STORED.head()[0]) == UseCount()
    nobodys = a_history()
    force(nobodys, SeatsReleased(), cause=uuid4(), order="never placed")
    stored = nobodys.store.stored()
    assert count_uses(stored, until=stored.head()[0]) == UseCount()
