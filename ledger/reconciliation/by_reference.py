"""Books that nobody can list: what is known is asked for by name, the rest a report tells."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.codec.rows import LedgerRows, recorded
from ledger.kernel.events import Recorded
from ledger.reconciliation.our_records import Known, known_of, known_since
from ledger.reconciliation.records import (
    LOOKBACK,
    Holder,
    Kind,
    NotShown,
    Period,
    Row,
    Settlement,
    State,
    Tell,
    TheirRecord,
    Unread,
    silent,
)

_Key = tuple[Kind, str]


class Unlisted(Holder, Protocol):
    """What is needed of a provider that shows things only to those who know their names."""

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        """One thing by the provider's name of it; raises `ProviderAway` and `NotShown`."""
        ...

    def names(self, known: Known) -> Sequence[str]:
        """Our names of it, as a report would tell them."""
        ...

    def owner(self, row: Row) -> UUID | None:
        """The order or the case that a name of ours in a row names."""
        ...

    def told(self, row: Row, known: Known | None) -> TheirRecord:
        """A row as a record; under the provider's own name where that is known."""
        ...


@dataclass(kw_only=True)
class OneByOne:
    """The books of one period, read once. Without a report (None) nothing unknown is found.

    A report is `complete` if it leaves out nothing of the period: one that a person brings may,
    and so does one of which a row cannot be read.
    """

    unlisted: Unlisted
    rows: LedgerRows
    report: Sequence[Row | Unread] | None
    complete: bool = False
    tell: Tell = silent
    names_orders: bool = field(default=True, init=False)
    _known: dict[_Key, Known] = field(default_factory=dict, init=False)
    _asked: dict[_Key, TheirRecord | Unread | None] = field(default_factory=dict, init=False)
    _told: dict[_Key, TheirRecord] = field(default_factory=dict, init=False)

    @property
    def name(self) -> str:
        return self.unlisted.name

    @property
    def account(self) -> str:
        return self.unlisted.account

    @property
    def live(self) -> bool:
        return self.unlisted.live

    def records(self, period: Period) -> Iterator[TheirRecord | Unread]:
        """Money that came in a period and every refund of it; raises `ProviderAway`."""
        since = period.since - LOOKBACK
        self._learn([*known_since(self.rows, since, self.unlisted)], tell=self.tell)
        for row in self.report or ():
            if isinstance(row, Unread):
                yield row
                continue
            one = self.told(row)
            self._told[one.kind, one.reference] = self._agreed(one)
        for found in (self._asked | self._told).values():
            if isinstance(found, Unread) or (found is not None and _counts(found, period)):
                yield found

    def told(self, row: Row) -> TheirRecord:
        """A row under the provider's name of what it is about, if the ledger knows that."""
        known = self._named(row)
        if known is None and (owner := self.unlisted.owner(row)) is not None:
            self._learn([*known_of(self._history(owner), self.unlisted)], tell=silent)
            known = self._named(row)
        return self.unlisted.told(row, known)

    def record(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        """One thing as it was told or is asked for; raises `ProviderAway` and `NotShown`."""
        key = (kind, reference)
        if key in self._told:
            return self._told[key]
        found = self._ask(kind, reference)
        if found is None and kind is Kind.REFUND and not self._is_complete():
            raise NotShown
        return found

    def _learn(self, known: Sequence[Known], *, tell: Tell) -> None:
        """What the ledger calls each thing, and what the provider says that it is called."""
        named = {(one.kind, name): one for one in known for name in self.unlisted.names(one)}
        self._known = named | self._known
        payments = [one for one in known if one.kind is Kind.PAYMENT]
        for number, one in enumerate(payments, start=1):
            tell(f"asking for {len(payments)} payments by name", number)
            with suppress(NotShown):
                shown = self._ask(one.kind, one.reference)
                if isinstance(shown, TheirRecord):
                    self._known |= {(one.kind, name): one for name in shown.names}

    def _named(self, row: Row) -> Known | None:
        names = ((row.kind, name) for name in row.names)
        return next((self._known[one] for one in names if one in self._known), None)

    def _history(self, owner: UUID) -> Sequence[Recorded[object]]:
        return [recorded(one) for one in self.rows.stream(owner, until=self.rows.head()[0])]

    def _is_complete(self) -> bool:
        return self.complete and not any(isinstance(one, Unread) for one in self.report or ())

    def _ask(self, kind: Kind, reference: str) -> TheirRecord | Unread | None:
        key = (kind, reference)
        if key not in self._asked:
            self._asked[key] = self.unlisted.record(kind, reference)
        return self._asked[key]

    def _agreed(self, told: TheirRecord) -> TheirRecord:
        """What was asked for just now is newer than a report, unless the two differ in money."""
        asked = self._asked.get((told.kind, told.reference))
        if isinstance(asked, TheirRecord) and asked.amount == told.amount:
            return asked
        return told


def _counts(one: TheirRecord, period: Period) -> bool:
    return one.at in period and (one.kind is Kind.REFUND or one.state is State.DONE)


class Reporting(Protocol):
    """What is needed of such a provider. Whatever asks raises `ProviderAway`.

    What asks for a report returns the name that the inbox will know it by. A report of more than
    `most_rows` does not fit through the door: one that has as many may leave some out.
    """

    most_rows: int

    def hindrance(self) -> str:
        """Why no report can be brought here; empty where it can."""
        ...

    def ask(self, period: Period, *, now: datetime) -> str:
        """Ask for everything that was begun in a period, whatever came of it."""
        ...

    def ask_settlement(self, id: str, *, now: datetime) -> str:
        """Ask for everything that came with one payout."""
        ...

    def settlements(self, period: Period) -> Sequence[Settlement | Unread]:
        """The payouts of a period, the oldest first."""
        ...

    def accept(
        self, address: str, body: bytes, headers: Mapping[str, str], *, now: datetime
    ) -> str:
        """The name of a report that was brought; raises `Unreadable` for what nobody asked for."""
        ...

    def read(self, body: bytes) -> Sequence[Row | Unread]:
        """The rows of a report, brought or downloaded; raises `Unreadable` for what is none."""
        ...


@dataclass(frozen=True, slots=True)
class Reported:
    """Both ways to the books of such a provider."""

    by_name: Unlisted
    by_report: Reporting
