"""The token with which an order can be cancelled at once: whoever placed the order holds it."""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

import jwt

from ledger.order.decisions.capture import grace_ends
from ledger.order.order import Order
from web.http.current import parts
from web.http.problems import ProblemRaised

_ALGORITHM = "HS256"
_LIFETIME_AFTER_GRACE = timedelta(hours=24)
_LONGEST = 2000


def token_for(order: Order) -> str | None:
    """The token of an order with a grace period; None without one. The same order, the same token.

    It outlives the grace period by a day, so that whoever comes late is told so: the ledger
    decides what is late, not the token.
    """
    ends = grace_ends(order)
    if ends is None:
        return None
    claims = {"aud": str(order.id), "exp": int((ends + _LIFETIME_AFTER_GRACE).timestamp())}
    return jwt.encode(claims, _key(), algorithm=_ALGORITHM)


def check(token: str, order: str, *, at: datetime) -> UUID:
    """The order that this token is for. Raises the problem "unauthorized", whatever is wrong."""
    try:
        claims = jwt.decode(
            token if len(token) <= _LONGEST else "",
            _key(),
            algorithms=[_ALGORITHM],
            audience=order,
            # Times are compared with the clock of this product, which is not the system's.
            options={"require": ["aud", "exp"], "verify_exp": False, "verify_iat": False},
        )
        known, until = UUID(claims["aud"]), float(claims["exp"])
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError):
        raise ProblemRaised("unauthorized", detail=_NO) from None
    if at.timestamp() >= until:
        raise ProblemRaised("unauthorized", detail=_NO)
    return known


_NO = "The modification token is missing, wrong or expired."


def _key() -> bytes:
    """Derived, so that a token is good for nothing else that the secret key protects."""
    secret = parts().settings.secret_key or parts().keyring.keyed_hash(b"sessions")
    return hmac.digest(secret.encode(), b"stampledger/modification-token", "sha256")
