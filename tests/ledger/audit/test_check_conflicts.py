"""People are told of every conflict at a door in three days."""

from uuid import UUID

import pytest

from ledger.audit.check_conflicts import ConflictCheck
from tests.kits.audit_steps import A, B, C

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
