"""What waits for a person, and what people do about it; for staff and auditors."""

from typing import Annotated, Any, Literal, assert_never
from uuid import UUID

from flask import Blueprint, Response, request
from msgspec import Meta

from ledger.cases.case import Case
from ledger.cases.commands import AssignMoney, CaseCommand, CloseCase, RetryCase, ReturnMoney
from ledger.cases.decide import actions
from ledger.cases.resolve import Resolutions
from projections.cases import CaseRow
from projections.cases import cases as rows_of
from web.api.bodies import Body, as_json, read
from web.api.keys import correlation_id, request_under
from web.http.access import require
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised

_STATES = ("open", "resolved")
_MOST = 500


class ResolveBody(Body, frozen=True):
    """`order` is asked for by `assign` only."""

    action: Literal["assign", "return", "retry", "close"]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    order: UUID | None = None


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.get("/cases")(cases)
    api.post("/cases/<case>/resolve")(resolve)


def cases() -> Response:
    """Cases in a state, oldest first. They may belong to no shop: a shop's token will not do."""
    require("staff", "auditor")
    state = request.args.get("state", "open")
    if state not in _STATES:
        raise ProblemRaised("bad-request", detail="state is open or resolved.")
    found = parts().views.cases(state)[:_MOST]
    return as_json({"cases": [told(one) for one in found]})


def resolve(case: str) -> Response:
    """Assign money to an order, send it back, retry a refund, or close the case."""
    token = require("staff")
    body = read(ResolveBody)
    cause, case_id = correlation_id("cases", case, token.name), uuid_in(case)
    wish = {
        "correlation_id": cause,
        "actor": f"token:{token.name}",
        "at": now(),
        "reason": body.reason,
        "request": request_under(cause, body),
    }
    desk = Resolutions(
        parts().store, orders=parts().orders, cases=parts().cases, providers=parts().providers
    )
    return as_json(resolution(desk.resolve(case_id, _command(body, wish))))


def _command(body: ResolveBody, wish: dict[str, Any]) -> CaseCommand:
    match body.action:
        case "assign":
            if body.order is None:
                raise ProblemRaised("invalid-body", detail="assign needs an order.")
            return AssignMoney(**wish, order=body.order)
        case "return":
            return ReturnMoney(**wish)
        case "retry":
            return RetryCase(**wish)
        case "close":
            return CloseCase(**wish)
        case _:
            assert_never(body.action)


def resolution(case: Case) -> dict[str, Any]:
    """The case after a wish; `money` is none, unknown, accepted or failed, of a return."""
    (row,) = rows_of(case)
    return {"case": told(row), "money": case.returned.word, "actions": [*actions(case)]}


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
