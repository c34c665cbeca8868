"""Whoever bends a stored row is found, and where."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger.audit.verify import Verification, verify
from ledger.codec.rows import StoredRow
from ledger.kernel.values import replace
from tests.kits.audit import CopiedRows, a_history
from tests.kits.examples import examples

WORLD = a_history()
SIZE, ROOT = WORLD.store.head()
POSITIONS = some.integers(1, SIZE)


@pytest.fixture
def copy() -> CopiedRows:
    return CopiedRows(WORLD.store.stored())


def found(copy: CopiedRows, **options: Any) -> set[tuple[str, int | None]]:
    return {(one.law, one.position) for one in verify(copy, **options)}


def test_a_clean_ledger_has_no_findings_and_tells_its_root():
    verification = Verification(WORLD.store.stored(), known={SIZE: ROOT, 0: b""})
    assert list(verification) == []
    assert verification.verdict is not None
    assert (verification.verdict.rows, verification.verdict.root) == (SIZE, ROOT)


def test_an_empty_ledger_is_clean(copy):
    copy.kept, copy.signed, copy.seats, copy.numbers = [], [], [], []
    assert found(copy) == set()


def flipped(value: Any, bit: int) -> Any:  # noqa: C901 (a dispatching match)
    """The same value with one bit the other way."""
    match value:
        case bytes() if value:
            place = bit % (8 * len(value))
            return bytes(
                byte ^ (1 << place % 8) if at == place // 8 else byte
                for at, byte in enumerate(value)
            )
        case bytes():
            return b"\x00"
        case str() if value:
            at = bit % len(value)
            return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
        case str():
            return "1"
        case int():
            return value ^ (1 << bit % 62)
        case UUID():
            return UUID(int=value.int ^ (1 << bit % 128))
        case None:
            return uuid4()
        case dict():
            return {name: flipped(number, bit) for name, number in value.items()} or {"orders": 1}
        case _:
            return value + timedelta(microseconds=1 << bit % 40)


FIELDS = [one for one in StoredRow.__struct_fields__ if one != "position"]


@examples(300)
@given(POSITIONS, some.sampled_from(FIELDS), some.integers(0, 4096))
def test_any_flipped_bit_of_any_row_is_located(position, name, bit):
    copy = CopiedRows(WORLD.store.stored())
    row = copy.kept[position - 1]
    copy.bend(position, **{name: flipped(getattr(row, name), bit)})
    at = {one.position for one in verify(copy)}
    ends = {one.last for one in copy.signed if one.first <= position <= one.last}
    assert at & ({position} | ends)


@examples(100)
@given(some.integers(0, 10_000), some.sampled_from(["first", "last", "frontier", "root"]))
def test_any_flipped_bit_of_any_commit_is_found(place, name):
    copy = CopiedRows(WORLD.store.stored())
    at = place % len(copy.signed)
    commit = copy.signed[at]
    copy.signed[at] = replace(commit, **{name: flipped(getattr(commit, name), place)})
    assert verify(copy)


@examples(100)
@given(POSITIONS, POSITIONS)
def test_swapped_rows_are_located(one, other):
    copy = CopiedRows(WORLD.store.stored())
    first, second = copy.kept[one - 1], copy.kept[other - 1]
    copy.kept[one - 1] = replace(second, position=one)
    copy.kept[other - 1] = replace(first, position=other)
    at = {finding.position for finding in verify(copy) if finding.law == "14"}
    assert (at >= {one, other}) if one != other else not at


@examples(50)
@given(POSITIONS)
def test_an_inserted_row_is_located(position):
    copy = CopiedRows(WORLD.store.stored())
    copy.kept = [
        *copy.kept[: position - 1],
        replace(copy.kept[position - 1], correlation_id=uuid4()),
        *(replace(row, position=row.position + 1) for row in copy.kept[position - 1 :]),
    ]
    assert ("14", position) in found(copy)


@examples(50)
@given(some.integers(1, SIZE - 1))
def test_a_row_taken_out_is_located(position):
    copy = CopiedRows(WORLD.store.stored())
    del copy.kept[position - 1]
    assert ("2", position + 1) in found(copy)


def test_a_tail_cut_off_the_rows_is_found_against_the_commits(copy):
    del copy.kept[-1]
    assert ("14", SIZE) in found(copy)


def test_a_tail_cut_off_rows_and_commits_is_found_against_a_head_kept_elsewhere(copy):
    last = copy.signed.pop()
    copy.kept = [row for row in copy.kept if row.position < last.first]
    assert ("14", SIZE) in found(copy, known={SIZE: ROOT})


def test_a_ledger_written_anew_is_found_against_a_head_kept_elsewhere(copy):
    assert found(copy, known={3: bytes(32)}) == {("14", 3)}


def test_rows_without_a_commit_are_found(copy):
    first = copy.signed.pop().first
    assert ("14", first) in found(copy)


def test_one_difference_is_told_once_and_the_rows_after_it_still_count(copy):
    bent = copy.position_of("PAID")
    copy.bend(bent, leaf=bytes(32))
    copy.bend(SIZE, leaf=bytes(32))
    assert {at for law, at in found(copy) if law == "14"} == {bent, SIZE} | {
        one.last for one in copy.signed if one.first <= bent <= one.last
    }


def test_bent_running_totals_are_located_where_it_begins(copy):
    at = next(place for place, one in enumerate(copy.seats) if one.totals[2])
    quota, began = copy.seats[at].quota, copy.seats[at].position
    copy.seats[at:] = [
        replace(one, totals=(one.totals[0], one.totals[1], one.totals[2] + 1))
        if one.quota == quota
        else one
        for one in copy.seats[at:]
    ]
    (finding,) = verify(copy)
    assert (finding.law, finding.position) == ("8", began)
    assert "quota winterfest/" in finding.text


@examples(100)
@given(some.integers(0, 1000), some.integers(0, 4), some.integers(0, 61))
def test_any_flipped_bit_of_a_running_total_is_located(place, field, bit):
    copy = CopiedRows(WORLD.store.stored())
    at = place % len(copy.seats)
    one = copy.seats[at]
    fields = [one.position, one.quota, *one.totals]
    fields[field] = flipped(fields[field], bit)
    position, quota, *totals = fields
    copy.seats[at] = replace(one, position=position, quota=quota, totals=tuple(totals))
    copy.seats.sort(key=lambda kept: kept.position)
    assert one.position in {finding.position for finding in verify(copy) if finding.law == "8"}


@examples(100)
@given(some.integers(0, 1000), some.sampled_from(["position", "series", "number"]), some.integers())
def test_any_flipped_bit_of_a_drawn_number_is_located(place, name, bit):
    copy = CopiedRows(WORLD.store.stored())
    at = place % len(copy.numbers)
    one = copy.numbers[at]
    copy.numbers[at] = replace(one, **{name: flipped(getattr(one, name), abs(bit))})
    copy.numbers.sort(key=lambda kept: kept.position)
    found = {finding.position for finding in verify(copy) if finding.law in {"C5", "R7"}}
    assert one.position in found


@pytest.mark.parametrize("table", ["seats", "numbers"])
def test_what_is_kept_and_taken_away_doubled_or_swapped_is_located(table):
    whole = getattr(CopiedRows(WORLD.store.stored()), table)
    for at, one in enumerate(whole):
        copy = CopiedRows(WORLD.store.stored())
        getattr(copy, table)[at : at + 1] = []
        assert one.position in {finding.position for finding in verify(copy)}
        copy = CopiedRows(WORLD.store.stored())
        getattr(copy, table).insert(at, one)
        assert one.position in {finding.position for finding in verify(copy)}
