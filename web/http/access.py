"""Which programs may do what: bearer tokens, whom they stand for, and what each call asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import ParamSpec, TypeVar

import structlog
from flask import request

from ledger.staff.role import Role
from web.http.access_log import route
from web.http.current import parts
from web.http.identity import Identity, of_token
from web.http.problems import ProblemRaised

_P = ParamSpec("_P")
_R = TypeVar("_R")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
_RELAYED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
_LONGEST_TOKEN = 200
_BEARER = "stampledger.bearer"
_log = structlog.get_logger("web.access")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token as it is kept: never itself. `shop` None is every shop."""

    name: str
    role: str
    shop: str | None = None
    expires_at: datetime | None = None


def digest_of(secret: str) -> str:
    """What is kept of a token. Tokens are long and random, so a plain hash is enough."""
    return sha256(secret.encode()).hexdigest()


def bearer() -> Identity | None:
    """Whom the caller's token stands for, if it is one of ours and not expired.

    Looked up once for each request, however often that is asked.
    """
    known = request.environ
    if _BEARER not in known:
        known[_BEARER] = _bearer()
    found: Identity | None = known[_BEARER]
    return found


def _bearer() -> Identity | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret or len(secret) > _LONGEST_TOKEN:
        return None
    # Looked up by its hash: how long that takes tells nothing about the secret.
    token = parts().tokens.find(digest_of(secret))
    if token is None or (token.expires_at is not None and token.expires_at <= parts().clock()):
        return None
    return of_token(token.name, token.role, token.shop)


def require(*roles: Role, shop: str | None = None) -> Identity:
    """Who asks, or a problem: 401 for nobody that we know, 403 for who may not."""
    asks = bearer()
    if asks is None:
        _log.info("access denied", actor="", route=route(), shop=shop)
        raise ProblemRaised("unauthorized")
    if not asks.may(*roles, shop=shop):
        denied(asks, shop=shop)
    return asks


def denied(asks: Identity, *, shop: str | None) -> None:
    """Write down that somebody asked for what they may not; raises the problem "forbidden"."""
    _log.warning("access denied", actor=asks.actor, route=route(), shop=shop)
    raise ProblemRaised("forbidden")


def for_roles(*roles: Role) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Only callers with one of these roles, for the shop in the address if there is one."""

    def guard(view: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(view)
        def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            require(*roles, shop=(request.view_args or {}).get("shop"))
            return view(*args, **kwargs)

        return guarded

    return guard


def is_at_home() -> bool:
    """A caller on this machine that no proxy sent."""
    relayed = any(name in request.headers for name in _RELAYED)
    return request.remote_addr in _LOOPBACK and not relayed


def is_insider() -> bool:
    """A caller on this machine that no proxy sent, or one with a token."""
    return is_at_home() or bearer() is not None
