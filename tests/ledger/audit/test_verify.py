"""A whole verification: what it reads of a ledger, in which windows, and what it tells."""

from collections.abc import Sequence
from itertools import islice
from typing import Any
from uuid import uuid4

import pytest

from ledger.audit import verify as verifying
from ledger.audit.check_tree import EvidenceFault
from ledger.audit.findings import Finding, WindowReport, digest_of, together
from ledger.audit.raw_rows import ClaimFault, FaultyClaim, RawCommit, Vertebra
from ledger.audit.verify import Commits, Verification, Verified, verify, windows
from ledger.kernel.values import replace
from ledger.order.stamps import LinesSwapped
from tests.kits.audit import CopiedRows, SharesInOneProcess, a_history, force
from tests.kits.audit_steps import A, B
from tests.kits.beside_orders import BEGUN, HOUSE, RUNG
from tests.kits.example_stamps import example
from tests.kits.spec import ORDER
from tests.kits.worlds import World
from tests.ledger.audit.test_laws import rehash

WORLD = a_history()
SIZE, ROOT = WORLD.store.head()


@pytest.fixture
def copy() -> CopiedRows:
    return CopiedRows(WORLD.store.stored())


class Signed(CopiedRows):
    """Commits that end at these positions; it tells what was asked of it."""

    def __init__(self, *ends: int) -> None:
        super().__init__(WORLD.store.stored())
        self.ends, self.asked = ends, list[tuple[int, int]]()

    def raw_commits(self, after: int, *, limit: int) -> Sequence[RawCommit]:
        self.asked.append((after, limit))
        return [(end, end, 0, b"", b"") for end in self.ends if end > after][:limit]


@pytest.mark.parametrize(
    ("ends", "until", "positions", "taken", "more"),
    [
        ((1, 3, 7), 7, (1, 3, 7), [[1], [3], [7]], False),
        ((1, 3, 7), 7, (2, 7), [[1], [3, 7]], False),
        ((1, 3, 7), 7, (3,), [[1, 3]], True),
        ((1, 3, 7), 6, (3, 6), [[1, 3], []], False),
        ((1, 3, 7), 7, (6,), [[1, 3]], True),
        ((1, 2, 3, 4, 5), 5, (5,), [[1, 2, 3, 4, 5]], False),
        ((2,), 9, (1, 9), [[], [2]], False),
        ((), 9, (9,), [[]], False),
        ((8,), 9, (7,), [[]], True),
        ((8,), 7, (7,), [[]], False),
    ],
)
def test_commits_are_taken_as_far_as_they_end_up_to_a_position(
    monkeypatch, ends, until, positions, taken, more
):
    monkeypatch.setattr(verifying, "BATCH", 2)
    commits = Commits(Signed(*ends), until=until)
    assert [[end for _, end, *_ in commits.until(one)] for one in positions] == taken
    assert commits.more_than_rows is more


def test_commits_are_read_when_they_are_needed_and_no_sooner(monkeypatch):
    monkeypatch.setattr(verifying, "BATCH", 2)
    signed = Signed(1, 3, 5, 7, 9)
    commits = Commits(signed, until=9)
    commits.until(3)
    assert signed.asked == [(0, 2)]
    commits.until(4)
    assert signed.asked == [(0, 2), (3, 2)]
    commits.until(9)
    assert signed.asked == [(0, 2), (3, 2), (7, 2)]
    assert not commits.more_than_rows
    assert len(signed.asked) == 3
    some = Signed(1, 3, 5, 7, 9)
    few = Commits(some, until=9)
    few.until(3)
    assert few.more_than_rows
    assert some.asked == [(0, 2), (3, 2)]


@pytest.mark.parametrize(
    ("positions", "until", "found"),
    [
        ([1, 2, 3, 4, 5], 5, [(0, [1, 2]), (2, [3, 4]), (4, [5])]),
        ([1, 2, 3, 4, 5], 4, [(0, [1, 2]), (2, [3, 4])]),
        ([1, 2, 3, 4, 5], 3, [(0, [1, 2]), (2, [3])]),
        ([1, 5, 9], 9, [(0, [1, 5]), (5, [9])]),
        ([1, 5, 9], 8, [(0, [1, 5])]),
        ([], 3, []),
        ([1], 0, []),
    ],
)
def test_rows_are_read_in_windows_up_to_a_position(monkeypatch, positions, until, found):
    monkeypatch.setattr(verifying, "BATCH", 2)

    def read(after: int, *, limit: int) -> Sequence[tuple[int]]:
        assert after < until
        return [(one,) for one in positions if one > after][:limit]

    told = [(after, [at for (at,) in rows]) for after, rows in windows(read, until=until)]
    assert told == found


def test_rows_that_never_go_on_are_not_read_for_ever():
    """As a storage might answer that somebody bent."""
    told = windows(lambda after, limit: [(1,), (0,)], until=9)
    assert [after for after, _ in islice(told, 9)] == [0, 1]


def test_a_verification_tells_how_far_it_is_and_what_it_found(copy, monkeypatch):
    monkeypatch.setattr(verifying, "BATCH", 10)
    told: list[tuple[int, int]] = []
    clean = Verification(copy, progress=lambda done, size: told.append((done, size)))
    assert Verification(copy).verdict is None, "it has not been asked"
    assert list(clean) == []
    assert clean.verdict == Verified(rows=SIZE, root=ROOT, findings=0)
    assert told == [*((done, SIZE) for done in range(0, SIZE, 10)), (SIZE, SIZE), (SIZE, SIZE)]
    copy.bend(5, leaf=bytes(32))
    copy.bend(15, leaf=bytes(32))
    bent = Verification(copy)
    found = len(list(bent))
    assert found >= 4
    assert bent.verdict is not None
    assert bent.verdict.findings == found


class Remembered(SharesInOneProcess):
    """It tells how many windows are under way whenever one is asked for."""

    def __init__(self, ledger: Any) -> None:
        super().__init__(ledger, 2)
        self.ahead = list[int]()

    def ask(self, after: int, *, until: int, rows: Sequence[Vertebra]) -> None:
        assert [after + 1, until] == [rows[0][0], rows[-1][0]]
        super().ask(after, until=until, rows=rows)
        self.ahead.append(len(self._reports))


def test_a_few_windows_are_asked_for_ahead(copy, monkeypatch):
    monkeypatch.setattr(verifying, "BATCH", 5)
    shares = Remembered(copy)
    verification = Verification(copy, shares=shares)
    assert list(verification) == []
    assert shares.ahead[:6] == [1, 2, 3, 4, 4, 4]
    assert verification.verdict == Verified(rows=SIZE, root=ROOT, findings=0)


class Faulty(CopiedRows):
    """What only storage can tell."""

    def repeated(self, until: int) -> Sequence[int]:
        assert until == SIZE
        return [7]

    def faulty_claims(self) -> Sequence[FaultyClaim]:
        return [(5, ORDER, ClaimFault.MISSING)]


def test_what_storage_alone_can_tell_is_told_at_the_end():
    copy = Faulty(WORLD.store.stored())
    stray = replace(copy.seats[-1], position=SIZE + 7)
    copy.seats.append(stray)
    twice = "the same identity, payment of somebody else, or code of a ticket stands before"
    kept = "the payment that is counted here is not kept as claimed"
    assert [(one.law, one.position, one.text) for one in verify(copy)] == [
        ("8", SIZE + 7, "the total of quota winterfest/friday is kept where no commit ends"),
        ("3", 7, twice),
        ("3", 5, kept),
    ]
    assert list(Verification(copy, hashes_only=True)) == []


def test_what_is_beside_the_stamps_is_asked_about_unless_only_hashes_are_checked(copy):
    class Kept:
        def faults(self, until: int) -> Sequence[EvidenceFault]:
            assert until == SIZE
            return [EvidenceFault(text="a message is gone", position=3, stream=ORDER)]

    gone = Finding(law="14", position=3, stream=ORDER, text="a message is gone")
    verification = Verification(copy, kept=Kept())
    assert list(verification) == [gone]
    assert verification.verdict is not None
    assert verification.verdict.findings == 1
    assert list(Verification(copy, kept=Kept(), hashes_only=True)) == []


@pytest.mark.parametrize("shares", [None, 2])
def test_sales_and_swaps_without_their_orders_are_told_at_the_end(shares):
    world = World()
    world.place("order")
    force(world, BEGUN, cause=uuid4(), stream=HOUSE)
    force(world, RUNG, cause=uuid4(), stream=HOUSE)
    one_sided = example(LinesSwapped)
    force(world, one_sided, cause=uuid4(), order="order")
    rows = world.store.stored()
    others = SharesInOneProcess(rows, shares) if shares else None
    texts = [one.text for one in Verification(rows, shares=others)]
    assert texts[-2:] == [
        "a sale was rung whose order was not paid with it",
        "the other order of a swap does not say the same",
    ]


def test_numbers_are_no_matter_of_hashes(copy):
    first = next(row for row in copy.kept if row.numbers)
    copy.bend(first.position, numbers=dict.fromkeys(first.numbers, 7))
    rehash(copy, first.position)
    assert "C5" in {one.law for one in verify(copy)}
    assert {one.law for one in Verification(copy, hashes_only=True)} == {"14"}


def test_numbers_that_are_none_are_found_and_what_follows_cannot_be_judged(copy):
    first, second = [row for row in copy.kept if row.type == "ORDER_PLACED"][:2]
    copy.bend(first.position, numbers=dict.fromkeys(first.numbers))
    (found,) = [one for one in verify(copy) if one.law == "13"]
    text = "numbers_follow cannot be judged: TypeError"
    at = second.position, second.stream
    assert found == Finding(law="13", position=at[0], stream=at[1], text=text)


def test_rows_beyond_the_head_need_a_commit():
    class Beyond(CopiedRows):
        signed_more = False

        def head(self) -> tuple[int, bytes]:
            return SIZE - 1, b""

        def raw_commits(self, after: int, *, limit: int) -> Sequence[RawCommit]:
            if after < SIZE - 1:
                return super().raw_commits(after, limit=limit)
            assert limit == 1, "one is enough"
            return [(SIZE, SIZE, 0, b"", b"")] if self.signed_more else []

        def vertebrae(self, after: int, *, limit: int) -> Sequence[Vertebra]:
            assert (after, limit) == (SIZE - 1, 1), "one is enough"
            return super().vertebrae(after, limit=limit)

    copy = Beyond(WORLD.store.stored())
    text = "a row that no commit covers"
    stream = copy.kept[-1].stream
    beyond = Finding(law="14", position=SIZE, stream=stream, text=text)
    assert beyond in verify(copy)
    copy.signed_more = True
    assert beyond not in verify(copy)


def test_reports_of_shares_are_put_together_in_the_order_of_positions():
    def of(*places: int, stream: bytes = A) -> WindowReport:
        found = [Finding(law="2", position=at, stream=None, text="no") for at in places]
        return WindowReport(
            [(at, 1, one) for at, one in zip(places, found, strict=True)],
            [(at, stream, ()) for at in places],
            gaps=frozenset(places),
            lines=[(at, stream, 1, 1, True, None) for at in places],
            sales=[(at, stream, A, B, True, True, (1, "EUR", "")) for at in places],
            swaps=[(at, stream, B, True, (1, "EUR")) for at in places],
            conflicts=[(at, stream, 1, True, ()) for at in places],
        )

    both = together([of(2, 4), of(1, 3, stream=B)])
    assert [at for at, *_ in both.found] == [2, 4, 1, 3], "whoever tells them sorts them"
    assert [at for at, *_ in both.taken] == [1, 2, 3, 4]
    assert both.gaps == {1, 2, 3, 4}
    told: list[Sequence[Any]] = [both.lines, both.sales, both.swaps, both.conflicts]
    for news in told:
        assert [(at, stream) for at, stream, *_ in news] == [(1, B), (2, A), (3, B), (4, A)]


def test_a_digest_is_of_leaves_in_any_order():
    assert digest_of([b"a", b"b"]) == digest_of([b"b", b"a"])
    assert digest_of([b"a", b"b"]) != digest_of([b"a", b"a", b"b"])
    assert digest_of([]) != digest_of([b"a"])


def test_findings_stand_in_the_order_of_positions_and_of_checks(copy):
    for position in (12, 4):
        copy.bend(position, version=9, leaf=bytes(32), binding=bytes(32))
    told = [(one.position, one.law) for one in verify(copy) if one.stream]
    assert told == sorted(told, key=lambda one: one[0] or 0)
    assert [law for at, law in told if at == 4][:3] == ["2", "14", "3"]
