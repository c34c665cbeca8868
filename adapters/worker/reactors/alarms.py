"""People are told of a critical case: once, and after a crash in words that can be recognized."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol, TypeVar
from uuid import UUID, uuid4

import structlog

from adapters.worker.reactor import (
    DONE,
    NOTHING,
    WAITING,
    Clock,
    Find,
    Patience,
    Progress,
    Reactor,
)
from adapters.worker.reactors.deliver_letter import pause_after
from ledger.cases.case import Case
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseAlarmRaised, CaseAlarmStarted, CaseKind, CaseStamp
from ledger.kernel.money import Money

_T = TypeVar("_T")
_log = structlog.get_logger("alarms")
_LOG = "log"
# What ends by itself when the provider answers again, and until then comes with every order.
_OF_AN_OUTAGE = frozenset((CaseKind.PAYMENT_UNKNOWN, CaseKind.REFUND_UNKNOWN))
# So many of the cases that are told together are named.
FIRST_FEW = 5
# In seconds: who says no takes less, who is not there takes as long as we wait.
LONG = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What people are told: nothing personal, and no order's address, which is a capability.

    Of `many` cases that are told together it is the first; `cases` are the first few of them.
    """

    case: UUID
    kind: str
    text: str
    provider: str
    provider_reference: str
    amount: Money | None
    opened_at: datetime
    many: int = 1
    cases: Sequence[UUID] = ()


class Channel(Protocol):
    """A way to reach people. Told twice of one case, it lets them see that it is the same."""

    @property
    def name(self) -> str: ...

    def tell(self, alarm: Alarm) -> bool:
        """Whether the alarm was taken over. Never raises for what the other side says."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outage:
    """Cases of one cause: a provider that does not answer opens one for each order."""

    kind: CaseKind
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """The reactor of alarms. `after` leaves news the time to find its order by itself.

    Of an outage the first case is told at once; what comes within `together` of that is told in
    one alarm then. This is remembered by the process: after a restart the next is told at once.
    """

    cases: Cases
    find: Find
    channels: Sequence[Channel]
    clock: Clock
    patience: Patience
    after: timedelta = field(default=timedelta(seconds=20))
    together: timedelta = field(default=timedelta(minutes=5))
    name: str = "alarms"
    _gathered: dict[_Outage, dict[UUID, None]] = field(default_factory=dict, init=False)
    _told_at: dict[_Outage, datetime] = field(default_factory=dict, init=False)

    def run(self) -> Progress:
        """Tell of every critical case that nobody was told of."""
        away: set[str] = set()
        waiting = {case for cases in self._gathered.values() for case in cases}
        alone = [case for case in self.find() if case not in waiting]
        told = self._each(alone, lambda one: self._case(one, away))
        ripe = [outage for outage in self._gathered if self._is_ripe(outage)]
        return told + self._each(ripe, lambda one: self._outage(one, away))

    def _each(self, due: Sequence[_T], act: Callable[[_T], Progress]) -> Progress:
        return Reactor(name=self.name, find=lambda: due, each=act, after=self.patience).run()

    def _case(self, case_id: UUID, away: set[str]) -> Progress:
        case = self.cases.get(case_id)
        if not case.alarming or not self._is_due(case):
            return NOTHING if not case.alarming else WAITING
        if outage := _outage_of(case):
            self._gathered.setdefault(outage, {})[case_id] = None
            return NOTHING
        claimed = self._claim(case)
        return self._tell([claimed], away) if claimed else WAITING

    def _outage(self, outage: _Outage, away: set[str]) -> Progress:
        found = [self.cases.get(one) for one in self._gathered[outage]]
        due = [case for case in found if case.alarming and self._is_due(case)]
        claimed = [case for case in map(self._claim, due) if case]
        del self._gathered[outage]
        if not claimed:
            return NOTHING
        self._told_at[outage] = self.clock()
        return self._tell(claimed, away)

    def _is_ripe(self, outage: _Outage) -> bool:
        told_at = self._told_at.get(outage)
        return told_at is None or told_at + self.together <= self.clock()

    def _is_due(self, case: Case) -> bool:
        assert case.opened_at is not None, "an alarming case was opened"
        if case.alarm.started_at is None:
            return case.opened_at + self.after <= self.clock()
        return case.alarm.started_at + pause_after(case.alarm.tries) <= self.clock()

    def _claim(self, case: Case) -> Case | None:
        """The case with our claim in it; None when another worker was faster.

        It is committed before anyone is told, so that two workers do not both tell.
        """
        ours = f"worker/{uuid4().hex[:12]}"
        started = CaseAlarmStarted(try_number=case.alarm.tries + 1)

        def wished(now: Case) -> Sequence[CaseStamp]:
            return (started,) if now.alarm.tries == case.alarm.tries else ()

        after = self.cases.stamp(case.id, wished, correlation_id=case.id, actor=ours)
        return after if after.alarm.by == ours else None

    def _tell(self, claimed: Sequence[Case], away: set[str]) -> Progress:
        """One alarm by every channel, of those that it was not told of; who took it is stamped.

        No transaction is open while we talk. A channel that let us wait is asked once a pass.
        """
        if unlogged := _untold(_LOG, claimed):
            alarm = alarm_of(unlogged)
            _log.critical(
                "case_opened",
                case=str(alarm.case),
                kind=alarm.kind,
                text=alarm.text,
                many=alarm.many,
            )
        took: dict[str, bool] = {}
        for channel in self.channels:
            if untold := _untold(channel.name, claimed):
                well = channel.name not in away and _took(channel, alarm_of(untold), away)
                took[channel.name] = well
        return sum((self._stamp(case, took) for case in claimed), NOTHING)

    def _stamp(self, case: Case, took: Mapping[str, bool]) -> Progress:
        wanted = {name: well for name, well in took.items() if name not in case.alarm.told}
        outcome = CaseAlarmRaised(
            try_number=case.alarm.tries,
            channels=(_LOG, *(name for name, well in wanted.items() if well)),
            failed=tuple(name for name, well in wanted.items() if not well),
        )
        self.cases.stamp(case.id, lambda now: (outcome,), correlation_id=case.id, actor="worker")
        return WAITING if outcome.failed else DONE


def _outage_of(case: Case) -> _Outage | None:
    opened = case.opened
    if opened is None or opened.kind not in _OF_AN_OUTAGE:
        return None
    return _Outage(kind=opened.kind, provider=opened.provider)


def _untold(channel: str, cases: Sequence[Case]) -> Sequence[Case]:
    return [case for case in cases if channel not in case.alarm.told]


def _took(channel: Channel, alarm: Alarm, away: set[str]) -> bool:
    """Whether a channel took the alarm over; whatever goes wrong with one is not the others'."""
    began = monotonic()
    try:
        well = channel.tell(alarm)
    except Exception as error:
        _log.error("channel_stumbled", channel=channel.name, error=type(error).__name__)
        well = False
    if not well and monotonic() - began > LONG:
        away.add(channel.name)
    return well


def alarm_of(cases: Sequence[Case]) -> Alarm:
    """What is told of a case, or of several that have one cause."""
    case, opened = cases[0], cases[0].opened
    assert opened is not None, "only a case that was opened alarms"
    assert case.opened_at is not None, "only a case that was opened alarms"
    return Alarm(
        case=case.id,
        kind=str(opened.kind),
        text=opened.text,
        provider=opened.provider,
        provider_reference=opened.provider_reference,
        amount=opened.amount,
        opened_at=case.opened_at,
        many=len(cases),
        cases=[one.id for one in cases[:FIRST_FEW]],
    )
