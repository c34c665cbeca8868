"""Money back through Stripe: asked for once, and found again when the answer was lost."""

from typing import Any

import stripe

from adapters.stripe_payments.client import no_answer, refusal
from adapters.stripe_payments.fields import PROVIDER, Json, code, money, name
from adapters.stripe_payments.refund_news import LOST, require_waiting, try_number
from ledger.capabilities import units
from ledger.doors import Unreadable
from ledger.payments import Accepted, NoAnswer, RefundAnswer, RefundAsk
from ledger.stamps import CreateRefundFailure, CreateRefundSuccess, Refunded


def create(client: stripe.StripeClient, ask: RefundAsk) -> RefundAnswer:
    """Ask for a refund. An answer that says "failed" is a failure, whatever its HTTP status."""
    try:
        refund = client.v1.refunds.create(
            params=_params(ask), options={"idempotency_key": ask.idempotency_key}
        )
    except stripe.StripeError as error:
        why = refusal(error)
        if why is None:
            return no_answer(error)
        return CreateRefundFailure(code=why, try_number=ask.try_number)
    return _answer(refund.to_dict(), ask)


def find(client: stripe.StripeClient, ask: RefundAsk) -> RefundAnswer | None:
    """The refund that carries our correlation id; None when Stripe has none.

    One that stands, of any try, comes before one that failed in this try.
    """
    try:
        listed = client.v1.refunds.list(params=_payment(ask) | {"limit": 100})
        refunds = [one.to_dict() for one in listed.auto_paging_iter()]
    except stripe.StripeError as error:
        return no_answer(error)
    ours = [one for one in refunds if _meant(one) == str(ask.correlation_id)]
    standing = [one for one in ours if one["status"] not in LOST]
    lost = [one for one in ours if try_number(one) == ask.try_number]
    return next((_answer(one, ask) for one in (*standing, *lost)), None)


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


def _meant(refund: Json) -> object:
    return (refund.get("metadata") or {}).get("correlation_id")


def _answer(refund: Json, ask: RefundAsk) -> RefundAnswer:
    try:
        return _read(refund, ask)
    except Unreadable as error:
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
