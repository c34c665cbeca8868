"""Idempotency keys: the same key from the same door is the same wish."""

from uuid import UUID, uuid4, uuid5

from flask import request

from ledger.kernel.idempotency_key import request_of
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
    if "Idempotency-Key" not in request.headers:
        return None
    return request_of(key, parts().keyring.keyed_hash(canonical(body)))
