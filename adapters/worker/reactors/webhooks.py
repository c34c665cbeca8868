"""Events of orders go out to integrators: read from the feed, signed, at least once, in order.

Each endpoint has a position of its own and is served by one worker at a time, in a thread of its
own: whoever is slow or away holds nobody else back. An event waits in a table until it was taken;
who dies between sending and remembering leaves it there, and it goes out again as the same event.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from threading import Lock
from typing import Any, Protocol
from uuid import UUID, uuid4

import structlog
from cachetools import LRUCache

from adapters.store.ledger import StampLedger
from adapters.worker.feed import Batch, Feed
from adapters.worker.reactor import DONE, FAILED, NOTHING, Clock, Progress
from adapters.worker.threads import Threads
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.kernel.events import Recorded, derived
from ledger.kernel.store import LedgerUnavailable
from ledger.order.stamps import OrderPlaced
from ledger.webhooks.endpoint import (
    Answer,
    Endpoint,
    EventDelivery,
    pause_after,
    rest_after,
)
from projections.order_events import KINDS, OrderEvent, event_document, events_of

_log = structlog.get_logger("webhooks")
# Spreads tries in time; nothing secret hangs on it.
_RANDOM = Random()  # noqa: S311
_BATCH, _MOST_WAITING, _AT_A_TIME, _ORDERS_KNOWN = 500, 1_000, 20, 50_000
ENDPOINTS_AT_ONCE = 32
# A pass looks for other work after so many seconds, whatever is still under way.
_MOMENT = 0.1


class WaitingEvents(Protocol):
    """The table of what is on its way, as the worker uses it."""

    def busy(self, *, now: datetime, head: int) -> Sequence[UUID]: ...

    def lease(
        self, endpoint: UUID, worker: UUID, *, now: datetime, until: datetime
    ) -> Endpoint | None: ...

    def release(self, endpoint: UUID, worker: UUID) -> None: ...

    def read_on(
        self,
        endpoint: UUID,
        worker: UUID,
        *,
        since: int,
        until: int,
        events: Sequence[tuple[int, UUID]],
        now: datetime,
    ) -> bool: ...

    def due(self, endpoint: UUID, *, now: datetime, limit: int) -> Sequence[EventDelivery]: ...

    def delivered(self, one: EventDelivery, worker: UUID, *, at: datetime) -> None: ...

    def dropped(self, one: EventDelivery) -> None: ...

    def failed(
        self,
        one: EventDelivery,
        worker: UUID,
        *,
        outcome: str,
        next_at: datetime | None,
        rests_until: datetime,
        now: datetime,
    ) -> None: ...

    def postponed(
        self, one: EventDelivery, *, outcome: str, next_at: datetime | None, now: datetime
    ) -> None: ...

    def disable(self, endpoint: UUID, *, why: str, now: datetime) -> None: ...


Send = Callable[[Endpoint, UUID, bytes], Answer]


@dataclass(slots=True, kw_only=True)
class Webhooks:
    """The reactor of outgoing webhooks. `jitter` is between -1 and 1.

    The lease is longer than any try takes; whoever has too little of it left tries nothing more.
    """

    ledger: StampLedger
    waiting: WaitingEvents
    send: Send
    cases: Cases
    clock: Clock
    lease: timedelta = timedelta(seconds=30)
    longest_try: timedelta = timedelta(seconds=15)
    jitter: Callable[[], float] = field(default=lambda: _RANDOM.uniform(-1, 1))
    moment: float = _MOMENT
    name: str = "webhooks"
    threads: Threads = field(
        default_factory=lambda: Threads(most=ENDPOINTS_AT_ONCE, name="webhooks")
    )
    worker: UUID = field(default_factory=uuid4)
    _under_way: dict[UUID, Future[Progress]] = field(default_factory=dict)
    _shops: LRUCache[UUID, str] = field(default_factory=lambda: LRUCache(_ORDERS_KNOWN))
    _lock: Lock = field(default_factory=Lock)

    def run(self) -> Progress:
        """Begin with every endpoint that has something to do; tell of those that are done."""
        for endpoint in self.waiting.busy(now=self.clock(), head=self.ledger.head()[0]):
            if endpoint not in self._under_way:
                self._under_way[endpoint] = self.threads.submit(self._served, endpoint)
        return self._came(self.moment)

    def finish(self) -> Progress:
        """Wait for all that is under way."""
        progress = NOTHING
        while self._under_way:
            progress += self._came(None)
        return progress

    def _came(self, seconds: float | None) -> Progress:
        if not self._under_way:
            return NOTHING
        done, _ = wait(self._under_way.values(), seconds, return_when=FIRST_COMPLETED)
        for endpoint in [one for one, future in self._under_way.items() if future in done]:
            del self._under_way[endpoint]
        return sum((one.result() for one in done), NOTHING)

    def _served(self, endpoint: UUID) -> Progress:
        """One turn of one endpoint. What goes wrong with it is not the others'."""
        try:
            now = self.clock()
            leased = self.waiting.lease(endpoint, self.worker, now=now, until=now + self.lease)
            if leased is None:
                return NOTHING
            turn = _Turn(of=self, endpoint=leased, until=now + self.lease - self.longest_try)
            try:
                return turn.read_on() + turn.send_all()
            finally:
                self.waiting.release(endpoint, self.worker)
        except LedgerUnavailable:
            raise
        except Exception as error:
            _log.error("webhook_stumbled", endpoint=str(endpoint), error=type(error).__name__)
            return FAILED

    def shops_of(self, orders: Sequence[UUID], until: int) -> Mapping[UUID, str]:
        """The shop of each order, which never changes; those that cannot be read are left out."""
        with self._lock:
            known = {one: self._shops[one] for one in orders if one in self._shops}
        unknown = [one for one in orders if one not in known]
        for order, history in Feed(self.ledger).histories(unknown, until=until).items():
            for one in history[:1]:
                if isinstance(one.stamp, OrderPlaced):
                    known[order] = one.stamp.shop_slug
        if unread := [str(one)[:8] for one in orders if one not in known]:
            _log.warning("orders_unreadable", orders=unread)
        with self._lock:
            self._shops.update(known)
        return known


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One endpoint, while we have its lease. Nothing is begun after `until`."""

    of: Webhooks
    endpoint: Endpoint
    until: datetime
    rests: bool = False

    def read_on(self) -> Progress:
        """The next stretch of the ledger, unless enough waits as it is."""
        endpoint, of = self.endpoint, self.of
        if endpoint.waiting >= _MOST_WAITING:
            return NOTHING
        batch = Feed(of.ledger).next(endpoint.position, limit=_BATCH)
        if batch.last == endpoint.position:
            return NOTHING
        kept = of.waiting.read_on(
            endpoint.id,
            of.worker,
            since=endpoint.position,
            until=batch.last,
            events=self._events(batch),
            now=of.clock(),
        )
        return DONE if kept else NOTHING

    def _events(self, batch: Batch) -> Sequence[tuple[int, UUID]]:
        """Stamps of this shop's orders that may be events."""
        found = [
            (one.position, order)
            for order, stamps in batch.stamps.items()
            for one in stamps
            if type(one.stamp) in KINDS
        ]
        shops = self.of.shops_of([*{order for _, order in found}], batch.last)
        return sorted(one for one in found if shops.get(one[1]) == self.endpoint.shop)

    def send_all(self) -> Progress:
        """What is due, order by order, until the endpoint rests or the lease is nearly over."""
        progress = NOTHING
        while self._goes_on() and (due := self._due()):
            events = self._opened(due)
            for one in due:
                if self._goes_on():
                    progress += self._one(one, events.get(one.position))
        return progress

    def _goes_on(self) -> bool:
        return not self.rests and self.of.clock() < self.until

    def _due(self) -> Sequence[EventDelivery]:
        now = self.of.clock()
        return self.of.waiting.due(self.endpoint.id, now=now, limit=_AT_A_TIME)

    def _opened(self, due: Sequence[EventDelivery]) -> Mapping[int, OrderEvent]:
        """What is to be told, each as of its own stamp. What cannot be read is left out."""
        orders = [*{one.order for one in due}]
        found: dict[int, OrderEvent] = {}
        for order, history in self._histories(orders, due[-1].position).items():
            positions = [one.position for one in due if one.order == order]
            try:
                events = events_of(order, history, positions)
            except Exception as error:  # whatever is wrong with it: the others go out
                _log.error("event_unreadable", error=type(error).__name__)
                continue
            found |= {one.recorded.position: one for one in events}
        return found

    def _histories(
        self, orders: Sequence[UUID], until: int
    ) -> Mapping[UUID, Sequence[Recorded[object]]]:
        """Sealed parts are opened only for who is told of people."""
        if self.endpoint.personal:
            return self.of.ledger.read_opened(orders)
        return Feed(self.of.ledger).histories(orders, until=until)

    def _one(self, one: EventDelivery, event: OrderEvent | None) -> Progress:
        of = self.of
        if event is None:
            next_at = self._next(one)
            of.waiting.postponed(one, outcome="unreadable", next_at=next_at, now=of.clock())
            return FAILED
        if not self.endpoint.wants(event.kind):
            of.waiting.dropped(one)
            return DONE
        document = event_document(event, id=one.event, personal=self.endpoint.personal)
        # No transaction is open while we talk; whoever dies now sends it again.
        answer = of.send(self.endpoint, one.event, encoded(document))
        if not answer.taken:
            self._failed(one, answer)
            return FAILED
        of.waiting.delivered(one, of.worker, at=of.clock())
        self.endpoint = replace(self.endpoint, failures=0, failing_since=None)
        return DONE

    def _next(self, one: EventDelivery) -> datetime | None:
        pause = pause_after(one.tries + 1, jitter=self.of.jitter())
        return self.of.clock() + pause if pause else None

    def _failed(self, one: EventDelivery, answer: Answer) -> None:
        of, now = self.of, self.of.clock()
        known = self.endpoint = replace(
            self.endpoint,
            failures=self.endpoint.failures + 1,
            failing_since=self.endpoint.failing_since or now,
        )
        rest = rest_after(known.failures, jitter=of.jitter())
        of.waiting.failed(
            one,
            of.worker,
            outcome=str(answer),
            next_at=self._next(one),
            rests_until=now + rest,
            now=now,
        )
        told = {"endpoint": str(known.id), "outcome": str(answer), "failures": known.failures}
        _log.info("event_not_taken", **told)
        self.rests = bool(rest)
        if answer.gone or known.gives_up(now):
            self._give_up(str(answer), since=known.failing_since or now)

    def _give_up(self, why: str, *, since: datetime) -> None:
        known, self.rests = self.endpoint, True
        self.of.waiting.disable(known.id, why=why, now=self.of.clock())
        opened = CaseOpened(
            kind=CaseKind.WEBHOOK_DISABLED,
            severity=Severity.CRITICAL,
            text=f"An endpoint of the shop {known.shop} took no events and was switched off.",
            about=str(known.id),
        )
        cause = derived(known.id, f"disabled/{since.isoformat()}")
        self.of.cases.open(opened, correlation_id=cause, actor="worker")
        _log.warning("endpoint_disabled", endpoint=str(known.id), outcome=why)


def encoded(document: Mapping[str, Any]) -> bytes:
    """The bytes that are signed and sent: the same document, the same bytes."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
