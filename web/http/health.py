"""Is it alive, is it ready, what does it count: for machines that watch."""

from typing import Any

from flask import Blueprint, Response

from web.api.bodies import as_json
from web.http.access import is_insider
from web.http.current import parts
from web.http.metrics import CONTENT_TYPE, metrics
from web.http.problems import ProblemRaised
from web.http.readiness import readiness, serves

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """The process answers. Nothing else is asked."""
    return as_json({"status": "ok"})


@health.get("/readyz")
def ready() -> Response:
    """May it be sent requests? Degraded: it may, and something behind it stands still.

    What it is, is told to insiders only.
    """
    found = readiness(parts())
    well = serves(found)
    word = "ready" if all(one["ok"] for one in found.values()) else "degraded"
    answer: dict[str, Any] = {"status": word if well else "not ready"}
    if _insider():
        answer["checks"] = found
    return as_json(answer, status=200 if well else 503)


@health.get("/metrics")
def exposition() -> Response:
    """Prometheus's text, for insiders."""
    if not is_insider():
        raise ProblemRaised("unauthorized")
    return Response(metrics().exposition(), content_type=CONTENT_TYPE)


def _insider() -> bool:
    try:
        return is_insider()
    except Exception:  # a token cannot be looked up just now
        return False
