"""Their record beside ours: what it means, and whether anybody has to do something about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from ledger.inbox.receive import Foresight
from ledger.kernel.money import Money, zero
from ledger.reconciliation.records import Kind, OurRecord, Period, State, TheirRecord, Unread


class Verdict(StrEnum):
    """What two records come to. Of these, `FINDINGS` ask for somebody."""

    MATCHED = "matched"
    TIMING = "timing"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT_DIFFERS = "amount_differs"
    STATE_DIFFERS = "state_differs"
    OPEN_CASE = "open_case"
    RESOLVED_CASE = "resolved_case"
    UNCHECKED = "unchecked"


FINDINGS = frozenset(Verdict) - {
    Verdict.MATCHED,
    Verdict.TIMING,
    Verdict.RESOLVED_CASE,
    Verdict.UNCHECKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One thing on both sides, or on the one side that has it."""

    verdict: Verdict
    theirs: TheirRecord | None
    ours: OurRecord | None
    named: UUID | None = None

    @property
    def order(self) -> UUID | None:
        """The order that has it, or that their news names."""
        return self.ours.order if self.ours else self.named

    @property
    def either(self) -> TheirRecord | OurRecord:
        """Theirs where there is one: it is their word that money moved."""
        found = self.theirs or self.ours
        assert found is not None, "a line is about something"
        return found

    def concerns(self, period: Period) -> bool:
        """Whether a side of it is in the period, or older news of it never came."""
        inside = any(one.at in period for one in (self.theirs, self.ours) if one)
        return inside or (self.mendable and self.verdict is not Verdict.AMOUNT_DIFFERS)

    @property
    def mendable(self) -> bool:
        """Whether their news, taken in, could make the ledger say more."""
        settled = (Verdict.MATCHED, Verdict.OPEN_CASE, Verdict.RESOLVED_CASE)
        if self.theirs is None or self.verdict in settled:
            return False
        return (
            self.ours is None
            or self.ours.state is not self.theirs.state
            or self.ours.amount != self.theirs.amount
        )


def compared(theirs: TheirRecord, ours: OurRecord, period: Period) -> Verdict:
    """Two records of one thing.

    Timing is what time alone explains: a refund that was accepted on one side and is settled on
    the other, or a moment that falls into the period on one side only.
    """
    states = {ours.state, theirs.state}
    on_its_way = theirs.kind is Kind.REFUND and State.FAILED not in states
    if len(states) > 1 and not on_its_way:
        return Verdict.STATE_DIFFERS
    if ours.amount != theirs.amount:
        return Verdict.AMOUNT_DIFFERS
    if len(states) > 1:
        return Verdict.TIMING
    return Verdict.MATCHED if theirs.at in period and ours.at in period else Verdict.TIMING


def unmatched(foreseen: Sequence[Foresight]) -> Verdict:
    """A record that no order of ours has. A case that a person closed has settled it.

    What is known all the same is money that was sent back from its case.
    """
    verdicts = {_unmatched(one) for one in foreseen}
    for verdict in (Verdict.MISSING_HERE, Verdict.OPEN_CASE):
        if verdict in verdicts or not verdicts:
            return verdict
    return Verdict.RESOLVED_CASE


def _unmatched(foreseen: Foresight) -> Verdict:
    match foreseen:
        case Foresight.STAMP | Foresight.CASE:
            return Verdict.MISSING_HERE
        case Foresight.OPEN_CASE:
            return Verdict.OPEN_CASE
        case Foresight.RESOLVED_CASE | Foresight.KNOWN:
            return Verdict.RESOLVED_CASE
        case _:
            assert_never(foreseen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Money of one kind and currency in the period, in minor units, by whose books."""

    theirs: Money
    ours: Money

    @property
    def difference(self) -> Money:
        return self.theirs - self.ours


@dataclass(slots=True)
class Statement:
    """All lines of a period, counted and summed; only what did not match is kept line by line.

    What could not be read is in no line and no sum.
    """

    period: Period
    counts: Counter[Verdict] = field(default_factory=Counter)
    lines: list[StatementLine] = field(default_factory=list)
    sums: dict[tuple[Kind, str], Sum] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)

    def add(self, line: StatementLine) -> None:
        """Count one line and, unless it matched, keep it."""
        self.counts[line.verdict] += 1
        if line.verdict is not Verdict.MATCHED:
            self.lines.append(line)
        self._sum(line)

    def leave(self, unread: Unread) -> None:
        """Tell of something that cannot be compared; of the same thing once."""
        if unread not in self.unread:
            self.unread.append(unread)

    @property
    def findings(self) -> Sequence[StatementLine]:
        return [line for line in self.lines if line.verdict in FINDINGS]

    @property
    def clean(self) -> bool:
        return not self.findings and not self.unread

    @property
    def net(self) -> Mapping[str, Sum]:
        """Payments less refunds and disputes, by currency."""
        found: dict[str, Sum] = {}
        for (kind, currency), one in self.sums.items():
            before = found.get(currency, Sum(theirs=zero(currency), ours=zero(currency)))
            sign = 1 if kind is Kind.PAYMENT else -1
            found[currency] = Sum(
                theirs=before.theirs + one.theirs * sign, ours=before.ours + one.ours * sign
            )
        return found

    def _sum(self, line: StatementLine) -> None:
        # What a person settled stands in our books, too: on its case, not on an order.
        settled = line.theirs if line.verdict is Verdict.RESOLVED_CASE else None
        for record, theirs in ((line.theirs, True), (line.ours or settled, False)):
            if record is None or record.at not in self.period or not _moved(record):
                continue
            nothing = zero(record.amount.currency)
            key = (record.kind, record.amount.currency)
            before = self.sums.get(key, Sum(theirs=nothing, ours=nothing))
            self.sums[key] = Sum(
                theirs=before.theirs + (record.amount if theirs else nothing),
                ours=before.ours + (nothing if theirs else record.amount),
            )


def _moved(record: TheirRecord | OurRecord) -> bool:
    """Whether its money counts: taken or promised. What is only kept ready is not money yet."""
    reserved = record.kind is Kind.PAYMENT and record.state is State.UNDER_WAY
    return record.state is not State.FAILED and not reserved
