"""The parameters that each endpoint understands. Anything else is refused by name."""

from adapters.sandbox.params import (
    Check,
    Either,
    Group,
    Many,
    OneOf,
    address,
    email,
    flag,
    metadata,
    name_of_product,
    not_negative,
    positive,
    text,
    whole,
)

_EXPAND: dict[str, Check] = {"expand": Many(text, most=20)}
_CREATED = Either(Group({"gt": whole, "gte": whole, "lt": whole, "lte": whole}), whole)
_PAGE: dict[str, Check] = {
    "limit": positive,
    "starting_after": text,
    "ending_before": text,
    **_EXPAND,
}
_LOCALES = OneOf(("auto", "da", "de", "en", "en-GB", "es", "et", "fi", "fr", "nb", "nl", "sv"))
_METHODS = OneOf(("card", "sepa_debit", "customer_balance"))

_PRODUCT = Group(
    {
        "name": name_of_product,
        "description": text,
        "images": Many(text, most=8),
        "metadata": metadata,
        "tax_code": text,
        "unit_label": text,
    },
    required=("name",),
)
_PRICE = Group(
    {
        "currency": text,
        "unit_amount": not_negative,
        "product_data": _PRODUCT,
        "tax_behavior": OneOf(("exclusive", "inclusive", "unspecified")),
    },
    required=("currency", "unit_amount", "product_data"),
)
_LINE = Group(
    {"price_data": _PRICE, "quantity": positive, "metadata": metadata},
    required=("price_data", "quantity"),
)
_INTENT = Group(
    {
        "capture_method": OneOf(("automatic", "automatic_async", "manual")),
        "description": text,
        "metadata": metadata,
        "receipt_email": email,
        "statement_descriptor": text,
        "statement_descriptor_suffix": text,
        "transfer_group": text,
    }
)

RETRIEVE = Group(_EXPAND)
CANCEL_REFUND = EXPIRE_SESSION = RETRIEVE
LINES = Group(_PAGE)

CREATE_SESSION = Group(
    {
        "mode": OneOf(("payment",)),
        "ui_mode": OneOf(("hosted_page",)),
        "line_items": Many(_LINE),
        "success_url": address,
        "cancel_url": address,
        "client_reference_id": text,
        "customer_email": email,
        "expires_at": whole,
        "locale": _LOCALES,
        "metadata": metadata,
        "payment_intent_data": _INTENT,
        "allowed_payment_method_types": Many(_METHODS),
        "excluded_payment_method_types": Many(_METHODS),
        "branding_settings": Group({"display_name": text}),
        "submit_type": OneOf(("auto", "book", "donate", "pay")),
        "billing_address_collection": OneOf(("auto", "required")),
        "customer_creation": OneOf(("always", "if_required")),
        "integration_identifier": text,
        **_EXPAND,
    },
    required=("mode", "line_items", "success_url"),
)
LIST_SESSIONS = Group(
    {
        **_PAGE,
        "created": _CREATED,
        "payment_intent": text,
        "status": OneOf(("complete", "expired", "open")),
    }
)
LIST_INTENTS = Group({**_PAGE, "created": _CREATED})
CAPTURE = Group(
    {"amount_to_capture": positive, "final_capture": flag, "metadata": metadata, **_EXPAND}
)
CANCEL_INTENT = Group(
    {
        "cancellation_reason": OneOf(
            ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
        ),
        **_EXPAND,
    }
)
LIST_CHARGES = Group({**_PAGE, "created": _CREATED, "payment_intent": text})
CREATE_REFUND = Group(
    {
        "payment_intent": text,
        "charge": text,
        "amount": positive,
        "metadata": metadata,
        "reason": OneOf(("duplicate", "fraudulent", "requested_by_customer")),
        **_EXPAND,
    }
)
LIST_BY_PAYMENT = Group({**_PAGE, "created": _CREATED, "payment_intent": text, "charge": text})
LIST_EVENTS = Group(
    {
        **_PAGE,
        "created": _CREATED,
        "type": text,
        "types": Many(text, most=20),
        "delivery_success": flag,
    }
)
