"""Checkout Sessions: a customer is asked for money on a page of the provider."""

from adapters.sandbox import checkout_objects, intents
from adapters.sandbox.books import Entry
from adapters.sandbox.errors import Json, WireError, malformed
from adapters.sandbox.events import change
from adapters.sandbox.lists import list_of, page
from adapters.sandbox.world import World

# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in minor units.
_SMALLEST = {"eur": 50, "usd": 50, "gbp": 30, "sek": 300, "nok": 300, "dkk": 250}
_LARGEST = 99_999_999
# Two-decimal here, though nobody uses the decimals; three-decimal, of which the last is not used.
_STEPS = {"isk": 100, "ugx": 100, **dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 10)}
_HALF_AN_HOUR = 1800


def create(world: World, params: Json) -> Json:
    now = world.now()
    lines = [checkout_objects.line_item(line, now) for line in params["line_items"]]
    total, currency = _total(lines)
    _check_expiry(params.get("expires_at"), now)
    session = checkout_objects.session(
        params, now=now, total=total, currency=currency, base_url=world.base_url
    )
    if not session["payment_method_types"]:
        message = "No valid payment method types for this Checkout Session."
        raise malformed(message, "allowed_payment_method_types")
    hidden = {
        "lines": lines,
        "intent": params.get("payment_intent_data", {}),
        "shown_as": params.get("branding_settings", {}).get("display_name"),
    }
    world.books.write(Entry(body=session, hidden=hidden, due_at=session["expires_at"]))
    return session


def _total(lines: list[Json]) -> tuple[int, str]:
    if not lines:
        message = "You must specify at least one line item."
        raise malformed(message, "line_items", code="parameter_missing")
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise malformed("All line items must use the same currency.", "line_items")
    total, currency = sum(line["amount_total"] for line in lines), currencies.pop()
    if 0 < total < _SMALLEST.get(currency, 0):
        message = f"The Checkout Session's total amount must be at least {_SMALLEST[currency]}."
        raise malformed(message, "line_items", code="amount_too_small")
    if total > _LARGEST:
        message = "The Checkout Session's total amount must be at most 999,999.99."
        raise malformed(message, "line_items", code="amount_too_large")
    if any(_out_of_step(line) for line in lines):
        message = f"Invalid integer: amounts in {currency} must be divisible by {_STEPS[currency]}."
        raise malformed(message, "line_items", code="parameter_invalid_integer")
    return total, currency


def _out_of_step(line: Json) -> bool:
    return bool(line["price"]["unit_amount"] % _STEPS.get(line["currency"], 1))


def _check_expiry(expires_at: int | None, now: int) -> None:
    # A second of grace: the caller's clock and ours tick apart.
    if expires_at is None:
        return
    if expires_at < now + _HALF_AN_HOUR - 1:
        message = (
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        )
        raise malformed(message, "expires_at")
    if expires_at > now + checkout_objects.DAY + 1:
        message = (
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        )
        raise malformed(message, "expires_at")


def retrieve(world: World, params: Json, *, of: str) -> Json:
    return world.get("checkout.session", of).body


def list_all(world: World, params: Json) -> Json:
    return page(world, "checkout.session", params=params, url="/v1/checkout/sessions")


def lines(world: World, params: Json, *, of: str) -> Json:
    entry = world.get("checkout.session", of)
    return list_of(
        entry.hidden["lines"], params=params, url=f"/v1/checkout/sessions/{of}/line_items"
    )


def expire(world: World, params: Json, *, of: str) -> Json:
    entry = world.get("checkout.session", of)
    if entry.body["status"] != "open":
        raise WireError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{entry.body['status']}`."
        )
    end(world, entry)
    return entry.body


def end(world: World, entry: Entry) -> None:
    """Nobody paid in time, or the shop does not want the money any more."""
    entry.due_at = None
    change(world, "checkout.session.expired", about=entry, status="expired", url=None)
    if entry.body["payment_intent"] is not None:
        # A declined attempt left an intent behind, which nobody can pay any more.
        intents.end(world, world.get("payment_intent", entry.body["payment_intent"]))
