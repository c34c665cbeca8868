"""Versions, positions, moments, numbers and totals follow each other."""

from typing import Any

import pytest

from ledger.audit import check_rows
from ledger.audit.findings import Step
from tests.kits.audit_steps import A, step
from tests.kits.spec import PAID


def test_law_2_versions_and_positions_follow_each_other_in_time():
    row = step(None, PAID)
    assert not check_rows.contiguous(row)
    for before, law in ((0, ["2"]), (2, ["2"])):
        moved = Step(row=row.row, leaf=b"leaf", version_before=before, frame=row.frame)
        assert [one.law for one in check_rows.contiguous(moved)] == law

    def vertebra(position: int, at: int = 0) -> Any:
        return position, A, at, None, b""

    assert not [*check_rows.dense(vertebra(1), None)]
    assert [*check_rows.dense(vertebra(2), None)]
    assert not [*check_rows.dense(vertebra(5), vertebra(4))]
    for wrong in (4, 6):
        assert [one.law for one in check_rows.dense(vertebra(wrong), vertebra(4))] == ["2"]
    assert not [*check_rows.forward_in_time(vertebra(2, 5), vertebra(1, 5))]
    assert not [*check_rows.forward_in_time(vertebra(2, 5), None)]
    assert [one.law for one in check_rows.forward_in_time(vertebra(2, 4), vertebra(1, 5))] == ["2"]


@pytest.mark.parametrize(
    ("number", "last", "follows", "resumed"),
    [
        (1, None, True, True),
        (2, None, False, True),
        (0, None, False, False),
        (8, 7, True, True),
        (9, 7, False, True),
        (7, 7, False, False),
        (6, 7, False, False),
    ],
)
def test_c5_and_r7_numbers_follow_each_other(number, last, follows, resumed):
    for series, law in (("orders/1", "C5"), ("receipts/1", "R7"), ("payment-references", "C5")):
        row: Any = (1, A, 0, {series: number}, b"")
        before = {} if last is None else {series: last}
        found = [one.law for one in check_rows.numbers_follow(row, before)]
        assert found == ([] if follows else [law])
        found = [one.law for one in check_rows.numbers_resumed(row, before)]
        assert found == ([] if resumed else [law])
        nothing: Any = (1, A, 0, None, b"")
        assert not [*check_rows.numbers_follow(nothing, before)]
        assert not [*check_rows.numbers_resumed(nothing, before)]


@pytest.mark.parametrize(
    ("totals", "lawful"),
    [
        ((5, 2, 3), True),
        ((5, 3, 3), False),
        ((5, -1, 3), False),
        ((5, 3, -1), False),
        ((0, 0, 0), True),
    ],
)
def test_law_8_no_more_is_held_and_sold_than_there_is(totals, lawful):
    taken: Any = (9, A, ((1, None, 1, 0, ""),))
    found = [*check_rows.never_oversold(taken, {1: totals})]
    assert [(one.law, one.position) for one in found] == ([] if lawful else [("8", 9)])
