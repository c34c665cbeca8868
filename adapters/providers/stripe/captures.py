"""Authorized money at Stripe: taken whole or in part, given up, or gone by itself."""

import stripe

from adapters.providers.stripe.client import TROUBLES, asked, no_answer, refusal
from adapters.providers.stripe.facts import standing
from adapters.providers.stripe.fields import PROVIDER, Json
from ledger.order.stamps import Authorized, CreateCaptureFailure, CreateVoidFailure
from ledger.payments.capabilities import units
from ledger.payments.capture import CaptureAnswer, CaptureAsk, Ending, Standing, VoidAnswer, VoidAsk
from ledger.payments.provider import BadMessage, NoAnswer

# Stripe's word for "this payment is not in a state for that": somebody was faster.
_MOVED_ON = "payment_intent_unexpected_state"


def capture(client: stripe.StripeClient, ask: CaptureAsk) -> CaptureAnswer:
    """Take money; what is not taken is released. Whatever became of it before is told instead."""
    try:
        intent = asked(
            lambda: client.v1.payment_intents.capture(
                ask.payment_reference,
                params={"amount_to_capture": units(PROVIDER, ask.amount)},
                options={"idempotency_key": ask.idempotency_key},
            )
        )
    except TROUBLES as error:
        found = _instead(client, ask.payment_reference, error)
        if isinstance(found, str):
            return CreateCaptureFailure(code=found, try_number=ask.try_number)
        return found
    return _ended(intent)


def void(client: stripe.StripeClient, ask: VoidAsk) -> VoidAnswer:
    """Give an authorization up; one that was captured, or is gone, is told as what it is."""
    try:
        intent = asked(
            lambda: client.v1.payment_intents.cancel(
                ask.payment_reference,
                params={"cancellation_reason": "requested_by_customer"},
                options={"idempotency_key": ask.idempotency_key},
            )
        )
    except TROUBLES as error:
        found = _instead(client, ask.payment_reference, error)
        if isinstance(found, str):
            return CreateVoidFailure(code=found, try_number=ask.try_number)
        return found
    return _ended(intent)


def look(client: stripe.StripeClient, payment_reference: str) -> Standing:
    """How an authorized payment stands."""
    try:
        return _standing(asked(lambda: client.v1.payment_intents.retrieve(payment_reference)))
    except TROUBLES as error:
        return no_answer(error)


def _instead(
    client: stripe.StripeClient,
    payment_reference: str,
    error: stripe.StripeError | BadMessage,
) -> str | Ending | NoAnswer:
    """The code of a refusal, what became of the payment instead, or that we do not know.

    Whatever the refusal says, the payment itself tells whether somebody was faster.
    """
    code = refusal(error)
    if code is None:
        return no_answer(error)
    found = look(client, payment_reference)
    if isinstance(found, Authorized) or (isinstance(found, NoAnswer) and code != _MOVED_ON):
        return code
    return found


def _ended(intent: Json) -> Ending | NoAnswer:
    """What was asked for is done, or Stripe's answer does not say so."""
    found = _standing(intent)
    return NoAnswer("the payment still waits") if isinstance(found, Authorized) else found


def _standing(intent: Json) -> Standing:
    try:
        found = standing(intent)
    except BadMessage as error:
        return NoAnswer(f"the payment cannot be read: {error}")
    return found or NoAnswer("the payment was never authorized")
