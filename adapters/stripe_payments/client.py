"""How Stripe is reached, and what an error of its library means to us."""

import logging

import stripe

from adapters.stripe_payments.fields import code
from ledger.payments import NoAnswer, for_person

# The library reports how long calls take, unless it is told not to.
stripe.enable_telemetry = False
# At lower levels it tells what was posted, e-mail addresses included.
logging.getLogger("stripe").setLevel(logging.WARNING)

_EXECUTED = (400, 402, 404)


def stripe_client(
    api_key: str, *, account: str | None, api_base: str | None, patience: float, retries: int
) -> stripe.StripeClient:
    """A client that says how long it waits, and how often the library itself asks again."""
    return stripe.StripeClient(
        api_key,
        stripe_account=account or None,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=patience),
    )


def refusal(error: stripe.StripeError) -> str | None:
    """The code of a refusal; None when we cannot know what happened.

    Stripe looked at the request and said no to 400, 402 and 404. Anything else may have been done
    (500, no connection), may still be done under the same key (409, 429), or is for a person to
    mend before the same key is asked again (401, 403). A key that was used for other parameters
    says nothing of what it was first used for.
    """
    if error.http_status not in _EXECUTED or isinstance(error, stripe.IdempotencyError):
        return None
    at_fault = getattr(error, "param", None)
    return code(error.code, f"invalid_{at_fault}" if at_fault else None, _type(error))


def no_answer(error: stripe.StripeError) -> NoAnswer:
    """What happened, for people. The library quotes keys, so it is not quoted itself."""
    status = error.http_status or "no connection"
    conflict = "key_conflict" if isinstance(error, stripe.IdempotencyError) else ""
    return NoAnswer(
        f"{type(error).__name__} ({status}) {_type(error)}".strip(),
        person=conflict or for_person(error.http_status or 0),
    )


def _type(error: stripe.StripeError) -> str:
    return str(getattr(error.error, "type", None) or "")
