"""What waits for a person, and what people do about it; for staff and auditors."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, Response, request
from msgspec import Meta

from ledger.cases.case import Case
from ledger.cases.decide import actions
from ledger.cases.stamps import Action
from ledger.staff.role import Role
from projections.cases import cases as rows_of
from web.actions import attention
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


class SnoozeBody(Body, frozen=True):
    """Back by itself at `until`, a time to come within three months; without one, at once."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    until: Annotated[datetime, Meta(tz=True)] | None = None


class HandBody(Body, frozen=True):
    """Whoever looks after it from now on, as cases name them; empty is nobody."""

    to: Annotated[str, Meta(max_length=100)]


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.get("/cases")(cases)
    api.post("/cases/<case>/resolve")(resolve)
    api.post("/cases/<case>/snooze")(snooze)
    api.post("/cases/<case>/hand")(hand)


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


def snooze(case: str) -> Response:
    """Put a case aside until a time, or take it up again. It still counts as open."""
    asks = require(Role.STAFF)
    body = read(SnoozeBody)
    wish = wish_of(asks, correlation_id("cases-snooze", case, asks.name), body)
    after = attention.snooze(parts(), uuid_in(case), wish, until=body.until, reason=body.reason)
    return as_json(resolution(after))


def hand(case: str) -> Response:
    """Say who looks after a case."""
    asks = require(Role.STAFF)
    body = read(HandBody)
    wish = wish_of(asks, correlation_id("cases-hand", case, asks.name), body)
    shop = attention.shop_of(parts(), uuid_in(case))
    return as_json(resolution(attention.hand(parts(), uuid_in(case), wish, to=body.to, shop=shop)))


def resolution(case: Case) -> dict[str, Any]:
    """The case after a wish; `money` is none, unknown, accepted or failed, of a return."""
    (row,) = rows_of(case)
    return {"case": case_json(row), "money": case.returned.word, "actions": [*actions(case)]}
