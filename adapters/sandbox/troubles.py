"""What goes wrong with an API call: what was planned first, else what the dice of chaos say."""

import itertools
from dataclasses import dataclass
from typing import Any

from adapters.sandbox.chaos import Chaos
from adapters.sandbox.errors import Json, WireError, malformed
from adapters.sandbox.idempotency import in_use
from adapters.sandbox.world import World

# think: slow before it acts. late and cut: it acted, and the caller does not hear of it.
# 500: nothing was done. 500-after: it was done, and the answer says it failed. misshapen: it was
# done, and the answer is some other JSON, with some other status if one is named.
KINDS = ("429", "409", "500", "500-after", "think", "late", "cut", "misshapen")
_WHICH = ("method", "path")
_REFUSALS = ("429", "409", "500")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What befalls one call. Seconds count for those that wait, the rest for misshapen answers."""

    kind: str = "none"
    seconds: float = 0.0
    answer: Any = None
    status: int = 200


NO_TROUBLE = Trouble()


class Troubles:
    """Calls are counted from the last change of chaos, so that the dice repeat."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._since = -1
        self._numbers = itertools.count()

    def next(self, method: str, path: str) -> Trouble:
        trouble = self._planned(method, path)
        if trouble is None and method == "POST":
            trouble = self._rolled()
        if trouble is None or trouble == NO_TROUBLE:
            return NO_TROUBLE
        self._world.books.count(trouble.kind)
        return trouble

    def _planned(self, method: str, path: str) -> Trouble | None:
        books = self._world.books
        with books.acting():
            for place, spec in books.planned("trouble"):
                if spec["method"] == method and path.startswith(spec["path"]):
                    books.spend(place)
                    return Trouble(**{k: v for k, v in spec.items() if k not in _WHICH})
        return None

    def _rolled(self) -> Trouble:
        chaos = Chaos.of(self._world.books)
        if chaos.since != self._since:
            self._since, self._numbers = chaos.since, itertools.count()
        number = next(self._numbers)
        if chaos.hits("refuse", number):
            kind = _REFUSALS[int(chaos.roll("refusal", number) * len(_REFUSALS))]
            spec = trouble_spec({"kind": kind})
            self._world.books.plan("trouble", spec, times=chaos.refuse_times - 1)
            return Trouble(kind=kind)
        if chaos.hits("late", number):
            return Trouble(kind="late", seconds=chaos.late_seconds)
        return Trouble(kind="cut") if chaos.hits("cut", number) else NO_TROUBLE


def trouble_spec(asked: Json) -> Json:
    if asked.get("kind") not in KINDS:
        raise malformed(f"kind must be one of {', '.join(KINDS)}", "kind")
    return {
        "kind": asked["kind"],
        "method": str(asked.get("method", "POST")),
        "path": str(asked.get("path", "/v1/")),
        "seconds": float(asked.get("seconds", 30.0)),
        "answer": asked.get("answer"),
        "status": int(asked.get("status", 200)),
    }


def refuse_at_once(trouble: Trouble, key: str | None) -> None:
    """These come before the request is looked at, so no key remembers them."""
    if trouble.kind == "429":
        raise WireError("Request rate limit exceeded.", 429, code="rate_limit", kept=False)
    if trouble.kind == "409":
        raise in_use(key)


def internal_error() -> WireError:
    message = "An unknown error occurred. (Sandbox: on purpose.)"
    return WireError(message, 500, kind="api_error")
