"""People are told of a critical case: once, and after a crash in words that can be recognized."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol
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
    each,
)
from adapters.worker.reactors.delivery_policy import pause_after
from ledger.cases.case import Case
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseAlarmRaised, CaseAlarmStarted, CaseStamp
from ledger.kernel.money import Money

_log = structlog.get_logger("alarms")
_LOG = "log"
# In seconds: who says no takes less, who is not there takes as long as we wait.
LONG = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What people are told: nothing personal, and no order's address, which is a capability."""

    case: UUID
    kind: str
    text: str
    provider: str
    provider_reference: str
    amount: Money | None
    opened_at: datetime


class Channel(Protocol):
    """A way to reach people. Told twice of one case, it lets them see that it is the same."""

    @property
    def name(self) -> str: ...

    def tell(self, alarm: Alarm) -> bool:
        """Whether the alarm was taken over. Never raises for what the other side says."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """The reactor of alarms. `after` leaves news the time to find its order by itself."""

    cases: Cases
    find: Find
    channels: Sequence[Channel]
    clock: Clock
    patience: Patience
    after: timedelta = field(default=timedelta(seconds=20))
    name: str = "alarms"

    def run(self) -> Progress:
        """Tell of every critical case that nobody was told of."""
        away: set[str] = set()
        return each(
            self.name, self.find(), lambda one: self._case(one, away), patience=self.patience
        )

    def _case(self, case_id: UUID, away: set[str]) -> Progress:
        case = self.cases.get(case_id)
        if not case.alarming or not self._is_due(case):
            return NOTHING if not case.alarming else WAITING
        # 1. The claim is committed before anyone is told, so that two workers do not both tell.
        claimed = self._claim(case)
        if claimed is None:
            return WAITING
        # 2. No transaction is open while we talk. 3. Who took it over is stamped.
        outcome = self._tell(claimed, away)
        self._stamp(claimed, outcome, actor="worker")
        return WAITING if outcome.failed else DONE

    def _is_due(self, case: Case) -> bool:
        assert case.opened_at is not None, "an alarming case was opened"
        if case.alarm.started_at is None:
            return case.opened_at + self.after <= self.clock()
        return case.alarm.started_at + pause_after(case.alarm.tries) <= self.clock()

    def _claim(self, case: Case) -> Case | None:
        """The case with our claim in it; None when another worker was faster."""
        ours = f"worker/{uuid4().hex[:12]}"
        started = CaseAlarmStarted(try_number=case.alarm.tries + 1)

        def wished(now: Case) -> Sequence[CaseStamp]:
            return (started,) if now.alarm.tries == case.alarm.tries else ()

        after = self.cases.stamp(case.id, wished, correlation_id=case.id, actor=ours)
        return after if after.alarm.by == ours else None

    def _tell(self, case: Case, away: set[str]) -> CaseAlarmRaised:
        """By every channel that was not told by yet. One that let us wait is asked once a pass."""
        alarm = alarm_of(case)
        if _LOG not in case.alarm.told:
            _log.critical("case_opened", case=str(case.id), kind=alarm.kind, text=alarm.text)
        wanted = [one for one in self.channels if one.name not in case.alarm.told]
        took = {one.name: one.name not in away and _took(one, alarm, away) for one in wanted}
        return CaseAlarmRaised(
            try_number=case.alarm.tries,
            channels=(_LOG, *(name for name, well in took.items() if well)),
            failed=tuple(name for name, well in took.items() if not well),
        )

    def _stamp(self, case: Case, outcome: CaseAlarmRaised, *, actor: str) -> None:
        self.cases.stamp(case.id, lambda now: (outcome,), correlation_id=case.id, actor=actor)


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


def alarm_of(case: Case) -> Alarm:
    """What is told of a case."""
    opened = case.opened
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
    )
