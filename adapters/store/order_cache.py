"""Orders as this process left them a moment ago: their next step needs no reading."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from uuid import UUID

from cachetools import TTLCache

from adapters.store.after_fork import after_fork
from ledger.order.order import Order

_MOST, _SECONDS = 2_000, 30.0


class LatelyInMemory:
    """As many as fit; none is used after half a minute: a person may be erased meanwhile."""

    def __init__(self, *, most: int = _MOST, now: Callable[[], float] = monotonic) -> None:
        self._orders = TTLCache[UUID, Order](most, _SECONDS, timer=now)
        self._forget()
        after_fork(self._forget)

    def _forget(self) -> None:
        self._lock = Lock()

    def get(self, order_id: UUID) -> Order | None:
        """The order, unless it was put here too long ago."""
        with self._lock:
            return self._orders.get(order_id)

    def put(self, order: Order) -> None:
        """Remember an order in place of what it was before; whoever read slowly comes too late."""
        with self._lock:
            known = self._orders.get(order.id, order)
            self._orders[order.id] = known if known.version > order.version else order

    def drop(self, order_id: UUID) -> None:
        """Forget one."""
        with self._lock:
            self._orders.pop(order_id, None)
