"""The door for whoever placed an order and changed their mind: no sign-in, one token (SPEC G2)."""

import msgspec
from flask import Blueprint, Response, request

from ledger.kernel.refusals import LateCancel, PartialCapture
from web.actions.cancel_in_grace import cancel_at_once
from web.http.addresses import now
from web.http.current import parts
from web.http.modification_token import check
from web.http.problems import of_refusal
from web.http.rate_limit import slow_down

store = Blueprint("store", __name__)


@store.post("/store/orders/<order>/cancel")
def cancel(order: str) -> Response:
    """Cancel at once. The token comes first: without it nobody learns whether there is an order."""
    slow_down("cancel", limit=30)
    known = check(request.headers.get("x-modification-token", ""), order, at=now())
    try:
        outcome = cancel_at_once(parts(), known)
    except (LateCancel, PartialCapture) as refusal:
        return _refused(refusal)
    answer = {
        "order_id": str(known),
        "status": "canceled",
        "payment_action": outcome.action,
        **({"warning": outcome.warning} if outcome.warning else {}),
    }
    return Response(msgspec.json.encode(answer), mimetype="application/json")


def _refused(refusal: LateCancel | PartialCapture) -> Response:
    """A problem document that also carries the two members which callers of this door know."""
    problem = of_refusal(refusal)
    said = {"code": refusal.code, "message": problem.detail, **problem.document()}
    document = msgspec.json.encode(said)
    return Response(document, problem.status, mimetype="application/problem+json")
