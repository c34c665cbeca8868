"""The ledger as a whole: what holds its rows together, and what is kept beside them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from ledger.audit import check_sequence
from ledger.audit.check_claims import claim_finding
from ledger.audit.check_seats import SeatCount
from ledger.audit.check_totals import KeptCheck
from ledger.audit.check_tree import TreeCheck
from ledger.audit.checks import judged
from ledger.audit.findings import Finding, Found, WindowReport, finding
from ledger.audit.raw_rows import RawCommit, RawLedger, Vertebra
from ledger.codec.rows import BATCH

_PLACE = itemgetter(0, 1)


class LedgerVerification:
    """Takes in window after window what the streams told, and what stands between them.

    Keeps one number per series and one total per quota. `known` are tree heads kept elsewhere.
    """

    def __init__(
        self, ledger: RawLedger, *, size: int, known: Mapping[int, bytes], hashes_only: bool
    ) -> None:
        self._ledger, self._size, self._hashes_only = ledger, size, hashes_only
        self._commits, self._tree = Commits(ledger, until=size), TreeCheck(known=known)
        self._kept = KeptCheck(SeatCount())
        self._numbers: dict[str, int] = {}
        self._last: Vertebra | None = None
        self.rows = self._read = 0

    def take(self, rows: Sequence[Vertebra], report: WindowReport) -> list[Finding]:
        """Findings of the next window of rows, those of its streams among them."""
        until = max(row[0] for row in rows)
        commits = self._commits.until(until)
        found = [
            *report.found,
            *self._following(rows, report.gaps),
            *self._tree.take(rows, commits),
        ]
        if not self._hashes_only:
            kept = self._ledger.kept_beside(self._read, until=until)
            found += self._kept.take(rows, report.taken, commits=commits, kept=kept)
        self.rows, self._read = self.rows + len(rows), until
        return [one for _, _, one in sorted(found, key=_PLACE)]

    def _following(self, rows: Iterable[Vertebra], gaps: frozenset[int]) -> Iterator[Found]:
        last = self._last
        for row in rows:
            if last is None or row[0] != last[0] + 1 or row[2] < last[2]:
                yield from _said(check_sequence.dense, row, last)
                yield from _said(check_sequence.forward_in_time, row, last)
            if row[3] and not self._hashes_only:
                check = check_sequence.numbers_follow
                if row[0] in gaps:
                    check = check_sequence.numbers_resumed
                yield from _said(check, row, self._numbers)
                self._numbers |= row[3]
            last = row
        self._last = last

    def at_end(self) -> Iterator[Finding]:
        """When every row has gone by."""
        last = self._last[0] if self._last else 0
        signed = self._size if self._commits.more_than_rows else 0
        yield from self._tree.at_end(last, signed=signed)
        yield from self._uncommitted()
        if self._hashes_only:
            return
        yield from self._kept.strays(self._ledger.strays())
        for position in self._ledger.repeated(self._size):
            text = "the same identity, or the same payment of somebody else, stands here before"
            yield Finding(law="3", position=position, stream=None, text=text)
        for faulty in self._ledger.faulty_claims():
            yield claim_finding(faulty)

    def _uncommitted(self) -> Iterator[Finding]:
        """Rows and their commit become visible at once: a row seen first needs its commit."""
        beyond = self._ledger.vertebrae(self._size, limit=1)
        if beyond and not self._ledger.raw_commits(self._size, limit=1):
            text = "a row that no commit covers"
            yield finding(*beyond[0][:2], law="14", text=text)

    @property
    def root(self) -> bytes:
        """The root over all rows so far."""
        return self._tree.root


class Commits:
    """Every commit that ends up to a position, read in batches."""

    def __init__(self, ledger: RawLedger, *, until: int) -> None:
        self._ledger, self._until = ledger, until
        self._after, self._more = 0, True
        self._waiting: list[RawCommit] = []

    def until(self, position: int) -> list[RawCommit]:
        """The next ones, as far as they end up to a position."""
        while self._more and (not self._waiting or self._waiting[-1][1] <= position):
            self._read()
        ready = 0
        for commit in self._waiting:
            if commit[1] > position:
                break
            ready += 1
        self._waiting, taken = self._waiting[ready:], self._waiting[:ready]
        return taken

    def _read(self) -> None:
        batch = self._ledger.raw_commits(self._after, limit=BATCH)
        self._waiting += [commit for commit in batch if commit[1] <= self._until]
        highest = max((commit[1] for commit in batch), default=0)
        self._more = self._after < highest < self._until
        self._after = highest

    @property
    def more_than_rows(self) -> bool:
        """Whether some were never taken, because no row stands where they end."""
        self.until(0)
        return bool(self._waiting)


def _said(
    check: Callable[..., Iterable[Finding]], row: Vertebra, before: object
) -> Iterable[Found]:
    return judged(check, row[0], row[1], row, before)
