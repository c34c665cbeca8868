"""Is it alive, may requests be sent here, what is not as it should be: measured at each look."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response

from ledger.kernel.clocks import Clocks
from ledger.kernel.store import LedgerUnavailable
from web.api.bodies import as_json
from web.http.access import is_insider
from web.http.current import parts
from web.http.metrics import CONTENT_TYPE, LATE, metrics, seconds_since
from web.http.problems import ProblemRaised
from web.wiring.parts import Parts

Check = dict[str, Any]
# So long may a letter wait while none goes out, or a question to a provider without an answer.
_LETTERS, _ANSWERS = timedelta(minutes=15), timedelta(minutes=5)


def readiness(parts: Parts) -> dict[str, Check]:
    """Every check with `ok` and its figures."""
    try:
        size, _ = parts.store.head()
        pending = list(parts.views.pending_migrations())
        now = parts.clock()
        return {
            "database": {"ok": True, "stamps": size},
            "migrations": {"ok": not pending, "pending": pending},
            "clock": _clock(parts.store.clocks()),
            "lag": _lag(parts, now),
            "mail": _mail(parts, now),
            "providers": _providers(parts, now),
        }
    except Exception as error:
        # Whatever stands in the way of asking: it is not ready, and that is the answer.
        return {"database": {"ok": False, "kind": type(error).__name__}}


def serves(found: Mapping[str, Check]) -> bool:
    """Whether requests may be sent here."""
    needed = [found.get(name) for name in ("database", "migrations", "clock")]
    sells = found.get("providers", {}).get("sells", False)
    return all(one is not None and one["ok"] for one in needed) and bool(sells)


def _clock(clocks: Clocks) -> Check:
    """A machine whose clock is wrong appends nothing; a ledger that is ahead goes on selling."""
    return {
        "ok": clocks.agree,
        "machine_ahead_seconds": round(clocks.apart.total_seconds(), 1),
        "ledger_ahead_seconds": round(clocks.ahead.total_seconds(), 1),
    }


def _lag(parts: Parts, now: datetime) -> Check:
    """How far the rows are behind, and which streams stand still altogether."""
    checkpoints, stopped = parts.views.checkpoints(), parts.views.stopped_lanes()
    seconds = max((seconds_since(one.behind_since, now) for one in checkpoints), default=0.0)
    return {
        "ok": not stopped and seconds <= LATE.total_seconds(),
        "behind": {one.name: one.lag for one in checkpoints},
        "seconds": round(seconds, 1),
        "stopped": len(stopped),
    }


def _mail(parts: Parts, now: datetime) -> Check:
    """Letters wait for long, and none went out meanwhile: the mail server or the worker is away."""
    counted = parts.views.count_letters(now)
    waiting = [one for one in counted if one.waiting]
    oldest = max((seconds_since(one.since, now) for one in waiting), default=0.0)
    sent = [one.changed_at for one in counted if one.state == "sent" and one.changed_at]
    quiet = not sent or max(sent) + _LETTERS < now
    return {
        "ok": not (quiet and oldest > _LETTERS.total_seconds()),
        "waiting": sum(one.many for one in waiting),
        "oldest_seconds": round(oldest, 1),
        "unknown": sum(one.many for one in counted if one.state == "unknown"),
    }


def _providers(parts: Parts, now: datetime) -> Check:
    """Which shops nobody can pay, and which providers let questions wait.

    One such shop is told, and does not take the others away from their customers.
    """
    there = set(parts.providers)
    wanted, unreadable = _wanted(parts)
    missing = {slug: name for slug, name in wanted.items() if name not in there}
    unanswered: dict[str, float] = defaultdict(float)
    for one in parts.views.count_intents():
        age = round(seconds_since(one.since, now), 1)
        unanswered[one.provider] = max(unanswered[one.provider], age)
    late = any(age > _ANSWERS.total_seconds() for age in unanswered.values())
    sells = not missing or missing != wanted
    return {
        "ok": sells and not late and not unreadable,
        "sells": sells,
        "live": {name: one.live for name, one in parts.providers.items()},
        "missing": missing,
        "unreadable_shops": unreadable,
        "unanswered": dict(unanswered),
    }


def _wanted(parts: Parts) -> tuple[dict[str, str], list[str]]:
    """Each shop's provider; a shop that cannot be read is told, and harms no other."""
    wanted: dict[str, str] = {}
    unreadable: list[str] = []
    for slug in parts.shops.slugs(unread=lambda one: unreadable.append(one.name)):
        try:
            wanted[slug] = parts.shops.get(slug).terms.provider
        except LedgerUnavailable:
            raise
        except Exception:
            unreadable.append(slug)
    return wanted, unreadable


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
