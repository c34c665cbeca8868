"""What an order makes of news that is bound to it. Facts are never refused; repeats are silent."""

from collections.abc import Sequence
from uuid import UUID

from ledger.kernel.events import bound
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import under_its_name
from ledger.order.seen_stamps import known
from ledger.order.stamps import OrderStamp, Paid


def observe(fact: OrderStamp, correlation_id: UUID, order: Order) -> Sequence[OrderStamp]:
    """The stamps a fact leads to: itself, under the name it has here, or nothing if known."""
    fact = under_its_name(fact, order.refunds.get(correlation_id))
    if known(order.seen, correlation_id, fact) is not None:
        return ()
    return () if _assigned(fact, correlation_id, order) is not None else (fact,)


def contradicts(fact: OrderStamp, correlation_id: UUID, order: Order) -> bool:
    """The same identity is known with other binding fields: an alarm, not a repeat (law 3)."""
    fact = under_its_name(fact, order.refunds.get(correlation_id))
    assigned = _assigned(fact, correlation_id, order)
    if assigned is not None:
        assert isinstance(fact, Paid), "only a payment is assigned"
        return (assigned.received, assigned.reference) != (fact.amount, fact.provider_reference)
    before = known(order.seen, correlation_id, fact)
    return before is not None and before != bound(fact)


def _assigned(fact: OrderStamp, correlation_id: UUID, order: Order) -> Attempt | None:
    """The payment that staff assigned here, when its provider tells of it once more."""
    attempt = order.attempts.get(correlation_id) if isinstance(fact, Paid) else None
    return attempt if attempt is not None and attempt.assigned else None
