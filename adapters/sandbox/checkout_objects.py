"""Checkout Sessions and their lines, as they look when they are born."""

from adapters.sandbox.errors import Json
from adapters.sandbox.world import new_id

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


def session(params: Json, *, now: int, total: int, currency: str, base_url: str) -> Json:
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
