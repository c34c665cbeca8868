"""Checkout Sessions: a customer is asked for money on a page of the provider."""

from adapters.sandbox import intents
from adapters.sandbox.books import Entry
from adapters.sandbox.errors import Json, WireError, malformed
from adapters.sandbox.events import change
from adapters.sandbox.lists import list_of, page
from adapters.sandbox.world import World, new_id

DAY = 24 * 3600

# What a session of ours always says, because the sandbox has no such feature.
_PLAIN_SESSION: Json = {
    "object": "checkout.session",
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "allow_promotion_codes": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "client_secret": None,
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "custom_fields": [],
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "customer": None,
    "discounts": [],
    "invoice": None,
    "invoice_creation": None,
    "livemode": False,
    "mode": "payment",
    "origin_context": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "subscription": None,
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted_page",
    "wallet_options": None,
}
_COPIED = (
    "allowed_payment_method_types",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "excluded_payment_method_types",
    "integration_identifier",
    "locale",
    "submit_type",
    "success_url",
)


def new_session(params: Json, *, now: int, total: int, currency: str, base_url: str) -> Json:
    """An open session. `total` is in minor units of `currency`."""
    session_id = new_id("cs_test_", 58)
    return (
        _PLAIN_SESSION
        | {name: params.get(name) for name in _COPIED}
        | {
            "id": session_id,
            "amount_subtotal": total,
            "amount_total": total,
            "created": now,
            "currency": currency,
            "customer_creation": params.get("customer_creation", "if_required"),
            "customer_details": customer(params.get("customer_email")),
            "expires_at": params.get("expires_at", now + DAY),
            "metadata": params.get("metadata", {}),
            "payment_intent": None,
            "payment_method_types": _method_types(params),
            "payment_status": "unpaid" if total else "no_payment_required",
            "status": "open",
            "url": f"{base_url}/c/pay/{session_id}",
        }
    )


def _method_types(params: Json) -> list[str]:
    # Delayed methods cannot hold an amount for a later capture, so Stripe does not offer them.
    manual = params.get("payment_intent_data", {}).get("capture_method") == "manual"
    eligible = ["card"] if manual else ["card", "sepa_debit", "customer_balance"]
    allowed = params.get("allowed_payment_method_types") or ["card", "sepa_debit"]
    excluded = params.get("excluded_payment_method_types", [])
    return [method for method in eligible if method in allowed and method not in excluded]


def customer(email: str | None) -> Json | None:
    if email is None:
        return None
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def line_item(line: Json, now: int) -> Json:
    price, quantity = line["price_data"], line["quantity"]
    total = price["unit_amount"] * quantity
    return {
        "id": new_id("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"].lower(),
        "description": price["product_data"]["name"],
        "metadata": line.get("metadata", {}),
        "price": _price(price, now),
        "quantity": quantity,
    }


def _price(price: Json, now: int) -> Json:
    return {
        "id": new_id("price_"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": now,
        "currency": price["currency"].lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": new_id("prod_", 14),
        "recurring": None,
        "tax_behavior": price.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": str(price["unit_amount"]),
    }


# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in minor units.
_SMALLEST = {"eur": 50, "usd": 50, "gbp": 30, "sek": 300, "nok": 300, "dkk": 250}
_LARGEST = 99_999_999
# Two-decimal here, though nobody uses the decimals; three-decimal, of which the last is not used.
_STEPS = {"isk": 100, "ugx": 100, **dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 10)}
_HALF_AN_HOUR = 1800


def create(world: World, params: Json) -> Json:
    now = world.now()
    lines = [line_item(line, now) for line in params["line_items"]]
    total, currency = _total(lines)
    _check_expiry(params.get("expires_at"), now)
    session = new_session(params, now=now, total=total, currency=currency, base_url=world.base_url)
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
    if expires_at > now + DAY + 1:
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
