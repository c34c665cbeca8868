"""Verify a ledger: every law over every row, in windows, of which few are held in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Protocol, TypeVar

from ledger.audit import check_conflicts, check_places, check_rows, check_swaps, check_tills
from ledger.audit.check_seats import SeatCount
from ledger.audit.check_totals import KeptCheck, claim_finding
from ledger.audit.check_tree import KeptBesideStamps, TreeCheck, evidence_findings
from ledger.audit.checks import RANKS, judged
from ledger.audit.findings import Finding, Found, WindowReport, finding
from ledger.audit.raw_rows import RawCommit, RawLedger, Vertebra, vertebra_of
from ledger.audit.verify_streams import Share
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
        self._tills, self._swaps = check_tills.TillCheck(), check_swaps.SwapCheck()
        self._conflicts = check_conflicts.ConflictCheck()
        self._kept, self._lines = KeptCheck(SeatCount()), check_places.LineCheck()
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
            passed_by = RANKS[check_places.places_go_on]
            found += [(at, passed_by, one) for at, one in self._lines.take(report.lines)]
            differs = RANKS[check_tills.shifts_go_on]
            found += [(at, differs, one) for at, one in self._tills.take(report.sales)]
            one_sided = RANKS[check_swaps.swaps_are_covered]
            found += [(at, one_sided, one) for at, one in self._swaps.take(report.swaps)]
            self._conflicts.take(report.conflicts)
        self.rows, self._read = self.rows + len(rows), until
        return [one for _, _, one in sorted(found, key=_PLACE)]

    def _following(self, rows: Iterable[Vertebra], gaps: frozenset[int]) -> Iterator[Found]:
        last = self._last
        for row in rows:
            if last is None or row[0] != last[0] + 1 or row[2] < last[2]:
                yield from _said(check_rows.dense, row, last)
                yield from _said(check_rows.forward_in_time, row, last)
            if row[3] and not self._hashes_only:
                check = check_rows.numbers_follow
                if row[0] in gaps:
                    check = check_rows.numbers_resumed
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
        yield from self._tills.at_end()
        yield from self._swaps.at_end()
        if self._last is not None:
            yield from self._conflicts.at_end(self._last[2])
        yield from self._kept.strays(self._ledger.strays())
        for position in self._ledger.repeated(self._size):
            text = "the same identity, payment of somebody else, or code of a ticket stands before"
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
        while self._more and self._after < position:
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
        highest = max((commit[1] for commit in batch), default=self._after)
        self._more = self._after < highest < self._until
        self._after = highest

    @property
    def more_than_rows(self) -> bool:
        """Whether some were never taken, because no row stands where they end."""
        while self._more and not self._waiting:
            self._read()
        return bool(self._waiting)


def _said(
    check: Callable[..., Iterable[Finding]], row: Vertebra, before: object
) -> Iterable[Found]:
    return judged(check, row[0], row[1], row, before)


Progress = Callable[[int, int], None]
NO_HEADS: Mapping[int, bytes] = {}
_WINDOWS_AHEAD = 3
_R = TypeVar("_R", bound=tuple[int, *tuple[object, ...]])


class Shares(Protocol):
    """Others who check a ledger's streams, each a share of them."""

    def ask(self, after: int, *, until: int, rows: Sequence[Vertebra]) -> None:
        """Have a window checked: the positions after one and up to another, with these rows."""
        ...

    def answer(self) -> WindowReport:
        """Of the window that was asked first of those without an answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification read, and the root over it. It is clean if it had no findings."""

    rows: int
    root: bytes
    findings: int


class Verification:
    """One verification of the ledger as it stood when this began.

    `hashes_only`: positions, versions, times, hashes and commits are checked, and no stamp is read.
    `shares`: others check the streams meanwhile; each must look at the same ledger, and in the
    same depth. `kept`: messages and data keys are checked, too. Iterate for the findings;
    afterwards `verdict` is there. What is appended meanwhile is not looked at.
    """

    def __init__(
        self,
        ledger: RawLedger,
        *,
        known: Mapping[int, bytes] = NO_HEADS,
        progress: Progress = lambda done, size: None,
        hashes_only: bool = False,
        shares: Shares | None = None,
        kept: KeptBesideStamps | None = None,
    ) -> None:
        self._ledger, self._known, self._progress = ledger, known, progress
        self._hashes_only, self._shares, self._kept = hashes_only, shares, kept
        self.verdict: Verified | None = None

    def __iter__(self) -> Iterator[Finding]:
        size, _ = self._ledger.head()
        whole = LedgerVerification(
            self._ledger, size=size, known=self._known, hashes_only=self._hashes_only
        )
        self._progress(0, size)
        findings = 0
        for rows, report in self._windows(size):
            for found in whole.take(rows, report):
                findings += 1
                yield found
            self._progress(whole.rows, size)
        for found in chain(whole.at_end(), self._beside(size)):
            findings += 1
            yield found
        self._progress(whole.rows, size)
        self.verdict = Verified(rows=whole.rows, root=whole.root, findings=findings)

    def _beside(self, size: int) -> Iterator[Finding]:
        if self._kept is not None and not self._hashes_only:
            yield from evidence_findings(self._kept, until=size)

    def _windows(self, size: int) -> Iterator[tuple[Sequence[Vertebra], WindowReport]]:
        return self._alone(size) if self._shares is None else self._together(size, self._shares)

    def _alone(self, size: int) -> Iterator[tuple[Sequence[Vertebra], WindowReport]]:
        share = Share(self._ledger, hashes_only=self._hashes_only)
        for after, rows in windows(self._ledger.raw_rows, until=size):
            yield [vertebra_of(row) for row in rows], share.report(rows, after=after)

    def _together(
        self, size: int, shares: Shares
    ) -> Iterator[tuple[Sequence[Vertebra], WindowReport]]:
        """A few windows are asked for ahead, so that nobody waits for the slowest."""
        asked: deque[Sequence[Vertebra]] = deque()
        for after, rows in windows(self._ledger.vertebrae, until=size):
            shares.ask(after, until=rows[-1][0], rows=rows)
            asked.append(rows)
            if len(asked) > _WINDOWS_AHEAD:
                yield asked.popleft(), shares.answer()
        while asked:
            yield asked.popleft(), shares.answer()


def windows(read: Callable[..., Sequence[_R]], *, until: int) -> Iterator[tuple[int, Sequence[_R]]]:
    """Every row up to a position in windows, each with the position after which it begins."""
    after = 0
    while after < until and (batch := read(after, limit=BATCH)):
        highest = max(row[0] for row in batch)
        if rows := [row for row in batch if row[0] <= until]:
            yield after, rows
        if highest <= after:
            return
        after = highest


def verify(ledger: RawLedger, *, known: Mapping[int, bytes] = NO_HEADS) -> tuple[Finding, ...]:
    """All findings at once, for ledgers that are known to be small."""
    return tuple(Verification(ledger, known=known))
