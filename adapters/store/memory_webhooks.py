"""Endpoints of integrators in memory: the twin of the tables, in one lock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any
from uuid import UUID

from ledger.webhooks.endpoint import Endpoint, EventDelivery, EventsCounted


class MemoryWebhooks:
    """For as long as the process lives."""

    def __init__(self) -> None:
        self._endpoints: dict[UUID, Endpoint] = {}
        self._waiting: dict[tuple[UUID, int], EventDelivery] = {}
        self._lock = RLock()

    def add(self, endpoint: Endpoint) -> None:
        """A new one."""
        with self._lock:
            self._endpoints[endpoint.id] = endpoint

    def listed(self, shops: Sequence[str]) -> Sequence[Endpoint]:
        """Those of these shops, the oldest first."""
        with self._lock:
            found = [self._counted(one) for one in self._endpoints.values() if one.shop in shops]
        return sorted(found, key=lambda one: (one.shop, one.made_at, one.id))

    def get(self, endpoint: UUID) -> Endpoint | None:
        """One as it stands; None if there is none."""
        with self._lock:
            found = self._endpoints.get(endpoint)
            return self._counted(found) if found else None

    def remove(self, endpoint: UUID) -> None:
        """It is told nothing more; what waits for it is gone."""
        with self._lock:
            self._endpoints.pop(endpoint, None)
            self._waiting = {key: one for key, one in self._waiting.items() if key[0] != endpoint}

    def set_secrets(self, endpoint: Endpoint) -> None:
        """Its secret, and the former one for as long as that counts, are these."""
        self._change(
            endpoint.id,
            secret=endpoint.secret,
            former=endpoint.former,
            former_until=endpoint.former_until,
        )

    def enable(self, endpoint: UUID, *, now: datetime) -> None:
        """It is tried again at once, whatever happened before."""
        with self._lock:
            for one in self._of(endpoint, dead=False):
                self._put(replace(one, next_at=now))
            fresh: dict[str, Any] = {
                "disabled_why": "",
                "failures": 0,
                "failing_since": None,
                "next_at": None,
            }
            self._change(endpoint, disabled_at=None, **fresh)

    def disable(self, endpoint: UUID, *, why: str, now: datetime) -> None:
        """Nobody tries any more; what it misses waits."""
        self._change(endpoint, disabled_at=now, disabled_why=why)

    def replay(self, endpoint: UUID, *, after: int) -> None:
        """All events after a position are sent again, in their order."""
        with self._lock:
            known = self._endpoints[endpoint]
            self._change(endpoint, position=min(known.position, after))

    def replay_one(self, endpoint: UUID, position: int, *, order: UUID, now: datetime) -> None:
        """The event at a position is sent again."""
        self._put(EventDelivery(endpoint=endpoint, position=position, order=order, next_at=now))

    def counted(self) -> EventsCounted:
        """What is on its way to all of them."""
        with self._lock:
            alive = [one for one in self._waiting.values() if one.dead_at is None]
            return EventsCounted(
                waiting=sum(one.tries == 0 for one in alive),
                retried=sum(one.tries > 0 for one in alive),
                dead=len(self._waiting) - len(alive),
                off=sum(one.disabled_at is not None for one in self._endpoints.values()),
                oldest=min((one.position for one in alive), default=None),
            )

    def dead(self, endpoint: UUID, limit: int) -> Sequence[EventDelivery]:
        """Dead letters, the oldest first."""
        with self._lock:
            return self._of(endpoint, dead=True)[:limit]

    def _of(self, endpoint: UUID, *, dead: bool) -> list[EventDelivery]:
        found = [one for key, one in self._waiting.items() if key[0] == endpoint]
        wanted = [one for one in found if (one.dead_at is not None) is dead]
        return sorted(wanted, key=lambda one: one.position)

    def _put(self, one: EventDelivery) -> None:
        with self._lock:
            self._waiting[one.endpoint, one.position] = one

    def _change(self, endpoint: UUID, **values: Any) -> None:
        with self._lock:
            if endpoint in self._endpoints:
                self._endpoints[endpoint] = replace(self._endpoints[endpoint], **values)

    def _counted(self, one: Endpoint) -> Endpoint:
        waiting, dead = (len(self._of(one.id, dead=dead)) for dead in (False, True))
        return replace(one, waiting=waiting, dead=dead)
