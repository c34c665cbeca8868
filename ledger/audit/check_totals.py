"""Whether the totals, numbers and claims kept beside each commit are those that its rows give."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from ledger.audit.check_rows import law_of, never_oversold
from ledger.audit.check_seats import NO_SEATS, SeatCount, told_totals
from ledger.audit.checks import RANKS
from ledger.audit.findings import Finding, Found, Taken
from ledger.audit.raw_rows import ClaimFault, FaultyClaim, RawCommit, Vertebra
from ledger.codec.rows import Kept, KeptBeside, StoredNumber, Totals

RANK = 200
_OVERSOLD = RANKS[never_oversold]
# A quota by its id as a number, with its totals; a series, with its last number.
_Beside = tuple[int, Totals] | tuple[str, int]


class KeptCheck:
    """Laws 8 and C5, commit by commit.

    A committer believes the newest total and number. A total that is wrong from one commit on is
    one finding, where it begins.
    """

    def __init__(self, seats: SeatCount) -> None:
        self._seats = seats
        self._wrong: dict[int, Totals] = {}
        self._changed: dict[int, Totals] = {}
        self._drawn: dict[str, int] = {}
        self._kept: dict[int, list[_Beside]] = {}

    def take(
        self,
        rows: Iterable[Vertebra],
        taken: Iterable[Taken],
        *,
        commits: Sequence[RawCommit],
        kept: KeptBeside,
    ) -> list[Found]:
        """Findings of the commits that end in a window of rows, given what is kept there."""
        self._kept = _by_position(kept)
        found: list[Found] = []
        moves, draws = deque(taken), deque((row[0], row[3]) for row in rows if row[3])
        for _, last, *_ in commits:
            while moves and moves[0][0] <= last:
                found += self._move(moves.popleft())
            while draws and draws[0][0] <= last:
                self._drawn |= draws.popleft()[1]
            if self._changed or self._drawn or last in self._kept:
                found += self._ends(last)
        for move in moves:
            found += self._move(move)
        for _, drawn in draws:
            self._drawn |= drawn
        return found

    def _move(self, move: Taken) -> list[Found]:
        sums = self._seats.sums
        for quota, *_ in move[2]:
            self._changed.setdefault(quota, sums.get(quota, NO_SEATS))
        self._seats.move(move[2])
        return [(move[0], _OVERSOLD, one) for one in never_oversold(move, sums)]

    def _ends(self, position: int) -> Iterable[Found]:
        """A commit ends here; mostly with just that beside it which its rows give."""
        kept = self._kept.pop(position, [])
        sums = self._seats.sums
        missing: dict[int | str, object] = {
            quota: sums[quota] for quota, before in self._changed.items() if before != sums[quota]
        }
        missing.update(self._drawn)
        found: list[Found] = []
        if self._wrong or len(kept) != len(missing) or dict(kept) != missing:
            found = [(position, RANK, one) for one in self._faults(position, kept, missing.keys())]
        self._changed, self._drawn = {}, {}
        return found

    def _faults(
        self, position: int, kept: Iterable[_Beside], missing: Iterable[int | str]
    ) -> Iterator[Finding]:
        seen: set[int | str] = set()
        for key, value in kept:
            text = "stands twice" if key in seen else self._fault(key, value)
            if text:
                yield _finding(self._named(key, value), text, key=key, position=position)
            seen.add(key)
        for key in sorted({*missing} - seen, key=_as_written):
            yield self._missing(key, position)

    def _fault(self, key: int | str, kept: int | Totals) -> str:
        if isinstance(key, str):
            drawn = self._drawn.get(key)
            return "" if kept == drawn else f"was drawn as {drawn or 'none'} by the rows"
        assert isinstance(kept, tuple)
        derived = self._seats.sums.get(key, NO_SEATS)
        wrong = (kept[0] - derived[0], kept[1] - derived[1], kept[2] - derived[2])
        before = self._wrong.pop(key, NO_SEATS)
        if wrong != NO_SEATS:
            self._wrong[key] = wrong
        if wrong not in (NO_SEATS, before):
            return f"is {told_totals(kept)}: stamps say {told_totals(derived)}"
        return "" if key in self._changed else "was not touched by the rows"

    def _named(self, key: int | str, value: object) -> str:
        if isinstance(key, str):
            return f"number {value} of {key}"
        return f"the total of quota {self._seats.name_of(key)}"

    def _missing(self, key: int | str, position: int) -> Finding:
        if isinstance(key, str):
            text, law = f"the number of {key} that was drawn is not kept", law_of(key)
        else:
            name, law = self._seats.name_of(key), "8"
            text = f"the total of quota {name} that was changed is not kept"
        return Finding(law=law, position=position, stream=None, text=text)

    def strays(self, strays: Iterable[Kept]) -> Iterator[Finding]:
        """What is kept where no commit ends."""
        text = "is kept where no commit ends"
        for one in strays:
            key = one.series if isinstance(one, StoredNumber) else one.quota.int
            value = one.number if isinstance(one, StoredNumber) else one.totals
            yield _finding(self._named(key, value), text, key=key, position=one.position)


def _by_position(kept: KeptBeside) -> dict[int, list[_Beside]]:
    """What is kept where no commit ends, `strays` tells."""
    found: dict[int, list[_Beside]] = defaultdict(list)
    for position, quota, capacity, held, sold in kept[0]:
        found[position].append((quota, (capacity, held, sold)))
    for position, series, number in kept[1]:
        found[position].append((series, number))
    return found


def _as_written(key: int | str) -> str:
    return key if isinstance(key, str) else str(UUID(int=key))


def _finding(name: str, text: str, *, key: int | str, position: int) -> Finding:
    law = law_of(key) if isinstance(key, str) else "8"
    return Finding(law=law, position=position, stream=None, text=f"{name} {text}")


_TEXTS = {
    ClaimFault.MISSING: "the payment that is counted here is not kept as claimed",
    ClaimFault.EXTRA: "a payment is kept as claimed here that no stamp counts",
    ClaimFault.CHANGED: "the claim of the payment that is counted here has another holder or place",
}


def claim_finding(faulty: FaultyClaim) -> Finding:
    """What an auditor is told of it."""
    position, stream, fault = faulty
    return Finding(law="3", position=position, stream=stream, text=_TEXTS[fault])
