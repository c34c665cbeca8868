"""People are told of every conflict at a door in three days."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ledger.audit.check_conflicts import TOLD_AT_DOORS, ConflictCheck, conflict_news
from ledger.cases.case import case_id
from ledger.cases.stamps import CaseKind, CaseOpened
from ledger.order.issues import troubles
from tests.kits import spec
from tests.kits.audit_steps import A, B, C, step
from tests.kits.example_stamps import example
from tests.kits.spec import (
    ASKED,
    CHECKED_IN,
    CHECKED_OUT,
    ISSUED,
    PAGE,
    PAID,
    PLACED,
    UNDONE,
    order_of,
    put,
)

DAYS = 3 * 24 * 60 * 60 * 1_000_000
UNTOLD = "a conflict at a door without its case"


@pytest.mark.parametrize(
    ("news", "last", "texts"),
    [
        ([(1, A, 0, False, (B,))], DAYS, []),
        ([(1, A, 0, False, (B,))], DAYS + 1, [UNTOLD]),
        ([(1, A, 0, False, (B, C))], DAYS + 1, ["2 conflicts at a door without their case"]),
        ([(1, A, 0, False, (B,)), (2, B, 1, True, ())], DAYS + 1, []),
        (
            [(1, B, 1, True, ()), (2, A, 0, False, (B, C))],
            DAYS + 1,
            ["a conflict at a door without its case"],
        ),
        ([(1, A, 0, False, (B,)), (2, A, 1, False, ())], DAYS + 1, []),
        # The same conflicts again are as old as they were, others begin anew.
        (
            [(1, A, 0, False, (B,)), (2, A, 9, False, (B,))],
            DAYS + 1,
            ["a conflict at a door without its case"],
        ),
        ([(1, A, 0, False, (B,)), (2, A, 9, False, (C,))], DAYS + 1, []),
    ],
)
def test_a8_people_are_told_of_every_conflict_in_three_days(news, last, texts):
    check = ConflictCheck()
    check.take(news)
    found = [*check.at_end(last)]
    assert [one.text for one in found] == texts
    assert {(one.law, one.stream) for one in found} <= {("A8", UUID(bytes=A))}


SCANNED = (PLACED, ASKED, PAGE, PAID, ISSUED)
BAD = put(replace(CHECKED_IN, queued=True, breach="revoked"), under=spec.SCAN)
TWICE = [
    put(replace(CHECKED_IN, scan=UUID(int=number), queued=True), under=UUID(int=number))
    for number in (1, 2, 3)
]


def news(stamp: Any, after: Any) -> list[Any]:
    told = step(None, stamp).stamp
    assert told is not None
    return [*conflict_news(told, A, after, 5)]


def test_after_each_scan_is_told_which_cases_its_order_calls_for():
    assert news(CHECKED_IN, order_of(*SCANNED)) == [(9, A, 5, False, ())]
    bad = order_of(*SCANNED, BAD)
    cases = [case_id(one.correlation_id, one.kind) for one in troubles(bad)]
    assert len(cases) == 1
    assert news(CHECKED_IN, bad) == [(9, A, 5, False, (cases[0].bytes,))]
    ((*place, twice),) = news(CHECKED_IN, order_of(*SCANNED, *TWICE))
    assert place == [9, A, 5, False]
    assert len(twice) == 2
    assert list(twice) == sorted(twice)
    assert news(CHECKED_IN, None) == []


def test_a_case_of_a_conflict_that_was_opened_is_told_of_and_no_other():
    opened = replace(example(CaseOpened), kind=CaseKind.CHECK_IN_CONFLICT)
    assert news(opened, None) == [(9, A, 5, True, ())]
    assert news(replace(opened, kind=CaseKind.LETTER_FAILED), None) == []


def test_whatever_happens_to_a_ticket_at_a_door_is_looked_at() -> None:
    scans = {type(one) for one in (CHECKED_IN, CHECKED_OUT, UNDONE)}
    assert scans < TOLD_AT_DOORS
