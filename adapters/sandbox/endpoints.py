"""The part of Stripe's API that the sandbox speaks, as a table."""

from dataclasses import dataclass
from typing import Any, Protocol

from adapters.sandbox import charges, disputes, event_log, intents, refunds, sessions, shapes
from adapters.sandbox.params import Group


class Act(Protocol):
    """What an endpoint does: parameters in, an object out. `of` is the id in the path."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`params` is the name of the parameters in the published schema."""

    method: str
    path: str
    params: str
    shape: Group
    act: Act


ENDPOINTS = (
    Endpoint(
        "POST",
        "/v1/checkout/sessions",
        "checkout.session_create_params",
        shapes.CREATE_SESSION,
        sessions.create,
    ),
    Endpoint(
        "GET",
        "/v1/checkout/sessions",
        "checkout.session_list_params",
        shapes.LIST_SESSIONS,
        sessions.list_all,
    ),
    Endpoint(
        "GET",
        "/v1/checkout/sessions/<of>",
        "checkout.session_retrieve_params",
        shapes.RETRIEVE,
        sessions.retrieve,
    ),
    Endpoint(
        "POST",
        "/v1/checkout/sessions/<of>/expire",
        "checkout.session_expire_params",
        shapes.EXPIRE_SESSION,
        sessions.expire,
    ),
    Endpoint(
        "GET",
        "/v1/checkout/sessions/<of>/line_items",
        "checkout.session_line_item_list_params",
        shapes.LINES,
        sessions.lines,
    ),
    Endpoint(
        "GET",
        "/v1/payment_intents",
        "payment_intent_list_params",
        shapes.LIST_INTENTS,
        intents.list_all,
    ),
    Endpoint(
        "GET",
        "/v1/payment_intents/<of>",
        "payment_intent_retrieve_params",
        shapes.RETRIEVE,
        intents.retrieve,
    ),
    Endpoint(
        "POST",
        "/v1/payment_intents/<of>/capture",
        "payment_intent_capture_params",
        shapes.CAPTURE,
        intents.capture,
    ),
    Endpoint(
        "POST",
        "/v1/payment_intents/<of>/cancel",
        "payment_intent_cancel_params",
        shapes.CANCEL_INTENT,
        intents.cancel,
    ),
    Endpoint("GET", "/v1/charges", "charge_list_params", shapes.LIST_CHARGES, charges.list_all),
    Endpoint(
        "GET", "/v1/charges/<of>", "charge_retrieve_params", shapes.RETRIEVE, charges.retrieve
    ),
    Endpoint("POST", "/v1/refunds", "refund_create_params", shapes.CREATE_REFUND, refunds.create),
    Endpoint("GET", "/v1/refunds", "refund_list_params", shapes.LIST_BY_PAYMENT, refunds.list_all),
    Endpoint(
        "GET", "/v1/refunds/<of>", "refund_retrieve_params", shapes.RETRIEVE, refunds.retrieve
    ),
    Endpoint(
        "POST",
        "/v1/refunds/<of>/cancel",
        "refund_cancel_params",
        shapes.CANCEL_REFUND,
        refunds.cancel,
    ),
    Endpoint(
        "GET", "/v1/disputes", "dispute_list_params", shapes.LIST_BY_PAYMENT, disputes.list_all
    ),
    Endpoint(
        "GET", "/v1/disputes/<of>", "dispute_retrieve_params", shapes.RETRIEVE, disputes.retrieve
    ),
    Endpoint("GET", "/v1/events", "event_list_params", shapes.LIST_EVENTS, event_log.list_all),
    Endpoint(
        "GET", "/v1/events/<of>", "event_retrieve_params", shapes.RETRIEVE, event_log.retrieve
    ),
)
