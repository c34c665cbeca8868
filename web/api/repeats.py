"""Idempotency keys: the same key from one door is one wish, with one answer (CONTRACT)."""

from collections.abc import Sequence
from uuid import UUID, uuid4, uuid5

from flask import request

from ledger.kernel.events import Recorded
from ledger.kernel.idempotency_key import granted, request_of
from ledger.order.evolve import fold
from ledger.order.order import Order
from web.api.bodies import Body, canonical
from web.http.current import parts
from web.http.problems import ProblemRaised

_KEYS = UUID("a3d6f0f6-6f5b-4d0b-8a53-3f0e0c6f1b7d")
_LONGEST = 255


def correlation_id(*scope: str) -> UUID:
    """Derived from the `Idempotency-Key` within its scope; random without one."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return uuid4()
    if not 0 < len(key) <= _LONGEST or not key.isascii() or not key.isprintable():
        text = "An Idempotency-Key has 1 to 255 printable ASCII characters."
        raise ProblemRaised("bad-request", detail=text)
    return uuid5(_KEYS, "\n".join((*scope, key)))


def request_under(key: UUID, body: Body) -> str | None:
    """What binds the key of this call to what was asked; None for a call without a key."""
    return request_of_bytes(key, canonical(body))


def request_of_bytes(key: UUID, content: bytes) -> str | None:
    """The same of a body that is no JSON."""
    if "Idempotency-Key" not in request.headers:
        return None
    return request_of(key, parts().keyring.keyed_hash(content))


_OURS = "ledger"


def answered_before(order_id: UUID, request: str | None) -> Order | None:
    """The order as it was answered to this request; None when nothing was granted to it.

    A call without a key is not looked up. Raises `KeyReused` when something else was.
    """
    if request is None:
        return None
    return answered_in(parts().orders.history(order_id), request)


def answered_in(history: Sequence[Recorded[object]], request: str | None) -> Order | None:
    """The same, by stamps that are at hand."""
    first = granted(history, request)
    if first is None:
        return None
    return fold(history[first].stream, history[: _end(history, first)])


def _end(history: Sequence[Recorded[object]], first: int) -> int:
    """What we did because of it belongs to the answer; news that came later does not."""
    begun, end = history[first], first + 1
    while end < len(history) and _belongs(history[end], begun):
        end += 1
    return end


def _belongs(one: Recorded[object], begun: Recorded[object]) -> bool:
    asked = one.correlation_id == begun.correlation_id and one.actor == begun.actor
    return asked or one.actor == _OURS
