"""Verify a ledger: every law over every row, in windows, of which few are held in memory."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol, TypeVar

from ledger.audit.check_evidence import KeptBesideStamps, evidence_findings
from ledger.audit.findings import Finding, WindowReport
from ledger.audit.raw_rows import RawLedger, Vertebra, vertebra_of
from ledger.audit.verify_ledger import LedgerVerification
from ledger.audit.verify_streams import Share
from ledger.codec.rows import BATCH

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
            for finding in whole.take(rows, report):
                findings += 1
                yield finding
            self._progress(whole.rows, size)
        for finding in chain(whole.at_end(), self._beside(size)):
            findings += 1
            yield finding
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
        rows = [row for row in batch if row[0] <= until] if highest > until else batch
        if rows:
            yield after, rows
        if highest <= after:
            return
        after = highest


def verify(ledger: RawLedger, *, known: Mapping[int, bytes] = NO_HEADS) -> tuple[Finding, ...]:
    """All findings at once, for ledgers that are known to be small."""
    return tuple(Verification(ledger, known=known))
