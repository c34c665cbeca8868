"""Verify a ledger: every law over every row, in one walk that holds little in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import tee

from ledger.audit import order_checks, storage_checks
from ledger.audit.finding import Finding
from ledger.audit.kept_check import KeptCheck
from ledger.audit.rows import LedgerRows, all_commits
from ledger.audit.step import Step
from ledger.audit.streams import UNFIT
from ledger.audit.tree_check import TreeCheck
from ledger.audit.walk import Walk

Check = Callable[[Step], Iterable[Finding]]
Progress = Callable[[int, int], None]

HASHES: tuple[Check, ...] = (
    storage_checks.dense,
    storage_checks.forward_in_time,
    storage_checks.contiguous,
    storage_checks.hashed,
)
CHECKS: tuple[Check, ...] = (
    *HASHES,
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

    `hashes_only`: positions, versions, times, hashes and commits are checked, and no stamp is read.
    Iterate for the findings; afterwards `verdict` is there. What is appended meanwhile is not
    looked at.
    """

    def __init__(
        self,
        ledger: LedgerRows,
        *,
        known: Mapping[int, bytes] = NO_HEADS,
        progress: Progress = lambda done, size: None,
        hashes_only: bool = False,
    ) -> None:
        self._ledger, self._known, self._progress = ledger, known, progress
        self._hashes_only = hashes_only
        self.verdict: Verdict | None = None

    def __iter__(self) -> Iterator[Finding]:
        found = rows = last = 0
        size, _ = self._ledger.head()
        signed, kept_beside = tee(all_commits(self._ledger, until=size))
        tree = TreeCheck(signed, known=self._known)
        walk = Walk(self._ledger, until=size, understanding=not self._hashes_only)
        names = walk.seats.names
        if self._hashes_only:
            kept_beside = iter(())
        kept = KeptCheck(self._ledger, kept_beside, until=size, names=names)
        for step in walk.steps():
            rows, last = rows + 1, step.row.position
            for findings in (self._judged(step), tree.at(step.row), kept.at(step)):
                for finding in findings:
                    found += 1
                    yield finding
            if rows % _TOLD_EVERY == 0:
                self._progress(rows, size)
        for finding in (*tree.at_end(last), *self._of_the_whole(kept, size)):
            found += 1
            yield finding
        self._progress(rows, size)
        self.verdict = Verdict(rows=rows, root=tree.root, findings=found)

    def _judged(self, step: Step) -> Iterable[Finding]:
        return judged(step, HASHES) if self._hashes_only else judged(step, checks_of(step))

    def _of_the_whole(self, kept: KeptCheck, size: int) -> Iterator[Finding]:
        yield from self._uncommitted(size)
        if self._hashes_only:
            return
        yield from kept.at_end()
        for position in self._ledger.repeated(size):
            text = "the same correlation id, type and occurrence stand in the ledger before"
            yield Finding(law="3", position=position, stream=None, text=text)

    def _uncommitted(self, size: int) -> Iterator[Finding]:
        """Rows and their commit become visible at once: a row seen first needs its commit."""
        beyond = self._ledger.rows(size, limit=1)
        if beyond and not self._ledger.commits(size, limit=1):
            text = "a row that no commit covers"
            yield Finding(law="14", position=beyond[0].position, stream=beyond[0].stream, text=text)


def checks_of(step: Step) -> tuple[Check, ...]:
    """The checks that have something to say about a row."""
    return _checks_of(None if step.stamp is None else type(step.stamp.stamp))  # type: ignore[arg-type]


@cache
def _checks_of(stamp_type: type | None) -> tuple[Check, ...]:
    certain = order_checks.OF_CERTAIN
    return tuple(one for one in CHECKS if one not in certain or stamp_type in certain[one])


def judged(step: Step, checks: tuple[Check, ...]) -> Iterable[Finding]:
    """What checks say about one row. One that a check cannot digest is a finding, too."""
    found: list[Finding] = []
    for check in checks:
        try:
            found += check(step)
        except UNFIT as error:
            text = f"{check.__name__} cannot be judged: {type(error).__name__}"
            found.append(step.finding("13", text))
    return found


def verify(ledger: LedgerRows, *, known: Mapping[int, bytes] = NO_HEADS) -> tuple[Finding, ...]:
    """All findings at once, for ledgers that are known to be small."""
    return tuple(Verification(ledger, known=known))
