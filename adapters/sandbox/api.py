"""The API door: what the sandbox speaks of Stripe's API, who asks, and what they are told."""

import base64
import binascii
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from flask import Blueprint, Response, request

from adapters.sandbox import (
    charges,
    disputes,
    events,
    intents,
    params,
    payouts,
    refunds,
    sessions,
)
from adapters.sandbox.by_itself import catch_up
from adapters.sandbox.chaos import NO_TROUBLE, Trouble, Troubles, internal_error, refuse_at_once
from adapters.sandbox.errors import Json, WireError
from adapters.sandbox.events import caused_by
from adapters.sandbox.idempotency import IdempotencyKeys, KeptAnswer
from adapters.sandbox.lists import expand
from adapters.sandbox.params import Group, nest
from adapters.sandbox.pretty_json import pretty_json
from adapters.sandbox.world import API_VERSION, World, new_id


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
        params.CREATE_SESSION,
        sessions.create,
    ),
    Endpoint(
        "GET",
        "/v1/checkout/sessions",
        "checkout.session_list_params",
        params.LIST_SESSIONS,
        sessions.list_all,
    ),
    Endpoint(
        "GET",
        "/v1/checkout/sessions/<of>",
        "checkout.session_retrieve_params",
        params.RETRIEVE,
        sessions.retrieve,
    ),
    Endpoint(
        "POST",
        "/v1/checkout/sessions/<of>/expire",
        "checkout.session_expire_params",
        params.EXPIRE_SESSION,
        sessions.expire,
    ),
    Endpoint(
        "GET",
        "/v1/checkout/sessions/<of>/line_items",
        "checkout.session_line_item_list_params",
        params.LINES,
        sessions.lines,
    ),
    Endpoint(
        "GET",
        "/v1/payment_intents",
        "payment_intent_list_params",
        params.LIST_INTENTS,
        intents.list_all,
    ),
    Endpoint(
        "GET",
        "/v1/payment_intents/<of>",
        "payment_intent_retrieve_params",
        params.RETRIEVE,
        intents.retrieve,
    ),
    Endpoint(
        "POST",
        "/v1/payment_intents/<of>/capture",
        "payment_intent_capture_params",
        params.CAPTURE,
        intents.capture,
    ),
    Endpoint(
        "POST",
        "/v1/payment_intents/<of>/cancel",
        "payment_intent_cancel_params",
        params.CANCEL_INTENT,
        intents.cancel,
    ),
    Endpoint("GET", "/v1/charges", "charge_list_params", params.LIST_CHARGES, charges.list_all),
    Endpoint(
        "GET", "/v1/charges/<of>", "charge_retrieve_params", params.RETRIEVE, charges.retrieve
    ),
    Endpoint("POST", "/v1/refunds", "refund_create_params", params.CREATE_REFUND, refunds.create),
    Endpoint("GET", "/v1/refunds", "refund_list_params", params.LIST_BY_PAYMENT, refunds.list_all),
    Endpoint(
        "GET", "/v1/refunds/<of>", "refund_retrieve_params", params.RETRIEVE, refunds.retrieve
    ),
    Endpoint(
        "POST",
        "/v1/refunds/<of>/cancel",
        "refund_cancel_params",
        params.CANCEL_REFUND,
        refunds.cancel,
    ),
    Endpoint(
        "GET", "/v1/disputes", "dispute_list_params", params.LIST_BY_PAYMENT, disputes.list_all
    ),
    Endpoint(
        "GET", "/v1/disputes/<of>", "dispute_retrieve_params", params.RETRIEVE, disputes.retrieve
    ),
    Endpoint("GET", "/v1/payouts", "payout_list_params", params.LIST_PAYOUTS, payouts.list_all),
    Endpoint(
        "GET", "/v1/payouts/<of>", "payout_retrieve_params", params.RETRIEVE, payouts.retrieve
    ),
    Endpoint(
        "GET",
        "/v1/balance_transactions",
        "balance_transaction_list_params",
        params.LIST_LINES,
        payouts.list_lines,
    ),
    Endpoint("GET", "/v1/events", "event_list_params", params.LIST_EVENTS, events.list_all),
    Endpoint("GET", "/v1/events/<of>", "event_retrieve_params", params.RETRIEVE, events.retrieve),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to an endpoint; `of` is the id in its path."""

    endpoint: Endpoint
    of: str | None
    key: str | None
    request_id: str
    trouble: Trouble = NO_TROUBLE


class Door:
    """Handles one call from the first header to the last byte."""

    def __init__(self, world: World, *, api_key: str, stopping: threading.Event) -> None:
        self._world, self._api_key, self._stopping = world, api_key, stopping
        self._keys, self._troubles = IdempotencyKeys(world), Troubles(world)

    def handle(self, endpoint: Endpoint, of: str | None) -> Response:
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        call = Call(endpoint=endpoint, of=of, key=key, request_id=new_id("req_", 14))
        try:
            self._authenticate()
            call = replace(call, trouble=self._troubles.next(request.method, request.path))
            refuse_at_once(call.trouble, key)
            with self._keys.claim(key):
                answer = self._answer(call)
        except WireError as error:
            answer = _error_answer(error, call.request_id)
        return self._send(call, answer)

    def _authenticate(self) -> None:
        given = _given_key()
        if given is None:
            raise WireError("You did not provide an API key.", 401, kept=False)
        if not hmac.compare_digest(given.encode(), self._api_key.encode()):
            raise WireError("Invalid API Key provided.", 401, kept=False)

    def _answer(self, call: Call) -> KeptAnswer:
        """What was told before, or the deed and its memory in one commit."""
        if call.trouble.kind == "think":
            self._stopping.wait(call.trouble.seconds)
        pairs = list((request.form if request.method == "POST" else request.args).items(multi=True))
        fingerprint = _fingerprint(pairs)
        catch_up(self._world)
        with self._world.books.acting(), caused_by(call.request_id, call.key):
            told = self._keys.recall(call.key, fingerprint) if call.key else None
            if told is not None:
                return told
            answer = self._execute(call, pairs)
            self._keys.remember(call.key, fingerprint, answer=answer)
            return answer

    def _execute(self, call: Call, pairs: list[tuple[str, str]]) -> KeptAnswer:
        """Rules look before they write, so an error that they raise has written nothing."""
        try:
            params = call.endpoint.shape(nest(pairs), "")
            if call.trouble.kind == "500":
                raise internal_error()
            path = {} if call.of is None else {"of": call.of}
            body = call.endpoint.act(self._world, params, **path)
            body = expand(self._world, body, paths=params.get("expand", []))
            if call.trouble.kind == "500-after":
                raise internal_error()
        except WireError as error:
            if not error.kept:
                raise
            return _error_answer(error, call.request_id)
        return KeptAnswer(status=200, body=pretty_json(body), request_id=call.request_id)

    def _send(self, call: Call, answer: KeptAnswer) -> Response:
        if call.trouble.kind == "late":
            self._stopping.wait(call.trouble.seconds)
        if call.trouble.kind == "misshapen":
            body = json.dumps(call.trouble.answer)
            answer = KeptAnswer(status=call.trouble.status, body=body, request_id=call.request_id)
        response = Response(answer.body, answer.status, mimetype="application/json")
        headers = {"Request-Id": call.request_id, "Stripe-Version": API_VERSION}
        if call.key is not None:
            headers |= {"Idempotency-Key": call.key, "Original-Request": answer.request_id}
        if answer.request_id != call.request_id:
            headers["Idempotent-Replayed"] = "true"
        if answer.status in (409, 500):
            headers["Stripe-Should-Retry"] = "true" if answer.status == 409 else "false"
        response.headers.update(headers)
        return _cut(response) if call.trouble.kind == "cut" else response


def _cut(response: Response) -> Response:
    """Promise the whole body, send half of it, and hang up."""
    whole = response.get_data()
    half = Response(_half(whole), response.status, headers=response.headers)
    half.headers["Content-Length"] = str(len(whole))
    half.headers["Connection"] = "close"
    return half


def _half(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]


def _given_key() -> str | None:
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[0] or None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _fingerprint(pairs: list[tuple[str, str]]) -> str:
    asked = json.dumps([request.method, request.path, sorted(pairs)])
    return hashlib.sha256(asked.encode()).hexdigest()


def _error_answer(error: WireError, request_id: str) -> KeptAnswer:
    body = pretty_json(error.body(request_id))
    return KeptAnswer(status=error.status, body=body, request_id=request_id)


def api(door: Door) -> Blueprint:
    blueprint = Blueprint("api", __name__)
    for number, endpoint in enumerate(ENDPOINTS):
        blueprint.add_url_rule(
            endpoint.path,
            endpoint=f"call_{number}",
            view_func=_view(door, endpoint),
            methods=[endpoint.method],
        )
    blueprint.add_url_rule("/v1/<path:rest>", view_func=_unknown, methods=["GET", "POST", "DELETE"])
    return blueprint


def _view(door: Door, endpoint: Endpoint) -> Callable[..., Response]:
    def view(of: str | None = None) -> Response:
        return door.handle(endpoint, of)

    return view


def _unknown(rest: str) -> tuple[Json, int]:
    message = f"Unrecognized request URL ({request.method}: /v1/{rest})."
    return WireError(message).body(new_id("req_", 14)), 404
