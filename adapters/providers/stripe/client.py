"""How Stripe is reached, and what an error of its library means to us."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import stripe

from adapters.providers.stripe.fields import Json, code
from adapters.providers.stripe.wire import http_client
from ledger.payments.provider import BadMessage, NoAnswer, for_person
from ledger.reconciliation.records import name_in

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
        http_client=http_client(patience),
    )


# What a call may raise: all but the first means that we do not know what was done.
TROUBLES = (stripe.StripeError, BadMessage)


def asked(call: Callable[[], Any]) -> Json:
    """The object that a call is answered with. Raises `TROUBLES`."""
    return _told(lambda: call().to_dict())


def posted(client: stripe.StripeClient, path: str, params: Json, *, key: str) -> Json:
    """The object that is made under an idempotency key, as it came. Raises `TROUBLES`."""
    return _told(lambda: client.raw_request("post", path, **params, idempotency_key=key).data)


def _told(ask: Callable[[], Any]) -> Json:
    """The library trusts the shape of what it reads, and stumbles in many ways over another one."""
    try:
        found = ask()
    except stripe.StripeError:
        raise
    except Exception as error:
        raise _misshapen(error) from None
    if not isinstance(found, dict):
        raise BadMessage("an answer that is not an object")
    return found


def listed(call: Callable[[Json], Any]) -> Iterator[Json]:
    """Every object of a list, page by page. Raises `TROUBLES`."""
    for one in members(call):
        if not isinstance(one, dict) or not isinstance(one.get("id"), str):
            raise BadMessage("a list of something that is no object")
        yield one


def members(call: Callable[[Json], Any]) -> Iterator[object]:
    """Whatever stands in a list, page by page; raises `TROUBLES` where it is no list.

    Each page is asked for by what it comes after.
    """
    known, after = set[str](), Json()
    while True:
        page = asked(partial(call, after))
        data, more = page.get("data"), page.get("has_more")
        if not isinstance(data, list) or not isinstance(more, bool):
            raise BadMessage("an answer that is not a list")
        ids = [found for one in data if (found := name_in(one, "id"))]
        if len({*ids} - known) < len(ids) or (more and not ids):
            raise BadMessage("a list that begins again")
        yield from data
        if not more:
            return
        known |= {*ids}
        after = {"starting_after": ids[-1]}


def _misshapen(error: Exception) -> BadMessage:
    return BadMessage(f"an answer of another shape ({type(error).__name__})")


def refusal(error: stripe.StripeError | BadMessage) -> str | None:
    """The code of a refusal; None when we cannot know what happened.

    Stripe looked at the request and said no to 400, 402 and 404. Anything else may have been done
    (500, no connection), may still be done under the same key (409, 429), or is for a person to
    mend before the same key is asked again (401, 403). A key that was used for other parameters
    says nothing of what it was first used for.
    """
    if isinstance(error, BadMessage | stripe.IdempotencyError):
        return None
    if error.http_status not in _EXECUTED:
        return None
    at_fault = getattr(error, "param", None)
    return code(error.code, f"invalid_{at_fault}" if at_fault else None, _type(error))


def no_answer(error: stripe.StripeError | BadMessage) -> NoAnswer:
    """What happened, for people. The library quotes keys, so it is not quoted itself."""
    if isinstance(error, BadMessage):
        return NoAnswer(str(error))
    status = error.http_status or "no connection"
    conflict = "key_conflict" if isinstance(error, stripe.IdempotencyError) else ""
    return NoAnswer(
        f"{type(error).__name__} ({status}) {_type(error)}".strip(),
        person=conflict or for_person(error.http_status or 0),
    )


def _type(error: stripe.StripeError) -> str:
    return str(getattr(error.error, "type", None) or "")
