"""Lay the provider's books beside ours and, if wanted, take in the news that never came."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from ledger.codec.rows import LedgerRows, all_rows, last_before, recorded
from ledger.inbox.receive import Foresight, Intake, foresee
from ledger.payments.provider import BadMessage
from ledger.reconciliation.compare import Statement, StatementLine, Verdict, compared, unmatched
from ledger.reconciliation.our_records import MOVING, our_records
from ledger.reconciliation.records import (
    Books,
    Kind,
    NotShown,
    OurRecord,
    Period,
    Row,
    State,
    Tell,
    TheirRecord,
    Unread,
    silent,
)

Key = tuple[Kind, str]
_ORDER = [*Kind]


@dataclass(kw_only=True)
class Reconciliation:
    """One period of one provider. Only `commit` writes; what it writes, it writes once.

    `waiting` are orders that wait for the provider's last word, of a dispute above all, which may
    take months: what is under way there is asked for, however old.
    """

    books: Books
    rows: LedgerRows
    intake: Intake
    period: Period
    tell: Tell = silent
    waiting: Collection[UUID] = ()
    _theirs: Sequence[TheirRecord] | None = field(default=None, init=False)
    _unread: list[Unread] = field(default_factory=list, init=False)
    _orders: dict[Key, UUID] = field(default_factory=dict, init=False)

    def statement(self) -> Statement:
        """Both sides compared; the provider is asked for its records once.

        Raises `ledger.payments.provider.ProviderAway`.
        """
        if self._theirs is None:
            self._theirs = sorted(self._read(), key=lambda one: _ORDER.index(one.kind))
        ours, statement = self._ours(), Statement(period=self.period)
        for unread in self._unread:
            statement.leave(unread)
        for theirs in self._theirs:
            mine = ours.pop((theirs.kind, theirs.reference), None)
            self._add(self._line(theirs, mine), statement)
        unread_here = {(one.kind, one.reference) for one in self._unread}
        for mine in ours.values():
            told = (mine.kind, mine.reference) in unread_here
            if not told and (mine.at in self.period or mine.state is State.UNDER_WAY):
                self._add(self._without_theirs(mine), statement)
        return statement

    def commit(self, statement: Statement) -> int:
        """Take in the news of every line that it could mend; how much was understood."""
        lines = [line for line in statement.lines if line.mendable]
        return sum(self._take_in(line) for line in lines)  # payments first, as they were compared

    def _take_in(self, line: StatementLine) -> bool:
        """False where the news says nothing that can be read: it is kept, and a case is made."""
        assert line.theirs is not None, "mendable lines have news"
        try:
            went_to = self.intake.take(line.theirs.message, find=self._find)
        except BadMessage:
            return False
        for order in went_to:
            if order is not None:
                self._orders[line.theirs.kind, line.theirs.reference] = order
        return True

    def line(self, theirs: TheirRecord) -> StatementLine | Unread:
        """One record of theirs beside what we have of it, from any time."""
        return self._line(theirs, None)

    def paid_out(self, row: Row) -> StatementLine | Unread:
        """A row that names its payment or refund as the provider does, beside what we have of it.

        Raises `ledger.payments.provider.ProviderAway` for what was not listed in the period.
        """
        theirs = self._listed.get((row.kind, row.reference))
        theirs_now = theirs or self.books.record(row.kind, row.reference)
        if theirs_now is None:
            why = "a payout names it, and the provider's books do not have it"
            return Unread(kind=row.kind, reference=row.reference, why=why)
        if isinstance(theirs_now, Unread):
            return theirs_now
        return self._line(replace(theirs_now, amount=row.amount), None)

    @cached_property
    def _listed(self) -> Mapping[Key, TheirRecord]:
        return {(one.kind, one.reference): one for one in self._theirs or ()}

    def _read(self) -> Iterable[TheirRecord]:
        """What can be read; the rest is told beside it."""
        for number, record in enumerate(self.books.records(self.period), start=1):
            self.tell("reading the provider's books", number)
            if isinstance(record, Unread):
                self._unread.append(record)
            else:
                yield record

    def _add(self, found: StatementLine | Unread, statement: Statement) -> None:
        if isinstance(found, Unread):
            statement.leave(found)
        elif found.concerns(self.period):
            statement.add(found)

    def _line(self, theirs: TheirRecord, ours: OurRecord | None) -> StatementLine | Unread:
        if ours is None:
            ours = self._elsewhen(theirs)
        if ours is not None:
            return StatementLine(
                verdict=compared(theirs, ours, self.period), theirs=theirs, ours=ours
            )
        try:
            verdict, named = unmatched(self._foreseen(theirs)), self._named(theirs)
        except BadMessage as trouble:
            return Unread(kind=theirs.kind, reference=theirs.reference, why=str(trouble))
        return StatementLine(verdict=verdict, theirs=theirs, ours=None, named=named)

    def _without_theirs(self, ours: OurRecord) -> StatementLine | Unread:
        """The provider did not list it; perhaps it has it in another period."""
        try:
            theirs = self.books.record(ours.kind, ours.reference)
        except NotShown:
            return StatementLine(verdict=Verdict.UNCHECKED, theirs=None, ours=ours)
        if isinstance(theirs, Unread):
            return theirs
        if theirs is None:
            return StatementLine(verdict=Verdict.MISSING_THERE, theirs=None, ours=ours)
        return StatementLine(verdict=compared(theirs, ours, self.period), theirs=theirs, ours=ours)

    def _ours(self) -> dict[Key, OurRecord]:
        """What our orders say whose money moved since the period began."""
        known: dict[Key, OurRecord] = {}
        moved = _moved_since(self.rows, self.period.since)
        for number, order in enumerate(dict.fromkeys((*moved, *self.waiting)), start=1):
            self.tell("reading our books", number)
            known |= self._records_of(order)
        return known

    def _records_of(self, order: UUID) -> Mapping[Key, OurRecord]:
        stored = self.rows.stream(order, until=self.rows.head()[0])
        history = [recorded(row) for row in stored]
        found = {(one.kind, one.reference): one for one in our_records(history, self.books)}
        self._orders |= {key: one.order for key, one in found.items()}
        return found

    def _elsewhen(self, theirs: TheirRecord) -> OurRecord | None:
        """Ours, if it was recorded before the period began."""
        order = self._find(self.books.name, theirs.reference)
        found = self._records_of(order) if order else {}
        return found.get((theirs.kind, theirs.reference))

    def _named(self, theirs: TheirRecord) -> UUID | None:
        told = self.intake.reports(theirs.message)
        found = (one.order or self._find(one.provider, one.reference) for one in told)
        return next((one for one in found if one), None)

    def _foreseen(self, theirs: TheirRecord) -> Sequence[Foresight]:
        return [
            foresee(report, orders=self.intake.orders, cases=self.intake.cases, find=self._find)
            for report in self.intake.reports(theirs.message)
        ]

    def _find(self, provider: str, reference: str) -> UUID | None:
        """Orders seen in this run are known even where the views lag behind."""
        if provider == self.books.name:
            for kind in Kind:
                if (kind, reference) in self._orders:
                    return self._orders[kind, reference]
        return self.intake.find(provider, reference)


def _moved_since(rows: LedgerRows, since: datetime) -> Iterable[UUID]:
    """The orders of which money stamps were recorded at or after a moment, each once."""
    seen = dict.fromkeys(
        row.stream for row in all_rows(rows, after=last_before(rows, since)) if row.type in MOVING
    )
    return [*seen]
