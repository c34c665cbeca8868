"""What a list is asked for in the address: words, how many, and where the page before ended."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from flask import request

from ledger.kernel.clocks import storable
from projections.order_search import Place
from web.http.problems import ProblemRaised

_LONGEST, _MOST = 200, 200


def text(name: str) -> str:
    """What stands there; empty where nothing does."""
    return request.args.get(name, "")[:_LONGEST].strip()


def one_of(name: str, words: Iterable[str]) -> str | None:
    """One of these words, or none; raises a problem for another."""
    known = [*words]
    told = text(name)
    if told and told not in known:
        raise ProblemRaised("bad-request", detail=f"{name} is one of {', '.join(known)}.")
    return told or None


def page_limit() -> int:
    """How many are wanted."""
    told = text("limit") or "50"
    if not (told.isascii() and told.isdecimal()) or not 1 <= int(told[:9]) <= _MOST:
        raise ProblemRaised("bad-request", detail=f"limit is between 1 and {_MOST}.")
    return int(told)


def cursor(place: Place) -> str:
    """A place in a list, as `after` tells it."""
    return f"{place[0].astimezone(UTC).isoformat()}/{place[1]}"


def place(told: str) -> Place:
    """The place that `after` told of; raises a problem for anything else."""
    at, _, stream = told.partition("/")
    try:
        found = datetime.fromisoformat(at), UUID(stream)
    except ValueError:
        found = None
    if found is None or found[0].tzinfo is None or not storable(found[0]):
        raise ProblemRaised("bad-request", detail="after is what the page before ended with.")
    return found
