"""What is hashed for a stamp: every field counts, and none can flow into its neighbour."""

import doctest
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.proof import leaf
from ledger.proof.leaf import leaves_of, microseconds, stamp_bytes
from ledger.proof.merkle import leaf_hash

STAMP: dict[str, Any] = {
    "ledger": UUID(int=1),
    "position": 2,
    "stream": UUID(int=3),
    "version": 4,
    "type": "PAID",
    "recorded_at": datetime(2027, 2, 12, 10, tzinfo=UTC),
    "correlation_id": UUID(int=5),
    "numbers": {"order": 6},
    "state": b"{}",
}
OTHERS: dict[str, Any] = {
    "ledger": UUID(int=9),
    "position": 9,
    "stream": UUID(int=9),
    "version": 9,
    "type": "PAYD",
    "recorded_at": STAMP["recorded_at"] + timedelta(microseconds=1),
    "correlation_id": None,
    "numbers": {"order": 7},
    "state": b"{ }",
}


def test_the_golden_vectors_stand_in_the_docs():
    failed, tried = doctest.testmod(leaf)
    assert tried
    assert not failed


@pytest.mark.parametrize("field", OTHERS)
def test_every_field_is_hashed(field):
    assert stamp_bytes(**STAMP) != stamp_bytes(**{**STAMP, field: OTHERS[field]})


@pytest.mark.parametrize(
    "moved",
    [
        {"numbers": {"order": 6, "a": 1}},
        {"numbers": {}, "state": b"order{}"},
        {"type": "PAI", "correlation_id": None},
    ],
)
def test_no_field_flows_into_its_neighbour(moved):
    assert stamp_bytes(**STAMP) != stamp_bytes(**{**STAMP, **moved})


def test_numbers_are_sorted_by_name():
    one = stamp_bytes(**{**STAMP, "numbers": {"a": 1, "b": 2}})
    assert one == stamp_bytes(**{**STAMP, "numbers": {"b": 2, "a": 1}})


def test_time_is_hashed_as_an_instant():
    zone = datetime.fromisoformat("2027-02-12T12:00:00.000005+02:00")
    assert microseconds(zone) == microseconds(datetime(2027, 2, 12, 10, 0, 0, 5, tzinfo=UTC))


@pytest.mark.parametrize("field", [*OTHERS, ""], ids=lambda field: field or "as it is")
def test_many_leaves_of_one_commit_are_hashed_alike(field):
    stamp = {**STAMP, "numbers": {}, **({field: OTHERS[field]} if field else {})}
    leaf = leaves_of(stamp["ledger"], stamp["recorded_at"])
    rest = ("position", "stream", "version", "type", "correlation_id", "numbers", "state")
    assert leaf(*(stamp[name] for name in rest)) == leaf_hash(stamp_bytes(**stamp))


def test_no_cause_is_hashed_as_one_of_no_length():
    cause = STAMP["correlation_id"].bytes
    some, none = stamp_bytes(**STAMP), stamp_bytes(**{**STAMP, "correlation_id": None})
    assert none == some.replace(b"\x00\x00\x00\x10" + cause, b"\x00\x00\x00\x00")
