"""The tree over the rows is the one signed off: each commit against the rows up to its end."""

from typing import Any

import pytest

from ledger.audit.check_tree import (
    EvidenceFault,
    TreeCheck,
    evidence_findings,
)
from ledger.audit.findings import Finding
from ledger.proof.merkle import EMPTY_ROOT, Frontier, leaf_hash
from tests.kits.audit_steps import A
from tests.kits.spec import ORDER

LEAVES = [leaf_hash(bytes([number])) for number in range(8)]


def row(position: int, *, at: int | None = None) -> Any:
    """The row that stands there, so many microseconds after 2000."""
    return position, A, position if at is None else at, None, LEAVES[position - 1]


def commit(first: int, last: int, **bent: Any) -> Any:
    """As it would be signed, but for what is bent."""
    tree = Frontier().extend(LEAVES[:last])
    whole = {"first": first, "last": last, "at": last, "frontier": b"".join(tree.hashes)}
    return (*({**whole, "root": tree.root()} | bent).values(),)


ROWS = [row(position) for position in range(1, 9)]
SIGNED = [commit(1, 1), commit(2, 3), commit(4, 7), commit(8, 8)]


def told(rows: list[Any], commits: list[Any], **known: Any) -> list[tuple[int, str]]:
    """Where each finding is, and its text."""
    found = TreeCheck(**{"known": {}, **known}).take(rows, commits)
    for at, rank, one in found:
        assert (one.law, one.stream, rank) == ("14", None, 100)
        assert one.position is not None
        assert at >= one.position
    return [(one.position or 0, one.text) for *_, one in found]


def at_end(check: TreeCheck, last: int, *, signed: int = 0) -> list[Finding]:
    return [*check.at_end(last, signed=signed)]


def test_what_was_signed_off_has_no_finding_in_whatever_windows_it_comes():
    for cut in range(9):
        check = TreeCheck(known={})
        assert check.root == EMPTY_ROOT
        commits = [one for one in SIGNED if one[1] <= cut], [one for one in SIGNED if one[1] > cut]
        assert check.take(ROWS[:cut], commits[0]) == []
        assert check.root == Frontier().extend(LEAVES[:cut]).root()
        assert check.take(ROWS[cut:], commits[1]) == []
        assert check.root == Frontier().extend(LEAVES).root()
        assert at_end(check, 8) == []


NOT_AFTER = "does not follow the one that ends at"
ROOT = "has another root than the rows up to its end"
FRONTIER = "has another frontier than the rows up to its end"
TIME = "has another time than its rows"


@pytest.mark.parametrize(
    ("bent", "texts"),
    [
        (commit(3, 3), [f"3 to 3 {NOT_AFTER} 1"]),
        (commit(1, 3), [f"1 to 3 {NOT_AFTER} 1"]),
        (commit(2, 3, at=2), [f"2 to 3 {TIME}"]),
        (commit(2, 3, at=4), [f"2 to 3 {TIME}"]),
        (commit(2, 3, root=bytes(32)), [f"2 to 3 {ROOT}"]),
        (commit(2, 3, frontier=bytes(64)), [f"2 to 3 {FRONTIER}"]),
        (commit(2, 3, root=bytes(32), frontier=bytes(64)), [f"2 to 3 {ROOT}"]),
        (
            commit(3, 3, root=bytes(32), at=2),
            [f"3 to 3 {NOT_AFTER} 1", f"3 to 3 {ROOT}", f"3 to 3 {TIME}"],
        ),
    ],
)
def test_one_difference_in_a_commit_is_one_finding_and_what_comes_after_counts(bent, texts):
    found = told(ROWS, [SIGNED[0], bent, *SIGNED[2:]])
    assert found == [(3, f"the commit of positions {one}") for one in texts]


def test_a_commit_of_no_rows_is_found_and_one_that_stands_twice():
    empty = (3, f"the commit of positions 4 to 3 {NOT_AFTER} 3")
    assert told(ROWS, [*SIGNED[:2], commit(4, 3), *SIGNED[2:]]) == [empty]
    twice = (3, f"the commit of positions 2 to 3 {NOT_AFTER} 3")
    assert told(ROWS, [*SIGNED[:2], *SIGNED[1:]]) == [twice]


def test_rows_that_were_changed_are_found_in_their_commit_and_the_tree_goes_on_from_it():
    changed = [*ROWS[:1], (*ROWS[1][:4], bytes(32)), *ROWS[2:]]
    assert told(changed, SIGNED) == [(3, f"the commit of positions 2 to 3 {ROOT}")]
    # What is no tree of its own cannot be gone on from: the next commit differs, too.
    for broken in (bytes(32), bytes(64)):
        bent = [SIGNED[0], commit(2, 3, frontier=broken), *SIGNED[2:]]
        assert [at for at, _ in told(changed, bent)] == [3, 7]


def test_a_commit_that_ends_between_rows_is_asked_for_its_tree_and_not_for_its_time():
    later = [row(1), row(2), (4, A, 4, None, LEAVES[2])]
    assert told(later, [SIGNED[0], commit(2, 3)]) == []
    last = [row(1), row(2), (5, A, 5, None, LEAVES[2])]
    tree = Frontier().extend(LEAVES[:3])
    signed = (2, 5, 5, b"".join(tree.hashes), tree.root())
    assert told(last, [SIGNED[0], signed]) == [(5, f"the commit of positions 2 to 5 {FRONTIER}")]


OTHER = "the tree up to here is not the one that was kept elsewhere"


def test_the_tree_is_held_against_heads_that_were_kept_elsewhere():
    heads = {size: Frontier().extend(LEAVES[:size]).root() for size in (1, 3, 6)}
    assert told(ROWS, SIGNED, known=heads) == []
    assert told(ROWS, SIGNED, known={**heads, 6: bytes(32)}) == [(6, OTHER)]
    # Where rows are missing there is no tree of that size to compare.
    holes = [row(1), row(2), row(4)]
    assert told(holes, [SIGNED[0]], known={4: bytes(32)}) == []


@pytest.mark.parametrize(
    ("last", "signed", "heads", "texts"),
    [
        (8, 0, {}, []),
        (8, 8, {8: b""}, []),
        (9, 0, {}, [(9, "no commit covers positions 9 to 9")]),
        (10, 0, {}, [(10, "no commit covers positions 9 to 10")]),
        (8, 10, {}, [(10, "rows 9 to 10 are gone: their commits still stand")]),
        (8, 0, {9: b""}, [(9, "the ledger once had 9 rows and has 8: its tail is cut")]),
        (
            8,
            9,
            {12: b"", 9: b""},
            [
                (9, "rows 9 to 9 are gone: their commits still stand"),
                (9, "the ledger once had 9 rows and has 8: its tail is cut"),
                (12, "the ledger once had 12 rows and has 8: its tail is cut"),
            ],
        ),
    ],
)
def test_at_the_end_is_told_what_is_missing(last, signed, heads, texts):
    check = TreeCheck(known=heads)
    check.take(ROWS, SIGNED)
    assert at_end(check, last, signed=signed) == [
        Finding(law="14", position=at, stream=None, text=text) for at, text in texts
    ]


def test_what_is_wrong_beside_the_stamps_is_found_at_the_stamp_that_needs_it():
    class Kept:
        def faults(self, until: int) -> list[EvidenceFault]:
            return [
                EvidenceFault(text=f"a key of nobody up to {until}"),
                EvidenceFault(text="a message is gone", position=3, stream=ORDER),
            ]

    assert [*evidence_findings(Kept(), until=8)] == [
        Finding(law="14", position=None, stream=None, text="a key of nobody up to 8"),
        Finding(law="14", position=3, stream=ORDER, text="a message is gone"),
    ]
