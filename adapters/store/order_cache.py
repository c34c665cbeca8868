"""Orders as this process left them a moment ago: their next step needs no reading."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from uuid import UUID

from adapters.store.after_fork import after_fork
from ledger.order.order import Order

_MOST, _SECONDS = 2_000, 30.0


class LatelyInMemory:
    """As many as fit; none is used after half a minute: a person may be erased meanwhile."""

    def __init__(self, *, most: int = _MOST, now: Callable[[], float] = monotonic) -> None:
        self._most, self._now = most, now
        self._orders: OrderedDict[UUID, tuple[Order, float]] = OrderedDict()
        self._forget()
        after_fork(self._forget)

    def _forget(self) -> None:
        self._lock = Lock()

    def get(self, order_id: UUID) -> Order | None:
        """The order, unless it was put here too long ago."""
        with self._lock:
            self._drop_old()
            order, _ = self._orders.get(order_id, (None, 0.0))
            return order

    def put(self, order: Order) -> None:
        """Remember an order in place of what it was before; whoever read slowly comes too late."""
        with self._lock:
            known, _ = self._orders.pop(order.id, (order, 0.0))
            if known.version > order.version:
                order = known
            self._orders[order.id] = order, self._now() + _SECONDS
            while len(self._orders) > self._most:
                self._orders.popitem(last=False)
            self._drop_old()

    def drop(self, order_id: UUID) -> None:
        """Forget one."""
        with self._lock:
            self._orders.pop(order_id, None)

    def _drop_old(self) -> None:
        now = self._now()
        while self._orders and next(iter(self._orders.values()))[1] <= now:
            self._orders.popitem(last=False)
