"""What is kept beside a commit is what its rows give: totals, numbers, claims."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from ledger.audit.check_rows import never_oversold
from ledger.audit.check_seats import SeatCount
from ledger.audit.check_totals import KeptCheck, claim_finding
from ledger.audit.checks import RANKS
from ledger.audit.findings import Finding
from ledger.audit.raw_rows import ClaimFault
from ledger.codec.rows import Kept, StoredNumber, StoredTotal
from tests.kits.audit_steps import A
from tests.kits.spec import ORDER

QUOTA, OTHER = 7, 8
NAMED, UNNAMED = "shop/weekend", str(UUID(int=OTHER))


def row(position: int, numbers: Any = None) -> Any:
    return position, A, position, numbers, b"leaf"


def set_to(position: int, capacity: int, *, quota: int = QUOTA) -> Any:
    name = NAMED if quota == QUOTA else ""
    return position, A, ((quota, capacity, 0, 0, name),)


def moved(position: int, held: int, sold: int = 0) -> Any:
    return position, A, ((QUOTA, None, held, sold, ""),)


def ends(*positions: int) -> list[Any]:
    return [(0, position, 0, b"", b"") for position in positions]


def total(position: int, capacity: int, held: int, sold: int = 0, *, quota: int = QUOTA) -> Any:
    return position, quota, capacity, held, sold


def found(
    taken: Sequence[Any],
    totals: Sequence[Any],
    *,
    drawn: Sequence[Any] = (),
    numbers: Sequence[Any] = (),
    commits: Sequence[int] = (1, 2, 3, 4),
) -> list[tuple[int, str]]:
    """Where each finding is, and its text; a commit ends at each of four rows."""
    check = KeptCheck(SeatCount())
    rows = [row(position, dict(drawn).get(position)) for position in range(1, 5)]
    kept = ([*totals], [*numbers])
    told = check.take(rows, taken, commits=ends(*commits), kept=kept)
    for at, rank, one in told:
        assert (one.position, rank) == (at, RANKS[never_oversold] if one.stream else 200)
    return [(at, f"{one.law}: {one.text}") for at, _, one in told]


IS = f"8: the total of quota {NAMED} is capacity"


def of_quota(text: str, name: str = NAMED) -> str:
    return f"8: the total of quota {name} {text}"


@pytest.mark.parametrize(
    ("taken", "totals", "texts"),
    [
        ([], [], []),
        ([set_to(1, 5)], [total(1, 5, 0)], []),
        ([set_to(1, 5), moved(3, 2)], [total(1, 5, 0), total(3, 5, 2)], []),
        # What moves back and forth within one commit is not kept anew.
        ([moved(1, 0)], [], []),
        (
            [set_to(1, 5)],
            [],
            [(1, f"8: the total of quota {NAMED} that was changed is not kept")],
        ),
        (
            [set_to(1, 5, quota=OTHER)],
            [],
            [(1, f"8: the total of quota {UNNAMED} that was changed is not kept")],
        ),
        (
            [set_to(1, 5)],
            [total(1, 5, 0), total(1, 5, 0)],
            [(1, of_quota("stands twice"))],
        ),
        (
            [set_to(1, 5)],
            [total(1, 6, 0)],
            [(1, of_quota("is capacity 6, held 0, sold 0: stamps say capacity 5, held 0, sold 0"))],
        ),
        (
            [set_to(1, 5), moved(2, 2, 1)],
            [total(1, 5, 0), total(2, 5, 1, 1)],
            [(2, of_quota("is capacity 5, held 1, sold 1: stamps say capacity 5, held 2, sold 1"))],
        ),
        (
            [set_to(1, 5), moved(2, 2, 1)],
            [total(1, 5, 0), total(2, 5, 2, 2)],
            [(2, of_quota("is capacity 5, held 2, sold 2: stamps say capacity 5, held 2, sold 1"))],
        ),
        (
            [set_to(1, 5)],
            [total(1, 5, 0), total(3, 5, 0)],
            [(3, of_quota("was not touched by the rows"))],
        ),
        (
            [],
            [total(3, 5, 0, quota=OTHER)],
            [
                (
                    3,
                    of_quota(
                        "is capacity 5, held 0, sold 0: stamps say capacity 0, held 0, sold 0",
                        UNNAMED,
                    ),
                )
            ],
        ),
    ],
)
def test_law_8_a_total_is_kept_where_rows_changed_it_and_is_what_they_say(taken, totals, texts):
    assert found(taken, totals) == texts


def test_law_8_what_is_wrong_is_told_where_it_begins_and_again_if_it_was_right_meanwhile():
    taken = [set_to(1, 9), moved(2, 1), moved(3, 1), moved(4, 1)]
    wrong = "is capacity 9, held {}, sold 0: stamps say capacity 9, held {}, sold 0"
    on = [total(1, 9, 0), total(2, 9, 2), total(3, 9, 3), total(4, 9, 4)]
    assert found(taken, on) == [(2, of_quota(wrong.format(2, 1)))]
    otherwise = [*on[:2], total(3, 9, 4), total(4, 9, 4)]
    assert found(taken, otherwise) == [
        (2, of_quota(wrong.format(2, 1))),
        (3, of_quota(wrong.format(4, 2))),
        (4, of_quota(wrong.format(4, 3))),
    ]
    mended = [*on[:2], total(3, 9, 2), total(4, 9, 4)]
    assert found(taken, mended) == [
        (2, of_quota(wrong.format(2, 1))),
        (4, of_quota(wrong.format(4, 3))),
    ]


def test_law_8_one_wrong_total_says_nothing_against_another_one_beside_it():
    taken = [(1, A, ((QUOTA, 5, 1, 2, NAMED), (OTHER, 5, 1, 2, "")))]
    wrong = "is capacity 6, held 1, sold 2: stamps say capacity 5, held 1, sold 2"
    beside = total(1, 5, 1, 2, quota=OTHER)
    assert found(taken, [total(1, 6, 1, 2), beside]) == [(1, of_quota(wrong))]


def test_law_8_oversold_is_told_at_the_row_even_where_no_commit_ends():
    text = f"8: quota {UUID(int=QUOTA)} is oversold: held 6, sold 0 of 5"
    taken = [set_to(1, 5), moved(2, 6)]
    kept = [total(1, 5, 0), total(2, 5, 6)]
    assert found(taken, kept) == [(2, text)]
    assert found(taken, kept[:1], commits=[1]) == [(2, text)]


ONE, TWO, LETTER = "orders/1", "orders/2", "receipts/1"


@pytest.mark.parametrize(
    ("drawn", "numbers", "texts"),
    [
        ({2: {ONE: 1, LETTER: 7}}, [(2, ONE, 1), (2, LETTER, 7)], []),
        ({2: {ONE: 1}}, [], [(2, f"C5: the number of {ONE} that was drawn is not kept")]),
        ({2: {LETTER: 1}}, [], [(2, f"R7: the number of {LETTER} that was drawn is not kept")]),
        ({2: {ONE: 1}}, [(2, ONE, 2)], [(2, f"C5: number 2 of {ONE} was drawn as 1 by the rows")]),
        ({}, [(2, LETTER, 2)], [(2, f"R7: number 2 of {LETTER} was drawn as none by the rows")]),
        ({2: {ONE: 1}}, [(2, ONE, 1), (2, ONE, 1)], [(2, f"C5: number 1 of {ONE} stands twice")]),
        (
            {2: {TWO: 1, ONE: 1}},
            [],
            [
                (2, f"C5: the number of {ONE} that was drawn is not kept"),
                (2, f"C5: the number of {TWO} that was drawn is not kept"),
            ],
        ),
        (
            {2: {ONE: 1}},
            [(3, ONE, 1)],
            [
                (2, f"C5: the number of {ONE} that was drawn is not kept"),
                (3, f"C5: number 1 of {ONE} was drawn as none by the rows"),
            ],
        ),
    ],
)
def test_c5_and_r7_the_last_number_is_kept_where_it_was_drawn(drawn, numbers, texts):
    assert found([], [], drawn=[*drawn.items()], numbers=numbers) == texts


def test_what_rows_give_is_kept_where_their_commit_ends_be_it_in_the_next_window():
    check = KeptCheck(SeatCount())
    rows, taken = [row(1, {ONE: 1}), row(2, {ONE: 2})], [set_to(1, 5), moved(2, 2)]
    assert check.take(rows, taken, commits=[], kept=([], [])) == []
    kept: Any = ([total(4, 5, 3)], [(4, ONE, 3)])
    later = [row(3, {ONE: 3}), row(4)]
    assert check.take(later, [moved(3, 1)], commits=ends(4), kept=kept) == []


def test_what_was_kept_in_one_window_is_not_looked_for_in_the_next():
    check = KeptCheck(SeatCount())
    early: Any = ([], [(2, ONE, 1)])
    assert check.take([row(1), row(2)], [], commits=[], kept=early) == []
    assert check.take([row(3)], [], commits=ends(2, 3), kept=([], [])) == []


def test_a_missing_quota_and_a_missing_series_are_told_in_the_order_of_their_names():
    found_both = found([set_to(1, 5)], [], drawn=[(1, {ONE: 1})])
    assert found_both == [
        (1, f"8: the total of quota {NAMED} that was changed is not kept"),
        (1, f"C5: the number of {ONE} that was drawn is not kept"),
    ]


def test_what_is_kept_where_no_commit_ends_is_told():
    check = KeptCheck(SeatCount(named={QUOTA: NAMED}))
    strays: list[Kept] = [
        StoredTotal(position=3, quota=UUID(int=QUOTA), totals=(5, 0, 0)),
        StoredTotal(position=4, quota=UUID(int=OTHER), totals=(5, 0, 0)),
        StoredNumber(position=5, series=LETTER, number=9),
    ]
    text = "is kept where no commit ends"
    assert [*check.strays(strays)] == [
        Finding(law="8", position=3, stream=None, text=f"the total of quota {NAMED} {text}"),
        Finding(law="8", position=4, stream=None, text=f"the total of quota {UNNAMED} {text}"),
        Finding(law="R7", position=5, stream=None, text=f"number 9 of {LETTER} {text}"),
    ]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (ClaimFault.MISSING, "the payment that is counted here is not kept as claimed"),
        (ClaimFault.EXTRA, "a payment is kept as claimed here that no stamp counts"),
        (
            ClaimFault.CHANGED,
            "the claim of the payment that is counted here has another holder or place",
        ),
    ],
)
def test_law_3_a_claim_that_is_not_the_stamps_is_told_with_its_place(fault, text):
    assert claim_finding((5, ORDER, fault)) == Finding(law="3", position=5, stream=ORDER, text=text)
