"""Every cent at the provider is an order's or a case's, and every order holds what it shows."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.order.next_step import surplus
from ledger.order.order import Order

_TAKEN = ("needs_response", "under_review", "lost")


@dataclass(frozen=True, kw_only=True)
class Money:
    """Two ways to the same sums: from stamps, and from the provider's objects alone.

    `on_cases`: payments that wait on a case; `overpaid`: orders whose surplus does.
    """

    orders: Sequence[Order]
    on_cases: Container[str]
    overpaid: Container[UUID]
    charges: Sequence[Mapping[str, Any]]
    disputes: Sequence[Mapping[str, Any]]

    def held_there(self) -> Mapping[str, int]:
        """Cents by payment: captured, less returned, less what disputes took."""
        held = defaultdict[str, int](int)
        for charge in self.charges:
            held[charge["payment_intent"]] += charge["amount_captured"] - charge["amount_refunded"]
        for dispute in self.disputes:
            if dispute["status"] in _TAKEN:
                held[dispute["payment_intent"]] -= dispute["amount"]
        return held

    def findings(self) -> Iterator[str]:
        """Payment by payment; what no order has must be a case's, and so must every surplus."""
        left = dict(self.held_there())
        for order in self.orders:
            yield from self._of_order(order, left)
        for payment, cents in left.items():
            if cents and payment not in self.on_cases:
                yield f"payment {payment}: {cents} cents are in no order and no case"

    def _of_order(self, order: Order, left: dict[str, int]) -> Iterator[str]:
        for attempt in order.paid_attempts:
            if attempt.provider == "stripe":
                ours = order.held_by(attempt.correlation_id).amount
                there = left.pop(attempt.reference, 0)
                if ours != there:
                    yield f"order {order.number}: {ours} cents here, {there} at the provider"
        if any(surplus(order)) and order.id not in self.overpaid:
            yield f"order {order.number} holds more than its price, without a case"
