"""A case: something a person must resolve, folded from its stamps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from ledger.cases.stamps import (
    Action,
    CaseAlarmRaised,
    CaseAlarmStarted,
    CaseHanded,
    CaseOpened,
    CaseResolved,
    CaseReturnAccepted,
    CaseReturnFailed,
    CaseReturnRefused,
    CaseReturnRequested,
    CaseSnoozed,
    CaseStamp,
    Severity,
)
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign, Recorded
from ledger.order.refund import NOTHING_MADE

_CASES = UUID("c5a53a4e-62a0-4d1f-8a6c-0d6d0f7c2e21")


def case_id(correlation_id: UUID, kind: str) -> UUID:
    """The stream of a case: the same trouble with the same cause is the same case."""
    return uuid5(_CASES, f"{correlation_id}/{kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Money that is nobody's, on its way back.

    `tries` says by number: asked, accepted, refused or never made; `names` are what the
    provider calls what it accepted.
    """

    request: CaseReturnRequested | None = None
    requested_at: datetime | None = None
    tries: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()

    @property
    def last_try(self) -> int:
        return max(self.tries, default=0)

    @property
    def unanswered(self) -> bool:
        """The provider was asked and has not answered: the outcome is unknown."""
        return self.tries.get(self.last_try) == "asked"

    @property
    def stands(self) -> bool:
        """Some of it was accepted, and neither failed afterwards nor was its try refused."""
        return any(
            name not in self.failed and self.tries[number] != "refused"
            for number, name in self.names.items()
        )

    @property
    def broken(self) -> bool:
        """What was accepted failed after all, by its name or by its try."""
        return bool(self.failed or self.names) and not self.stands

    def knows(self, fact: CaseReturnAccepted | CaseReturnRefused | CaseReturnFailed) -> bool:
        """Whether this news of the provider stands here already."""
        match fact:
            case CaseReturnAccepted():
                return fact.try_number in self.names
            case CaseReturnRefused():
                return self.tries.get(fact.try_number) in ("refused", "never made")
            case CaseReturnFailed():
                return fact.provider_reference in self.failed
            case _:
                assert_never(fact)

    @property
    def word(self) -> str:
        """What became of the money: none was asked back, unknown, accepted or failed."""
        if self.stands:
            return "accepted"
        if not self.tries:
            return "none"
        return "unknown" if self.unanswered else "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """How far people were told. `told` are the channels that took it, `by` who claimed last."""

    tries: int = 0
    by: str = ""
    started_at: datetime | None = None
    told: frozenset[str] = frozenset()
    raised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A person put the case aside until then, and said why."""

    until: datetime
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it stands. `evidence` is the hash of the message that it was opened for.

    `keeper` is the actor who looks after it, empty while nobody does.
    """

    id: UUID
    version: int = 0
    opened: CaseOpened | None = None
    opened_at: datetime | None = None
    evidence: str | None = None
    resolved: CaseResolved | None = None
    resolved_under: UUID | None = None
    resolved_by: str = ""
    resolved_at: datetime | None = None
    returned: Return = field(default=Return())
    alarm: Alarm = field(default=Alarm())
    snooze: Snooze | None = None
    keeper: str = ""
    erased: bool = False

    def asleep(self, at: datetime) -> bool:
        """Whether it was put aside and is not back by then."""
        return self.state == "open" and self.snooze is not None and at < self.snooze.until

    @property
    def about_order(self) -> UUID | None:
        """The order that it is about, or that its money turned out to be for."""
        told = self.opened.order if self.opened else None
        return told or (self.resolved.order if self.resolved else None)

    @property
    def state(self) -> str:
        """resolved or open; open again where a return that resolved it failed afterwards."""
        if self.resolved is None:
            return "open"
        came_back = self.resolved.action == Action.RETURN and self.returned.broken
        return "open" if came_back else "resolved"

    @property
    def alarming(self) -> bool:
        """A critical case that waits, and of which nobody was told."""
        critical = self.opened is not None and self.opened.severity is Severity.CRITICAL
        return critical and self.state == "open" and not self.alarm.raised


def fold_case(case: UUID, history: Iterable[Recorded[object]]) -> Case:
    """The case as it stands after these stamps."""
    folded = Case(id=case)
    for recorded in history:
        folded = evolve_case(folded, recorded)
    return folded


def evolve_case(case: Case, recorded: Recorded[object]) -> Case:
    """The case after one more stamp."""
    case = replace(case, version=recorded.version)
    stamp = recorded.stamp
    if not isinstance(stamp, CaseStamp):
        raise Foreign(stamp)
    match stamp:
        case CaseOpened():
            at, evidence = recorded.recorded_at, recorded.evidence
            return replace(case, opened=stamp, opened_at=at, evidence=evidence)
        case CaseResolved():
            return replace(
                case,
                resolved=stamp,
                resolved_under=recorded.correlation_id,
                resolved_by=recorded.actor,
                resolved_at=recorded.recorded_at,
            )
        case (
            CaseReturnRequested() | CaseReturnAccepted() | CaseReturnRefused() | CaseReturnFailed()
        ):
            returned = _return(case.returned, stamp, recorded)
            return replace(case, returned=returned, snooze=None)  # news wakes it
        case CaseAlarmStarted() | CaseAlarmRaised():
            return replace(case, alarm=_alarm(case.alarm, stamp, recorded))
        case CaseSnoozed() | CaseHanded():
            return _attended(case, stamp, recorded)
        case Erased():
            return _erased(case)
        case _:
            assert_never(stamp)


def _erased(case: Case) -> Case:
    """What a payer wrote, and why somebody did what, is told no more."""
    opened = replace(case.opened, payer_reference=None) if case.opened else None
    resolved = replace(case.resolved, reason=None) if case.resolved else None
    snooze = replace(case.snooze, reason=None) if case.snooze else None
    return replace(case, opened=opened, resolved=resolved, snooze=snooze, erased=True)


def _attended(case: Case, stamp: CaseSnoozed | CaseHanded, recorded: Recorded[object]) -> Case:
    if isinstance(stamp, CaseHanded):
        return replace(case, keeper=stamp.to)
    if stamp.until is None:
        return replace(case, snooze=None)
    snooze = Snooze(until=stamp.until, by=recorded.actor, reason=stamp.reason)
    return replace(case, snooze=snooze)


def _return(
    before: Return,
    stamp: CaseReturnRequested | CaseReturnAccepted | CaseReturnRefused | CaseReturnFailed,
    recorded: Recorded[object],
) -> Return:
    match stamp:
        case CaseReturnRequested():
            tries = {**before.tries, stamp.try_number: "asked"}
            return replace(before, request=stamp, requested_at=recorded.happened_at, tries=tries)
        case CaseReturnAccepted():
            refused = before.tries.get(stamp.try_number) == "refused"
            tries = {**before.tries, stamp.try_number: "refused" if refused else "accepted"}
            names = {**before.names, stamp.try_number: stamp.provider_reference}
            return replace(before, tries=tries, names=names)
        case CaseReturnRefused():
            said = "never made" if stamp.code in NOTHING_MADE else "refused"
            return replace(before, tries={**before.tries, stamp.try_number: said})
        case CaseReturnFailed():
            return replace(before, failed=before.failed | {stamp.provider_reference})
        case _:
            assert_never(stamp)


def _alarm(
    before: Alarm, stamp: CaseAlarmStarted | CaseAlarmRaised, recorded: Recorded[object]
) -> Alarm:
    if isinstance(stamp, CaseAlarmStarted):
        at, by = recorded.recorded_at, recorded.actor
        return replace(before, tries=stamp.try_number, by=by, started_at=at)
    told = before.told | {*stamp.channels}
    return replace(before, told=told, raised=before.raised or not stamp.failed)
