"""Whose a piece of news is, as our own metadata tells where Stripe sends it back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.providers.stripe.fields import (
    PROVIDER,
    Json,
    group,
    news_id,
    text_or_none,
    uuid_or_none,
)
from ledger.inbox.ports import Fact, Report
from ledger.kernel.money import Money

_CONTRADICTION = "client_reference_id and metadata name different orders"
_FOREIGN = "the metadata names no payment of ours"
_UNNAMED = "the metadata names no refund of ours"


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
    """The order and attempt of a session or intent. `about` names news that carries neither.

    Metadata under our keys that is not ours differs; only what is absent is absent. What a page is
    called by is free to whoever makes it: where it is no name of ours, it says nothing.
    """
    metadata = group(thing, "metadata")
    page_says = _said(thing, "client_reference_id")
    order, cause = _said(metadata, "order"), _said(metadata, "correlation_id")
    orders, attempt = {page_says, order} - {""}, uuid_or_none(cause)
    foreign = _FOREIGN if _is_foreign(order, cause) else ""
    differ = len(orders) > 1
    return Origin(
        order=None if differ else uuid_or_none("".join(orders)),
        attempt=attempt,
        correlation_id=attempt or news_id(about),
        contradiction=_CONTRADICTION if differ else foreign,
        payer_reference=page_says if _is_foreign(page_says) else "",
    )


def of_refund(refund: Json, *, about: str) -> Origin:
    """Ours carry their own correlation id, so they are never taken for external ones."""
    metadata = group(refund, "metadata")
    said = [_said(metadata, key) for key in ("order", "payment", "correlation_id")]
    order, payment, ours = (uuid_or_none(one) for one in said)
    return Origin(
        order=order,
        attempt=payment,
        correlation_id=ours or news_id(about),
        contradiction=_UNNAMED if _is_foreign(*said) else "",
    )


def _said(values: Json, key: str) -> str:
    """What stands there; empty where nothing does."""
    return text_or_none(values, key) or ""


def _is_foreign(*names: str) -> bool:
    """Whether somebody else's name is among them."""
    return any(one and uuid_or_none(one) is None for one in names)


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
