"""Verify a ledger: every law over every row, in one walk that holds little in memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ledger.audit import order_checks, storage_checks
from ledger.audit.finding import Finding
from ledger.audit.kept_check import KeptCheck
from ledger.audit.rows import LedgerRows
from ledger.audit.step import Step
from ledger.audit.streams import UNFIT
from ledger.audit.tree_check import TreeCheck
from ledger.audit.walk import Walk

Check = Callable[[Step], Iterator[Finding]]
Progress = Callable[[int, int], None]

CHECKS: tuple[Check, ...] = (
    storage_checks.dense,
    storage_checks.forward_in_time,
    storage_checks.contiguous,
    storage_checks.hashed,
    storage_checks.readable,
    storage_checks.identified,
    storage_checks.sealed,
    storage_checks.numbered,
    order_checks.begins_with_a_placement,
    order_checks.never_oversold,
    order_checks.never_beyond_held,
    order_checks.never_beyond_authorized,
    order_checks.bound,
    order_checks.one_receipt,
    order_checks.receipts_owed,
)
NO_HEADS: Mapping[int, bytes] = {}
_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a verification read, and the root over it. It is clean if it had no findings."""

    rows: int
    root: bytes
    findings: int


class Verification:
    """One verification of the ledger as it stood when this began.

    Iterate for the findings; afterwards `verdict` is there. What is appended meanwhile is not
    looked at.
    """

    def __init__(
        self,
        ledger: LedgerRows,
        *,
        known: Mapping[int, bytes] = NO_HEADS,
        progress: Progress = lambda done, size: None,
    ) -> None:
        self._ledger, self._known, self._progress = ledger, known, progress
        self.verdict: Verdict | None = None

    def __iter__(self) -> Iterator[Finding]:
        found = rows = 0
        size, _ = self._ledger.head()
        tree = TreeCheck(self._ledger, until=size, known=self._known)
        walk = Walk(self._ledger, until=size)
        kept = KeptCheck(self._ledger, until=size, names=walk.seats.names)
        last = 0
        for step in walk.steps():
            rows, last = rows + 1, step.row.position
            for finding in (*judged(step), *tree.at(step.row), *kept.at(step)):
                found += 1
                yield finding
            if rows % _TOLD_EVERY == 0:
                self._progress(rows, size)
        for finding in (*tree.at_end(last), *kept.at_end(), *self._of_the_whole(size)):
            found += 1
            yield finding
        self._progress(rows, size)
        self.verdict = Verdict(rows=rows, root=tree.root, findings=found)

    def _of_the_whole(self, size: int) -> Iterator[Finding]:
        yield from self._uncommitted(size)
        for position in self._ledger.repeated(size):
            text = "the same correlation id, type and occurrence stand in the ledger before"
            yield Finding(law="3", position=position, stream=None, text=text)

    def _uncommitted(self, size: int) -> Iterator[Finding]:
        """Rows and their commit become visible at once: a row seen first needs its commit."""
        beyond = self._ledger.rows(size, limit=1)
        if beyond and not self._ledger.commits(size, limit=1):
            text = "a row that no commit covers"
            yield Finding(law="14", position=beyond[0].position, stream=beyond[0].stream, text=text)


def judged(step: Step) -> Iterator[Finding]:
    """What all checks say about one row. One that a check cannot digest is a finding, too."""
    for check in CHECKS:
        try:
            yield from check(step)
        except UNFIT as error:
            yield step.finding("13", f"{check.__name__} cannot be judged: {type(error).__name__}")


def verify(ledger: LedgerRows, *, known: Mapping[int, bytes] = NO_HEADS) -> tuple[Finding, ...]:
    """All findings at once, for ledgers that are known to be small."""
    return tuple(Verification(ledger, known=known))
