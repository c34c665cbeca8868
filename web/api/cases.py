"""What waits for a person, for staff and auditors."""

from typing import Any

from flask import Blueprint, Response, request

from projections.cases import CaseRow
from web.access import require
from web.api.bodies import as_json
from web.current import parts
from web.problems import ProblemRaised

_STATES = ("open", "resolved")
_MOST = 500


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/cases")(cases)


def cases() -> Response:
    """Cases in a state, oldest first. They may belong to no shop: a shop's token will not do."""
    require("staff", "auditor")
    state = request.args.get("state", "open")
    if state not in _STATES:
        raise ProblemRaised("bad-request", detail="state is open or resolved.")
    found = parts().views.cases(state)[:_MOST]
    return as_json({"cases": [told(one) for one in found]})


def told(case: CaseRow) -> dict[str, Any]:
    """One case. Its text holds no personal data."""
    return {
        "id": case.stream,
        "kind": case.kind,
        "severity": case.severity,
        "state": case.state,
        "order": case.order_id,
        "provider": case.provider or None,
        "amount": case.amount,
        "currency": case.currency,
        "opened_at": case.opened_at,
        "text": case.text,
    }
