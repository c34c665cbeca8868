"""What waits for a person, and what people do about it; for staff and auditors."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, Response, request
from msgspec import Meta

from ledger.cases.case import Case
from ledger.cases.decide import actions
from ledger.cases.stamps import Action
from ledger.staff.role import Role
from projections.cases import cases as rows_of
from web.actions.back_office import OrderNeeded, case_json, resolve_case
from web.api.bodies import Body, as_json, read
from web.api.repeats import correlation_id
from web.api.staff import wish_of
from web.http.access import require
from web.http.addresses import uuid_in
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
    require(Role.STAFF, Role.AUDITOR)
    state = request.args.get("state", "open")
    if state not in _STATES:
        raise ProblemRaised("bad-request", detail="state is open or resolved.")
    found = parts().views.cases(state)[:_MOST]
    return as_json({"cases": [case_json(one) for one in found]})


def resolve(case: str) -> Response:
    """Assign money to an order, send it back, retry a refund, or close the case."""
    asks = require(Role.STAFF)
    body = read(ResolveBody)
    wish, action = wish_of(asks, correlation_id("cases", case, asks.name), body), body.action
    try:
        after = resolve_case(
            parts(),
            uuid_in(case),
            wish,
            action=Action(action),
            reason=body.reason,
            order=body.order,
        )
    except OrderNeeded:
        raise ProblemRaised("invalid-body", detail="assign needs an order.") from None
    return as_json(resolution(after))


def resolution(case: Case) -> dict[str, Any]:
    """The case after a wish; `money` is none, unknown, accepted or failed, of a return."""
    (row,) = rows_of(case)
    return {"case": case_json(row), "money": case.returned.word, "actions": [*actions(case)]}
