"""However long a ledger is, its audit holds a few windows, some streams and no more."""

import tracemalloc
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import pytest

from ledger.audit import verify_streams as share
from ledger.audit.raw_rows import (
    FaultyClaim,
    LeafHashes,
    RawCommit,
    RawRow,
    Vertebra,
    share_of,
    vertebra_of,
)
from ledger.audit.verify import Verification
from ledger.codec.rows import Kept, KeptBeside
from ledger.proof.merkle import Frontier
from tests.benchmarks.verify import BIG
from tests.kits.audit import SharesInOneProcess, pay, send_letters
from tests.kits.worlds import World


class Endless:
    """One order's story again and again, with other ids: made when it is read, then forgotten."""

    def __init__(self, *, orders: int) -> None:
        world = World(BIG)
        shop = world.store.head()[0]
        for name in ("first", "second"):
            world.place(name, ("weekend", 2))
            pay(world, name)
            send_letters(world, name)
        ledger = world.store.stored()
        rows = ledger.raw_rows(0, limit=1_000)
        self._opening, self._story = rows[:shop], rows[shop : shop + (len(rows) - shop) // 2]
        self.size = shop + orders * len(self._story)
        self._hashes, self.ledger_id = LeafHashes(ledger.ledger_id), ledger.ledger_id
        self._beside = ledger.kept_beside(0, until=shop)
        (self._quota,) = {
            quota for at, quota, *_ in ledger.kept_beside(shop, until=10**6)[0] if at > shop
        }
        self._rows, self._commits = deque[RawRow](), deque[RawCommit]()
        self._tree, self._windows = Frontier(), deque[Sequence[RawRow]]()
        self._write_all(orders, ledger.raw_commits(0, limit=1_000), until=shop)

    def _write_all(self, orders: int, opening: Sequence[RawCommit], *, until: int) -> None:
        self._rows.extend(self._opening)
        self._tree = self._tree.extend(row[10] for row in self._opening)
        self._commits.extend(one for one in opening if one[1] <= until)
        self._to_come: Iterator[int] = iter(range(orders))

    def _write(self) -> bool:
        number = next(self._to_come, None)
        if number is None:
            return False
        first = len(self._opening) + number * len(self._story) + 1
        rows = [self._again(row, number, first + at) for at, row in enumerate(self._story)]
        self._tree = self._tree.extend(row[10] for row in rows)
        hashes, root = b"".join(self._tree.hashes), self._tree.root()
        self._rows.extend(rows)
        self._commits.append((first, rows[-1][0], rows[-1][4], hashes, root))
        return True

    def _again(self, row: RawRow, number: int, position: int) -> RawRow:
        _, stream, version, name, at, cause, occurrence, binding, numbers, state, _ = row
        later = at + number * 10**12
        own = [
            sha256(one + number.to_bytes(8, "big")).digest()[:16] for one in (stream, cause or b"")
        ]
        drawn = dict.fromkeys(numbers, number + 1) if numbers else None
        made: RawRow = (
            position,
            own[0],
            version,
            name,
            later,
            own[1],
            occurrence,
            binding,
            drawn,
            state,
            b"",
        )
        return (*made[:10], self._hashes.of(made) or b"")

    def head(self) -> tuple[int, bytes]:
        return self.size, b""

    def raw_rows(self, after: int, *, limit: int) -> Sequence[RawRow]:
        while len(self._rows) < limit and self._write():
            pass
        return [self._rows.popleft() for _ in range(min(limit, len(self._rows)))]

    def vertebrae(self, after: int, *, limit: int) -> Sequence[Vertebra]:
        rows = self.raw_rows(after, limit=limit)
        self._windows.append(rows)
        return [vertebra_of(row) for row in rows]

    def raw_share(self, after: int, *, until: int, share: int, of: int) -> Sequence[RawRow]:
        rows = self._windows[0] if share < of - 1 else self._windows.popleft()
        return [row for row in rows if share_of(row[1], of) == share]

    def raw_commits(self, after: int, *, limit: int) -> Sequence[RawCommit]:
        while len(self._commits) < limit and self._write():
            pass
        return [self._commits.popleft() for _ in range(min(limit, len(self._commits)))]

    def kept_beside(self, after: int, *, until: int) -> KeptBeside:
        long, before = len(self._story), len(self._opening)
        ends = [
            at for at in range(after + 1, until + 1) if at > before and (at - before) % long == 0
        ]
        capacity = BIG.quotas["weekend"]
        totals = [(at, self._quota, capacity, 0, 2 * ((at - before) // long)) for at in ends]
        drawn = [
            (at, series, (at - before) // long)
            for at in ends
            for row in self._story
            for series in row[8] or ()
        ]
        opening = [one for one in self._beside[0] if after < one[0] <= until]
        return [*opening, *totals], drawn

    def raw_streams(self, streams: Collection[bytes], *, until: int) -> Sequence[RawRow]:
        return []

    def versions(self, streams: Collection[bytes], *, until: int) -> Mapping[bytes, int]:
        return {}

    def strays(self) -> Sequence[Kept]:
        return []

    def repeated(self, until: int) -> Sequence[int]:
        return []

    def faulty_claims(self) -> Sequence[FaultyClaim]:
        return []


def _another(id: bytes, number: int) -> bytes:
    return sha256(id + number.to_bytes(8, "big")).digest()[:16]


def peak(orders: int, *, hashes_only: bool = False, shares: int = 0) -> int:
    """Bytes that were held at once, at most."""
    ledger = Endless(orders=orders)
    others: Any = SharesInOneProcess(ledger, shares) if shares else None
    tracemalloc.start()
    try:
        verification = Verification(ledger, hashes_only=hashes_only, shares=others)
        assert [str(one) for one in verification] == []
        assert verification.verdict is not None
        assert verification.verdict.rows == ledger.size
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# Rows; and orders whose audit makes what is made once.
WINDOW, WARM = 120, 50


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("verify", "verify_streams"):
        monkeypatch.setattr(f"ledger.audit.{module}.BATCH", WINDOW)
    monkeypatch.setattr(share, "MOST_STREAMS", 0)


@pytest.mark.parametrize(
    ("short", "long"), [(300, 900), pytest.param(3_400, 34_000, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("how", [{}, {"hashes_only": True}, {"shares": 2}], ids=str)
def test_memory_does_not_grow_with_the_ledger(how, short, long):
    peak(WARM, **how)  # what is made once, by whoever comes first, is nobody's growth
    # Others' threads and the collector's moments come and go; what is kept is there each time.
    assert any(peak(long, **how) < peak(short, **how) * 1.2 for _ in range(3))


def test_the_measure_would_see_what_is_kept(monkeypatch):
    monkeypatch.setattr("ledger.audit.verify_streams.BATCH", 10**9)
    assert peak(600) > peak(150) * 1.5
