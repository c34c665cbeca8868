"""Rows as bytes and whole numbers: the same rows, with the same hashes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger.audit import raw_rows
from ledger.audit.raw_rows import (
    NO_NUMBERS,
    LeafHashes,
    counted,
    moment,
    raw_commit_of,
    raw_of,
    share_of,
    stored_of,
    vertebra_of,
)
from ledger.codec.rows import StoredCommit, StoredRow
from ledger.kernel.values import replace
from ledger.proof.leaf import stamp_bytes
from ledger.proof.merkle import leaf_hash
from tests.kits.examples import examples
from tests.kits.spec import NOON, ORDER, WISH

LEDGER = UUID(int=5)
ROW = StoredRow(
    position=9,
    stream=ORDER,
    version=2,
    type="PAID",
    recorded_at=NOON + timedelta(microseconds=7),
    correlation_id=WISH,
    occurrence="once",
    binding=b"binding",
    numbers={"orders/1": 3},
    state=b"state",
    leaf=b"leaf",
)
# 27 years and nine days after 2000, seven of the years with a day more; at noon.
AT = ((27 * 365 + 7 + 9) * 24 + 12) * 3600 * 1_000_000 + 7
RAW = (
    9,
    ORDER.bytes,
    2,
    "PAID",
    AT,
    WISH.bytes,
    "once",
    b"binding",
    {"orders/1": 3},
    b"state",
    b"leaf",
)


def test_a_row_is_the_same_in_both_forms():
    assert raw_of(ROW) == RAW
    assert stored_of(RAW) == ROW
    assert vertebra_of(RAW) == (9, ORDER.bytes, AT, {"orders/1": 3}, b"leaf")
    bare = replace(ROW, correlation_id=None, occurrence=None, binding=None, numbers={})
    assert raw_of(bare) == (*RAW[:5], None, None, None, None, *RAW[9:])
    assert stored_of(raw_of(bare)) == bare
    assert stored_of(raw_of(bare)).numbers is NO_NUMBERS


def test_a_commit_is_the_same_in_both_forms():
    signed = StoredCommit(
        first=1, last=3, recorded_at=ROW.recorded_at, frontier=b"frontier", root=b"root"
    )
    assert raw_commit_of(signed) == (1, 3, AT, b"frontier", b"root")


def test_a_moment_is_counted_from_2000_and_one_that_nobody_knows_is_the_last():
    assert counted(datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert counted(datetime(2000, 1, 1, 0, 0, 0, 1, tzinfo=UTC)) == 1
    assert counted(datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)) == -1_000_000
    assert moment(AT) == ROW.recorded_at
    last = datetime.max.replace(tzinfo=UTC)
    assert moment(counted(last)) == moment(counted(last) + 1) == moment(2**63 - 1) == last


def test_a_stream_falls_to_one_of_so_many_shares_by_its_last_byte():
    streams = [bytes([255] * 15 + [last]) for last in range(6)]
    assert [share_of(one, 3) for one in streams] == [0, 1, 2, 0, 1, 2]
    assert {share_of(one, 1) for one in streams} == {0}


def hashed(row: StoredRow) -> bytes:
    """As a committer hashes it."""
    state = {
        name: getattr(row, name)
        for name in ("stream", "version", "type", "recorded_at", "correlation_id", "numbers")
    }
    return leaf_hash(stamp_bytes(LEDGER, row.position, **state, state=row.state))


@examples(100)
@given(
    some.builds(
        StoredRow,
        position=some.integers(0, 2**63),
        stream=some.uuids(),
        version=some.integers(0, 2**63),
        type=some.text(max_size=9),
        recorded_at=some.datetimes(timezones=some.just(UTC)),
        correlation_id=some.none() | some.uuids(),
        occurrence=some.just("once"),
        binding=some.just(b"binding"),
        numbers=some.dictionaries(some.text(max_size=3), some.integers(0, 2**40), max_size=2),
        state=some.binary(max_size=40),
        leaf=some.just(b"leaf"),
    )
)
def test_a_leaf_is_hashed_as_a_committer_hashes_it(row):
    hashes = LeafHashes(LEDGER)
    for _ in range(2):
        assert hashes.of(raw_of(row)) == hashed(row)


@pytest.mark.parametrize(
    "bent",
    [
        {0: -1},
        {0: 2**64},
        {1: None},
        {2: -1},
        {3: "\ud800"},
        {4: 2**64},
        {8: {"orders/1": -1}},
        {8: {"orders/1": None}},
        {9: None},
    ],
)
@pytest.mark.parametrize("numbers", [None, {"orders/1": 3}])
def test_what_no_committer_could_have_hashed_has_no_hash(bent, numbers):
    values = dict(enumerate(RAW)) | {8: numbers} | bent
    row: Any = (*values.values(),)
    assert LeafHashes(LEDGER).of(row) is None


def test_how_a_row_of_a_type_begins_is_worked_out_once(monkeypatch):
    hashes, row = LeafHashes(LEDGER), replace(ROW, numbers={})
    assert hashes.of(raw_of(row)) == hashed(row)
    monkeypatch.setattr(hashes, "_planned", None)
    another = replace(row, position=10, state=b"other")
    assert hashes.of(raw_of(another)) == hashed(another)


def test_however_many_types_there_are_few_are_remembered(monkeypatch):
    monkeypatch.setattr(raw_rows, "_MOST_PLANS", 3)
    hashes = LeafHashes(LEDGER)
    for number in range(8):
        row = replace(ROW, type=f"TYPE_{number}", numbers={})
        assert hashes.of(raw_of(row)) == hashed(row)
        assert [*hashes._plans] == [f"TYPE_{one}" for one in range(number // 3 * 3, number + 1)]
