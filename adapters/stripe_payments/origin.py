"""Whose a piece of news is, as our own metadata tells where Stripe sends it back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.stripe_payments.fields import (
    PROVIDER,
    Json,
    group,
    news_id,
    text_or_none,
    uuid_or_none,
)
from ledger.money import Money
from ledger.reports import Fact, Report

_CONTRADICTION = "client_reference_id and metadata name different orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The message around the object: which account, live or test, and when if it tells.

    `fetched`: Stripe's own books say so, because we looked.
    """

    account: str
    live: bool
    at: datetime | None
    fetched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the metadata says. A contradiction means that it cannot be trusted.

    `payer_reference` is what somebody else's page called its order, where it is no name of ours.
    """

    order: UUID | None
    attempt: UUID | None
    correlation_id: UUID
    contradiction: str = ""
    payer_reference: str = ""


def of_payment(thing: Json, *, about: str) -> Origin:
    """The order and attempt of a session or intent. `about` names news that carries neither."""
    metadata = group(thing, "metadata")
    page_says = text_or_none(thing, "client_reference_id")
    said = {page_says, text_or_none(metadata, "order")} - {None}
    attempt = uuid_or_none(text_or_none(metadata, "correlation_id"))
    return Origin(
        order=uuid_or_none(said.pop()) if len(said) == 1 else None,
        attempt=attempt,
        correlation_id=attempt or news_id(about),
        contradiction=_CONTRADICTION if len(said) > 1 else "",
        payer_reference=page_says if page_says and uuid_or_none(page_says) is None else "",
    )


def of_refund(refund: Json, *, about: str) -> Origin:
    """Ours carry their own correlation id, so they are never taken for external ones."""
    metadata = group(refund, "metadata")
    ours = uuid_or_none(text_or_none(metadata, "correlation_id"))
    return Origin(
        order=uuid_or_none(text_or_none(metadata, "order")),
        attempt=uuid_or_none(text_or_none(metadata, "payment")),
        correlation_id=ours or news_id(about),
    )


def report(
    fact: Fact,
    origin: Origin,
    *,
    told: Told,
    reference: str,
    amount: Money | None,
    currency: str,
    page: str = "",
) -> Report:
    """The news in the ledger's words. What was not fetched with its page is a claim."""
    return Report(
        provider=PROVIDER,
        account=told.account,
        live=told.live,
        order=origin.order,
        attempt=origin.attempt,
        correlation_id=origin.correlation_id,
        fact=fact,
        currency=currency,
        amount=amount,
        reference=reference,
        occurred_at=told.at,
        contradiction=origin.contradiction,
        payer_reference=origin.payer_reference,
        page=page,
        claimed=not (page and told.fetched),
    )
