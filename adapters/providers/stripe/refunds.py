"""Money back through Stripe: asked for once, and found again when the answer was lost."""

from typing import Any

import stripe

from adapters.providers.stripe.client import TROUBLES, listed, no_answer, posted, refusal
from adapters.providers.stripe.facts import LOST, require_waiting, try_number
from adapters.providers.stripe.fields import (
    PROVIDER,
    Json,
    code,
    group,
    money,
    name,
    news_id,
    text_or_none,
    uuid_or_none,
)
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, Refunded
from ledger.payments.capabilities import units
from ledger.payments.provider import (
    Accepted,
    BadMessage,
    NoAnswer,
    RefundAnswer,
    RefundAsk,
    ReturnedOutside,
)

# Refusals that may mean that the money went back already, by whomever.
_IN_DOUBT = ("charge_already_refunded", "invalid_amount")


def create(client: stripe.StripeClient, ask: RefundAsk) -> RefundAnswer:
    """Ask for a refund. An answer that says "failed" is a failure, whatever its HTTP status."""
    try:
        refund = posted(client, "/v1/refunds", _params(ask), key=ask.idempotency_key)
    except TROUBLES as error:
        why = refusal(error)
        if why is None:
            return no_answer(error)
        refused = CreateRefundFailure(code=why, try_number=ask.try_number)
        return _looked_up(client, ask, refused) if why in _IN_DOUBT else refused
    return _answer(refund, ask)


def _looked_up(
    client: stripe.StripeClient, ask: RefundAsk, refused: CreateRefundFailure
) -> RefundAnswer:
    """Ours after all, what somebody returned in the dashboard, or a refusal that stands."""
    try:
        refunds = _all(client, ask)
        ours = next((one for one in refunds if _stands(one) and _is_ours(one, ask)), None)
        if ours is not None:
            return _read(ours, ask)
        outside = {
            news_id(name(one, "id")): accepted
            for one in refunds
            if uuid_or_none(_meant(one)) is None
            and isinstance(accepted := _read(one, ask), Accepted)
        }
    except TROUBLES as error:
        return no_answer(error)
    return ReturnedOutside(refused=refused, outside=outside) if outside else refused


def find(client: stripe.StripeClient, ask: RefundAsk) -> RefundAnswer | None:
    """The refund that carries our correlation id; None when Stripe has none.

    One that stands, of any try, comes before one that failed in this try.
    """
    try:
        ours = [one for one in _all(client, ask) if _is_ours(one, ask)]
        standing = [one for one in ours if _stands(one)]
        lost = [one for one in ours if try_number(one) == ask.try_number]
        return next((_read(one, ask) for one in (*standing, *lost)), None)
    except TROUBLES as error:
        return no_answer(error)


def _all(client: stripe.StripeClient, ask: RefundAsk) -> list[Json]:
    wanted = _payment(ask) | {"limit": 100}
    return [*listed(lambda after: client.v1.refunds.list(params=wanted | after))]


def _stands(refund: Json) -> bool:
    return name(refund, "status") not in LOST


def _is_ours(refund: Json, ask: RefundAsk) -> bool:
    return _meant(refund) == str(ask.correlation_id)


def _params(ask: RefundAsk) -> Any:
    metadata = {
        "order": str(ask.order),
        "shop": ask.shop,
        "correlation_id": str(ask.correlation_id),
        "payment": str(ask.payment),
        "try_number": str(ask.try_number),
    }
    return _payment(ask) | {"amount": units(PROVIDER, ask.amount), "metadata": metadata}


def _payment(ask: RefundAsk) -> Any:
    kind = "charge" if ask.payment_reference.startswith(("ch_", "py_")) else "payment_intent"
    return {kind: ask.payment_reference}


def _meant(refund: Json) -> str | None:
    """Which refund of ours it says it is."""
    return text_or_none(group(refund, "metadata"), "correlation_id")


def _answer(refund: Json, ask: RefundAsk) -> RefundAnswer:
    try:
        return _read(refund, ask)
    except BadMessage as error:
        return NoAnswer(f"the refund cannot be read: {error}")


def _read(refund: Json, ask: RefundAsk) -> RefundAnswer:
    refund_id, amount, status = name(refund, "id"), money(refund, "amount"), name(refund, "status")
    number = try_number(refund)
    if status in LOST:
        return CreateRefundFailure(
            code=code(refund.get("failure_reason"), status), try_number=number
        )
    outcome = CreateRefundSuccess(
        payment=ask.payment, amount=amount, provider_reference=refund_id, try_number=number
    )
    if status != "succeeded":
        require_waiting(status)
        return Accepted(outcome=outcome)
    settled = Refunded(payment=ask.payment, amount=amount, provider_reference=refund_id)
    return Accepted(outcome=outcome, settled=settled)
