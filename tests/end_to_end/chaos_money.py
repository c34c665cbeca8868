"""Every cent at the provider is an order's or a case's, and every order holds what it shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledger.order.state import Order
from tests.end_to_end.chaos_storm import everything
from tests.end_to_end.journey import Journey

_TAKEN = ("needs_response", "under_review", "lost")


class Money:
    """Two ways to the same sums: from stamps, and from the provider's objects alone."""

    def __init__(self, journey: Journey, orders: Sequence[Order], looked: dict[str, int]) -> None:
        self._journey, self._orders, self._looked = journey, orders, looked

    def findings(self) -> Iterator[str]:
        theirs = self._held_there()
        self._looked["payments"] = len(theirs)
        self._looked["cents held"] = sum(theirs.values())
        yield from self._of_orders(dict(theirs))
        yield from self._surplus()

    def _held_there(self) -> Mapping[str, int]:
        """By payment: captured, less returned, less what disputes took."""
        held = defaultdict[str, int](int)
        for charge in self._objects("charges"):
            held[charge["payment_intent"]] += charge["amount_captured"] - charge["amount_refunded"]
        for dispute in self._objects("disputes"):
            if dispute["status"] in _TAKEN:
                held[dispute["payment_intent"]] -= dispute["amount"]
        return held

    def _of_orders(self, theirs: dict[str, int]) -> Iterator[str]:
        """Payment by payment; what no order has must be a case's."""
        for order in self._orders:
            for attempt in order.paid_attempts:
                if attempt.provider != "stripe":
                    continue
                ours = order.held_by(attempt.correlation_id).amount
                there = theirs.pop(attempt.reference, 0)
                if ours != there:
                    yield f"order {order.number}: {ours} cents here, {there} at the provider"
        cases = self._journey.works.parts.views.cases("open")
        known = {one.provider_reference for one in cases} | {
            one.payment_reference for one in cases if hasattr(one, "payment_reference")
        }
        for payment, cents in theirs.items():
            if cents and payment not in known:
                yield f"payment {payment}: {cents} cents are in no order and no case"

    def _surplus(self) -> Iterator[str]:
        """Whatever is held beyond the price is returned, or waits on a case."""
        cases = self._journey.works.parts.views.cases("open")
        waiting = {one.order_id for one in cases if one.kind == "overpaid"}
        for order in self._orders:
            gone = order.refunded + order.refund_pending + order.lost + order.disputed
            if (order.received - gone - order.due).amount > 0 and order.id not in waiting:
                yield f"order {order.number} holds more than its price, without a case"

    def _objects(self, kind: str) -> Iterator[Any]:
        return everything(self._journey, kind)
