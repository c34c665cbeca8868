"""Vouchers for people are made, upgraded and withdrawn, at the pace that their keeper allows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic, sleep
from uuid import UUID

import structlog

from adapters.worker.reactor import DONE, NOTHING, WAITING, Clock, Progress
from ledger.cases.case import Case
from ledger.cases.service import Cases
from ledger.cases.stamps import Action, CaseKind, CaseOpened, CaseResolved, CaseStamp, Severity
from ledger.grants.fulfilment import ACTOR, Came, Fulfilment
from ledger.grants.keeper import KeeperSilent
from ledger.grants.programme import programme_id
from ledger.kernel.events import derived

_log = structlog.get_logger("worker")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
# Whoever is turned away looks again after this: a person has to mend it.
STOPPED_FOR = timedelta(minutes=10)
# Calls a second: a pretix serves its customers meanwhile.
RATE = 10.0


@dataclass(slots=True, kw_only=True)
class VoucherLane:
    """Whether a keeper may be asked just now. One for each process and keeper."""

    clock: Clock
    rate: float = RATE
    now: Callable[[], float] = monotonic
    pause: Callable[[float], None] = sleep
    _rests_until: datetime = _LONG_AGO
    _next: float = 0.0
    _stopped: UUID | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def rests(self) -> bool:
        """Nobody is asked: it said so, or turns us away."""
        with self._lock:
            return self.clock() < self._rests_until

    def rest(self, span: timedelta) -> None:
        """Nobody is asked for so long."""
        with self._lock:
            self._rests_until = max(self._rests_until, self.clock() + span)

    def stop(self, case: UUID) -> None:
        """A person has to mend it; this case tells them."""
        self.rest(STOPPED_FOR)
        with self._lock:
            self._stopped = case

    def mended(self) -> UUID | None:
        """The case that is over, once somebody was answered again."""
        with self._lock:
            over, self._stopped = self._stopped, None
        return over

    def turn(self) -> None:
        """Wait for one's turn: so many a second at most, whoever asks."""
        with self._lock:
            at = max(self._next, self.now())
            self._next = at + 1 / self.rate
        if (ahead := at - self.now()) > 0:
            self.pause(ahead)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleVouchers:
    """Acts on one person. `lane` is the way to the keeper; None where nobody is called."""

    fulfilment: Fulfilment
    cases: Cases
    clock: Clock
    lane: VoucherLane | None = None

    def __call__(self, grantee: UUID) -> Progress:
        """What is due about their voucher. What rests is found again; no patience is spent."""
        if self.lane is not None:
            if self.lane.rests:
                return NOTHING
            self.lane.turn()
        after = self.fulfilment.act(grantee)
        if after.silent is not None:
            return self._unheard(after.silent)
        if after.came is Came.DONE and self.lane and (over := self.lane.mended()):
            cause = derived(over, "settled")
            self.cases.stamp(over, _settled, correlation_id=cause, actor=ACTOR)
        return {Came.DONE: DONE, Came.WAITS: WAITING, Came.NOTHING: NOTHING}[after.came]

    def _unheard(self, silent: KeeperSilent) -> Progress:
        _log.info("voucher_waits", reason=silent.reason)
        assert self.lane is not None, "only who is called can be silent"
        if silent.person:
            self.lane.stop(self._alarm(silent.person))
            return NOTHING
        if silent.rest is not None:
            self.lane.rest(silent.rest)
            return NOTHING
        return WAITING

    def _alarm(self, person: str) -> UUID:
        """One case a day, however many wait."""
        opened = CaseOpened(
            kind=CaseKind.VOUCHERS_STOPPED,
            severity=Severity.CRITICAL,
            text=f"pretix turns us away ({person}): no voucher is made until its token is right.",
            provider="pretix",
            about=person,
        )
        day = self.clock().astimezone(UTC).date().isoformat()
        cause = derived(programme_id(UUID(int=0)), f"stopped/{person}/{day}")
        return self.cases.open(opened, correlation_id=cause, actor=ACTOR)


def _settled(case: Case) -> tuple[CaseStamp, ...]:
    return (CaseResolved(action=Action.SETTLED),) if case.state == "open" else ()
