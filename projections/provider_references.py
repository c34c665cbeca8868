"""What providers call the things of our orders: how their news finds the order it is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.refund import Refund
from projections.engine.projection import OF_LETTERS, Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReference:
    """A provider's name of a payment page, a payment or a refund of one payment attempt."""

    stream: UUID
    provider: str
    reference: str
    attempt: UUID


def provider_references(order: Order) -> Sequence[ProviderReference]:
    """All names that providers gave to anything of this order, each once."""
    named = dict.fromkeys((*_of_attempts(order), *_of_refunds(order)))
    return [row for row in named if row.provider and row.reference]


def _of_attempts(order: Order) -> Iterator[ProviderReference]:
    for attempt in order.attempts.values():
        for reference in (attempt.session, attempt.reference):
            yield _named(order, attempt, reference)


def _of_refunds(order: Order) -> Iterator[ProviderReference]:
    for refund in order.refunds.values():
        attempt = order.attempts.get(refund.payment) if refund.payment else None
        for reference in _references(refund) if attempt else ():
            yield _named(order, attempt, reference)


def _references(refund: Refund) -> tuple[str, ...]:
    return (*refund.accepted, *refund.settled, *refund.failed)


def _named(order: Order, attempt: Attempt | None, reference: str) -> ProviderReference:
    assert attempt is not None
    return ProviderReference(
        stream=order.id,
        provider=attempt.provider,
        reference=reference,
        attempt=attempt.correlation_id,
    )


PROVIDER_REFERENCES = Projection(
    name="provider_references",
    version=1,
    row=ProviderReference,
    key=("provider", "reference", "attempt"),
    rows={Order: provider_references},
    still=OF_LETTERS,
)
