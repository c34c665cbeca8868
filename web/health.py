"""Is it alive, is it ready, what does it count: for machines that watch."""

from typing import Any

from flask import Blueprint, Response

from web.access import is_insider
from web.api.bodies import as_json
from web.current import parts
from web.metrics import CONTENT_TYPE, metrics
from web.problems import ProblemRaised

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """The process answers. Nothing else is asked."""
    return as_json({"status": "ok"})


@health.get("/readyz")
def ready() -> Response:
    """May it be sent requests? Why not is told to insiders only."""
    found = checks()
    well = all(one["ok"] for one in found.values())
    answer: dict[str, Any] = {"status": "ready" if well else "not ready"}
    if _insider():
        answer["checks"] = found
    return as_json(answer, status=200 if well else 503)


@health.get("/metrics")
def exposition() -> Response:
    """Prometheus's text, for insiders."""
    if not is_insider():
        raise ProblemRaised("unauthorized")
    return Response(metrics().exposition(), content_type=CONTENT_TYPE)


def checks() -> dict[str, dict[str, Any]]:
    """Database, migrations, how far the projections are behind, and the payment providers."""
    try:
        size, _ = parts().store.head()
        pending = list(parts().views.pending_migrations())
        behind = {one.name: one.lag for one in parts().views.checkpoints()}
    except Exception as error:
        # Whatever stands in the way of asking: it is not ready, and that is the answer.
        return {"database": {"ok": False, "kind": type(error).__name__}}
    return {
        "database": {"ok": True, "stamps": size},
        "migrations": {"ok": not pending, "pending": pending},
        # A reader that is behind is slow, not broken: pages are answered from the ledger.
        "lag": {"ok": True, "behind": behind},
        "providers": _providers(),
    }


def _providers() -> dict[str, Any]:
    """Which shops nobody can pay, because their provider has no settings here.

    One such shop is told, and does not take the others away from their customers.
    """
    there, shops = set(parts().providers), parts().shops
    wanted = {slug: shops.get(slug).terms.provider for slug in shops.slugs()}
    missing = {slug: name for slug, name in wanted.items() if name not in there}
    live = {name: one.live for name, one in parts().providers.items()}
    return {"ok": not missing or missing != wanted, "live": live, "missing": missing}


def _insider() -> bool:
    try:
        return is_insider()
    except Exception:  # a token cannot be looked up just now
        return False
