"""Whether whoever keeps vouchers may be asked just now, and the alarm where a person must act."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import Lock
from uuid import UUID

from adapters.worker.reactor import Clock
from ledger.cases.case import case_id
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.fulfilment import ACTOR
from ledger.grants.keeper import KeeperSilent
from ledger.grants.programme import programme_id
from ledger.grants.stamps import Destination
from ledger.kernel.events import derived

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
# Whoever is turned away looks again after this: a person has to mend it.
STOPPED_FOR = timedelta(minutes=10)
# The alarms of so many days end when the keeper answers again.
_DAYS = 7
_EVERYBODY = ""


@dataclass(slots=True, kw_only=True)
class VoucherLane:
    """The way to a keeper. One for each process and keeper.

    A token that is not taken, and a rest that was asked for, are everybody's; a door that is shut
    is that of one event, and the others go on.
    """

    clock: Clock
    _rests_until: dict[str, datetime] = field(default_factory=dict)
    _well: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    @property
    def rests(self) -> bool:
        """Nobody is asked anything."""
        with self._lock:
            return self._waits(_EVERYBODY)

    def open_to(self, told: Destination) -> bool:
        """Whether it may be asked about this event."""
        with self._lock:
            return not (self._waits(_EVERYBODY) or self._waits(_event(told)))

    def rest(self, span: timedelta) -> None:
        """Nobody is asked for so long."""
        self._rest(_EVERYBODY, span)

    def stop(self, person: str, told: Destination) -> None:
        """A person has to mend it, for all or for this event."""
        self._rest(_whose(person, told), STOPPED_FOR)
        with self._lock:
            self._well.discard(_event(told))

    def answered(self, told: Destination) -> bool:
        """Whether an answer about this event is news: the first one, or the first after a stop."""
        with self._lock:
            news = _event(told) not in self._well
            self._well.add(_event(told))
        return news

    def _rest(self, whose: str, span: timedelta) -> None:
        with self._lock:
            until = self.clock() + span
            self._rests_until[whose] = max(self._rests_until.get(whose, _LONG_AGO), until)

    def _waits(self, whose: str) -> bool:
        return self.clock() < self._rests_until.get(whose, _LONG_AGO)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherAlarms:
    """The cases of who turns us away: one a day and event, however many people wait."""

    cases: Cases
    clock: Clock

    def open(self, silent: KeeperSilent, told: Destination) -> None:
        """There is an open one after this, also where today's first one is over already."""
        person = silent.person
        whose = _whose(person, told)
        where = f" at {whose}" if whose else ""
        opened = CaseOpened(
            kind=CaseKind.VOUCHERS_STOPPED,
            severity=Severity.CRITICAL,
            text=f"pretix turns us away{where} ({person}): no voucher is made until a person "
            "has seen to its token.",
            provider="pretix",
            about=person,
        )
        for cause in _causes(person, whose, self._today()):
            case = self.cases.get(case_id(cause, CaseKind.VOUCHERS_STOPPED))
            if case.opened is None or case.state == "open":
                self.cases.open(opened, correlation_id=cause, actor=ACTOR)
                return

    def end(self, told: Destination) -> None:
        """What was to be mended was: it answers again."""
        days = [self._today() - timedelta(days=ago) for ago in range(_DAYS)]
        for person in ("unauthorized", "forbidden"):
            for day in days:
                self._ended(_causes(person, _whose(person, told), day))

    def _ended(self, causes: Iterator[UUID]) -> None:
        for cause in causes:
            if not self.cases.settle(case_id(cause, CaseKind.VOUCHERS_STOPPED), actor=ACTOR):
                return

    def _today(self) -> date:
        return self.clock().astimezone(UTC).date()


def _event(told: Destination) -> str:
    return f"{told.organizer}/{told.event}"


def _whose(person: str, told: Destination) -> str:
    """A token that is taken nowhere stops everybody; what it may not do may be one event's."""
    return _event(told) if person == "forbidden" else _EVERYBODY


def _causes(person: str, whose: str, day: date) -> Iterator[UUID]:
    """Of the first alarm of a day, the second, and so on."""
    for number in count(1):
        told = f"stopped/{person}/{whose}/{day.isoformat()}/{number}"
        yield derived(programme_id(UUID(int=0)), told)
