"""Whether the totals and numbers kept beside each commit are those that its rows give."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from ledger.audit.finding import Finding
from ledger.audit.rows import (
    BATCH,
    Kept,
    LedgerRows,
    StoredCommit,
    StoredNumber,
    Totals,
)
from ledger.audit.step import Step

_NOTHING: Totals = (0, 0, 0)


class KeptCheck:
    """Laws 8 and C5, commit by commit.

    A committer believes the newest total and number. A total that is wrong from one commit on is
    one finding, where it begins.
    """

    def __init__(
        self,
        ledger: LedgerRows,
        commits: Iterator[StoredCommit],
        *,
        until: int,
        names: Mapping[UUID, str],
    ) -> None:
        self._commits = commits
        self._commit: StoredCommit | None = next(self._commits, None)
        self._ledger, self._until, self._names = ledger, until, names
        self._kept: dict[int, list[Kept]] = defaultdict(list)
        self._read = 0
        self._totals: dict[UUID, Totals] = {}
        self._wrong: dict[UUID, Totals] = {}
        self._changed: dict[UUID, Totals] = {}
        self._drawn: dict[str, int] = {}

    def at(self, step: Step) -> Iterable[Finding]:
        """Take a row in; findings of the commits that end with it."""
        if step.seats or step.row.numbers:
            self._take(step)
        ending = self._commit is not None and self._commit.last <= step.row.position
        return self._found(step.row.position) if ending else ()

    def _take(self, step: Step) -> None:
        for quota, totals in step.seats.items():
            before = self._totals.get(quota, _NOTHING)
            if totals != before:
                self._changed.setdefault(quota, before)
                self._totals[quota] = totals
        self._drawn |= step.row.numbers

    def _found(self, position: int) -> Iterator[Finding]:
        while self._commit is not None and self._commit.last <= position:
            yield from self._ends(self._commit.last)
            self._commit = next(self._commits, None)

    def at_end(self) -> Iterator[Finding]:
        """What is kept where no commit ends."""
        for one in self._ledger.strays():
            text = f"{self._named(one)} is kept where no commit ends"
            yield _finding(one, text, position=one.position)

    def _ends(self, position: int) -> Iterator[Finding]:
        missing: set[UUID | str] = {*self._drawn}
        missing |= {q for q, before in self._changed.items() if before != self._totals[q]}
        seen: set[UUID | str] = set()
        for one in self._kept_at(position):
            key = one.series if isinstance(one, StoredNumber) else one.quota
            text = "stands twice" if key in seen else self._fault(one)
            if text:
                yield _finding(one, f"{self._named(one)} {text}", position=position)
            seen.add(key)
        for key in sorted(missing - seen, key=str):
            yield _missing(key, self._names, position)
        self._changed, self._drawn = {}, {}

    def _kept_at(self, position: int) -> Sequence[Kept]:
        """What is kept at a commit's end. What is kept before it, `strays` tells."""
        if self._read < position:
            after, self._read = self._read, max(position, min(self._read + BATCH, self._until))
            self._kept.clear()
            for one in self._ledger.kept_beside(after, until=self._read):
                self._kept[one.position].append(one)
        return self._kept.pop(position, [])

    def _fault(self, one: Kept) -> str:
        if isinstance(one, StoredNumber):
            drawn = self._drawn.get(one.series)
            return "" if one.number == drawn else f"was drawn as {drawn or 'none'} by the rows"
        derived = self._totals.get(one.quota, _NOTHING)
        wrong = tuple(kept - says for kept, says in zip(one.totals, derived, strict=True))
        before = self._wrong.get(one.quota, _NOTHING)
        self._wrong[one.quota] = wrong[0], wrong[1], wrong[2]
        if wrong not in (_NOTHING, before):
            return f"is {_told(one.totals)}: stamps say {_told(derived)}"
        return "" if one.quota in self._changed else "was not touched by the rows"

    def _named(self, one: Kept) -> str:
        if isinstance(one, StoredNumber):
            return f"number {one.number} of {one.series}"
        return f"the total of quota {self._names.get(one.quota, one.quota)}"


def _finding(one: Kept, text: str, *, position: int) -> Finding:
    law = _law_of(one.series) if isinstance(one, StoredNumber) else "8"
    return Finding(law=law, position=position, stream=None, text=text)


def _missing(key: UUID | str, names: Mapping[UUID, str], position: int) -> Finding:
    if isinstance(key, str):
        text = f"the number of {key} that was drawn is not kept"
        return Finding(law=_law_of(key), position=position, stream=None, text=text)
    text = f"the total of quota {names.get(key, key)} that was changed is not kept"
    return Finding(law="8", position=position, stream=None, text=text)


def _law_of(series: str) -> str:
    return "R7" if series.startswith("receipts/") else "C5"


def _told(totals: Totals) -> str:
    return "capacity {}, held {}, sold {}".format(*totals)
