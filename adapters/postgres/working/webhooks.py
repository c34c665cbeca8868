"""Endpoints of integrators and the events on their way to them, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from adapters.postgres.working.seal import Seal
from ledger.webhooks.endpoint import Endpoint, EventDelivery, EventsCounted


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    secret: str
    former: str = ""


class PostgresWebhooks:
    """For all processes together. Raises `LedgerUnavailable`."""

    def __init__(self, connections: Connections, *, seal: Seal) -> None:
        self._connections, self._seal = connections, seal

    def add(self, endpoint: Endpoint) -> None:
        """A new one."""
        self._run(
            "insert_webhook",
            endpoint.id,
            endpoint.shop,
            self._sealed(endpoint),
            [*endpoint.kinds],
            endpoint.personal,
            endpoint.made_at,
            endpoint.made_by,
            endpoint.position,
        )

    def listed(self, shops: Sequence[str]) -> Sequence[Endpoint]:
        """Those of these shops, the oldest first."""
        return self._read([*shops], None)

    def get(self, endpoint: UUID) -> Endpoint | None:
        """One as it stands; None if there is none."""
        return next(iter(self._read([], endpoint)), None)

    def remove(self, endpoint: UUID) -> None:
        """It is told nothing more; what waits for it is gone."""
        self._run("delete_webhook", endpoint)

    def set_secrets(self, endpoint: Endpoint) -> None:
        """Its secret, and the former one for as long as that counts, are these."""
        sealed = self._sealed(endpoint)
        self._run("set_webhook_secrets", endpoint.id, sealed, endpoint.former_until)

    def enable(self, endpoint: UUID, *, now: datetime) -> None:
        """It is tried again at once, whatever happened before."""
        self._run("enable_webhook", endpoint, now)

    def disable(self, endpoint: UUID, *, why: str, now: datetime) -> None:
        """Nobody tries any more; what it misses waits."""
        self._run("disable_webhook", endpoint, now, why)

    def replay(self, endpoint: UUID, *, after: int) -> None:
        """All events after a position are sent again, in their order."""
        self._run("replay_webhook", endpoint, after)

    def replay_one(self, endpoint: UUID, position: int, *, order: UUID, now: datetime) -> None:
        """The event at a position is sent again."""
        self._run("replay_webhook_event", endpoint, position, order, now)

    def dead(self, endpoint: UUID, limit: int) -> Sequence[EventDelivery]:
        """Dead letters, the oldest first."""
        return _deliveries(self._run("read_dead_webhooks", endpoint, limit))

    def counted(self) -> EventsCounted:
        """What is on its way to all of them."""
        ((waiting, retried, dead, off, oldest),) = self._run("count_webhooks")
        return EventsCounted(waiting=waiting, retried=retried, dead=dead, off=off, oldest=oldest)

    def busy(self, *, now: datetime, head: int) -> Sequence[UUID]:
        """Endpoints with something to do that nobody serves."""
        return [one for (one,) in self._run("read_busy_webhooks", now, head)]

    def lease(
        self, endpoint: UUID, worker: UUID, *, now: datetime, until: datetime
    ) -> Endpoint | None:
        """The endpoint for the worker that serves it from now on; None for any other."""
        taken = self._run("lease_webhook", endpoint, worker, now, until)
        return self.get(endpoint) if taken else None

    def release(self, endpoint: UUID, worker: UUID) -> None:
        """Somebody else may serve it."""
        self._run("release_webhook", endpoint, worker)

    def read_on(
        self,
        endpoint: UUID,
        worker: UUID,
        *,
        since: int,
        until: int,
        events: Sequence[tuple[int, UUID]],
        now: datetime,
    ) -> bool:
        """These events (position, order) wait; the ledger was read so far. Both or nothing."""
        with self._connections.asking() as connection, connection.transaction():
            moved = connection.execute(
                statement("read_webhook_on"), [endpoint, worker, since, until]
            ).fetchone()
            if moved and events:
                columns = [position for position, _ in events], [order for _, order in events]
                connection.execute(statement("insert_webhook_events"), [endpoint, *columns, now])
        return moved is not None

    def due(self, endpoint: UUID, *, now: datetime, limit: int) -> Sequence[EventDelivery]:
        """The first event of each order that waits, if its time has come."""
        return _deliveries(self._run("read_due_webhooks", endpoint, now, limit))

    def delivered(self, one: EventDelivery, worker: UUID, *, at: datetime) -> None:
        """The receiver has it."""
        self._run("webhook_delivered", one.endpoint, worker, one.position, at)

    def dropped(self, one: EventDelivery) -> None:
        """It is none that this endpoint wants."""
        self._run("drop_webhook_event", one.endpoint, one.position)

    def failed(
        self,
        one: EventDelivery,
        worker: UUID,
        *,
        outcome: str,
        next_at: datetime | None,
        rests_until: datetime,
        now: datetime,
    ) -> None:
        """It was not taken; without a next time it is a dead letter."""
        self._run(
            "webhook_failed",
            one.endpoint,
            worker,
            one.position,
            outcome,
            next_at,
            now,
            rests_until,
        )

    def postponed(
        self, one: EventDelivery, *, outcome: str, next_at: datetime | None, now: datetime
    ) -> None:
        """It could not be written; without a next time it is a dead letter."""
        self._run("postpone_webhook", one.endpoint, one.position, outcome, next_at, now)

    def _sealed(self, endpoint: Endpoint) -> bytes:
        plain = _Sealed(url=endpoint.url, secret=endpoint.secret, former=endpoint.former)
        return self._seal.seal_note(endpoint.id, msgspec.json.encode(plain))

    def _read(self, shops: Sequence[str], one: UUID | None) -> Sequence[Endpoint]:
        return [self._endpoint(*row) for row in self._run("read_webhooks", [*shops], one)]

    def _endpoint(self, id: UUID, shop: str, sealed: bytes, *others: Any) -> Endpoint:
        opened = self._seal.open_note(id, sealed)
        assert opened is not None, "the ledger's own key is never destroyed"
        plain = msgspec.json.decode(opened, type=_Sealed)
        former_until, kinds, personal, made_at, made_by, position, *state = others
        disabled_at, why, failures, failing_since, next_at, delivered_at, waiting, dead = state
        return Endpoint(
            id=id,
            shop=shop,
            url=plain.url,
            secret=plain.secret,
            former=plain.former,
            former_until=former_until,
            kinds=tuple(kinds),
            personal=personal,
            made_at=made_at,
            made_by=made_by,
            position=position,
            disabled_at=disabled_at,
            disabled_why=why,
            failures=failures,
            failing_since=failing_since,
            next_at=next_at,
            delivered_at=delivered_at,
            waiting=waiting,
            dead=dead,
        )

    def _run(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._connections.asking() as connection:
            cursor = connection.execute(statement(name), parameters)
            return cursor.fetchall() if cursor.description else []


def _deliveries(rows: Sequence[tuple[Any, ...]]) -> Sequence[EventDelivery]:
    return [
        EventDelivery(
            endpoint=endpoint,
            position=position,
            order=order,
            tries=tries,
            next_at=next_at,
            dead_at=dead_at,
            outcome=outcome,
        )
        for endpoint, position, order, tries, next_at, dead_at, outcome in rows
    ]
