"""The API's own description: calls and answers from a file, what is sent from what decodes it."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from flask import Blueprint, Response

from web.api.answers import AnswersBody, SendBody
from web.api.approvals import ApprovalBody, DeclineBody
from web.api.bodies import Nothing
from web.api.cancellation import ConfirmBody, QuoteBody
from web.api.cases import HandBody, ResolveBody, SnoozeBody
from web.api.corrections import WithdrawnCancellationBody, WithdrawnPaymentBody
from web.api.door import QueueBody, ScanBody, UndoBody
from web.api.grants import ActBody, ActsBody, PersonBody
from web.api.grants_set_up import SetUpBody
from web.api.letters import LetterPreviewBody, LetterTakeBackBody, LetterWordsBody
from web.api.orders import OrderBody
from web.api.staff import CancelBody, CancelPartBody, LetterBody, PaidBody, RefundBody
from web.api.swap import SwapBody
from web.api.till import CashBody, CloseShiftBody, GiveBackBody, OpenShiftBody, SaleBody
from web.api.vouchers import CloseBody, OrphansBody, ReviseBody, VoucherBody
from web.api.waiting_list import PlaceBody, PlaceCodeBody, WaitBody

FILE = Path(__file__).parent / "openapi.json"
BODIES = (
    Nothing,
    OrderBody,
    AnswersBody,
    SendBody,
    ConfirmBody,
    QuoteBody,
    RefundBody,
    PaidBody,
    CancelBody,
    CancelPartBody,
    SwapBody,
    LetterBody,
    WithdrawnPaymentBody,
    WithdrawnCancellationBody,
    ResolveBody,
    SnoozeBody,
    HandBody,
    ApprovalBody,
    DeclineBody,
    ScanBody,
    QueueBody,
    UndoBody,
    OpenShiftBody,
    SaleBody,
    GiveBackBody,
    CashBody,
    CloseShiftBody,
    WaitBody,
    PlaceCodeBody,
    PlaceBody,
    PersonBody,
    ActBody,
    ActsBody,
    SetUpBody,
    VoucherBody,
    ReviseBody,
    CloseBody,
    OrphansBody,
    LetterWordsBody,
    LetterPreviewBody,
    LetterTakeBackBody,
)


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/openapi.json")(description)


def description() -> Response:
    """OpenAPI 3.1. It changes with a release only."""
    response = Response(_text(), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def described() -> dict[str, Any]:
    """The whole document. The components of bodies are made from the structures themselves."""
    document: dict[str, Any] = msgspec.json.decode(FILE.read_bytes())
    template = "#/components/schemas/{name}"
    _, components = msgspec.json.schema_components(BODIES, ref_template=template)
    document["components"]["schemas"] |= {name: _sendable(one) for name, one in components.items()}
    return document


def _sendable(body: dict[str, Any]) -> dict[str, Any]:
    """A body whose defaults stand in words: generated clients would insist on what has one."""
    for field in body.get("properties", {}).values():
        default = field.pop("default", None)
        if default not in (None, "", []):
            told = f"Left out, it is {msgspec.json.encode(default).decode()}."
            field["description"] = f"{field.get('description', '')} {told}".strip()
    return body


@cache
def _text() -> bytes:
    return msgspec.json.encode(described())
