"""PaymentIntents, charges, refunds and disputes, as they look when they are born."""

from adapters.sandbox.errors import Json
from adapters.sandbox.world import new_id

_PLAIN_INTENT: Json = {
    "object": "payment_intent",
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "confirmation_method": "automatic",
    "customer": None,
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "processing": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "source": None,
    "status": "requires_payment_method",
    "transfer_data": None,
}
_COPIED_TO_INTENT = (
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def payment_intent(session: Json, data: Json, *, now: int) -> Json:
    """The intent of a session at its first confirmation."""
    intent_id = new_id("pi_3")
    return (
        _PLAIN_INTENT
        | {name: data.get(name) for name in _COPIED_TO_INTENT}
        | {
            "id": intent_id,
            "amount": session["amount_total"],
            "capture_method": data.get("capture_method", "automatic_async"),
            "client_secret": f"{intent_id}_secret_{new_id('', 25)}",
            "created": now,
            "currency": session["currency"],
            "metadata": data.get("metadata", {}),
            "payment_method_types": session["payment_method_types"],
        }
    )


_PLAIN_CHARGE: Json = {
    "object": "charge",
    "amount_captured": 0,
    "amount_refunded": 0,
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "balance_transaction": None,
    "calculated_statement_descriptor": "SANDBOX",
    "captured": False,
    "customer": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "fraud_details": {},
    "livemode": False,
    "on_behalf_of": None,
    "outcome": None,
    "paid": False,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "shipping": None,
    "source": None,
    "source_transfer": None,
    "status": "pending",
    "transfer_data": None,
}
_NO_ADDRESS: Json = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}
_COPIED_TO_CHARGE = ("amount", "currency", "metadata", *_COPIED_TO_INTENT)


def charge(intent: Json, *, now: int, method: str, email: str | None) -> Json:
    """One attempt to move the money of an intent. Like Stripe's, it carries customer data."""
    return (
        _PLAIN_CHARGE
        | {name: intent[name] for name in _COPIED_TO_CHARGE}
        | {
            "id": new_id("ch_3"),
            "billing_details": {
                "address": _NO_ADDRESS,
                "email": email,
                "name": "Sandbox Customer",
                "phone": None,
                "tax_id": None,
            },
            "created": now,
            "payment_intent": intent["id"],
            "payment_method": new_id("pm_1"),
            "payment_method_details": _method_details(method),
        }
    )


def _method_details(method: str) -> Json:
    if method != "card":
        return {"type": method, method: {}}
    card = {
        "brand": "visa",
        "country": "FI",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "Sandbox000000000",
        "funding": "credit",
        "last4": "4242",
        "network": "visa",
    }
    return {"type": "card", "card": card}


def refund(charge: Json, params: Json, *, now: int, amount: int) -> Json:
    return {
        "id": new_id("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "destination_details": {"type": "card", "card": {"type": "refund"}},
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def dispute(charge: Json, *, now: int, amount: int, reason: str, status: str) -> Json:
    return {
        "id": new_id("du_1"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + 9 * 86400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": status.startswith("warning"),
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": None,
        "reason": reason,
        "status": status,
    }
