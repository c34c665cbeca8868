"""How often one visitor may press a button, counted for all processes together."""

from hmac import digest
from ipaddress import IPv6Address, ip_address

from flask import Response, current_app, g, request

from ledger.staff.role import Role
from web.http.access import bearer, is_at_home
from web.http.current import parts
from web.http.problems import ProblemRaised

# Whoever has one IPv6 address has all of its network: RFC 4291, section 2.5.4.
_NETWORK_BYTES = 8


def slow_down(button: str, *, limit: int, per_seconds: int = 60) -> None:
    """Count a press by this visitor. Raises the problem "too many requests" over the limit."""
    if pressed_too_often(button, limit=limit, per_seconds=per_seconds):
        raise ProblemRaised("too-many-requests")


def pressed_too_often(button: str, *, limit: int, per_seconds: int = 60) -> bool:
    """Count a press by this visitor; True over the limit, for pages that keep what was typed."""
    hit = parts().limits.hit(f"{button}/{_visitor()}", per_seconds=per_seconds, limit=limit)
    policy = f'"{button}";q={limit};w={per_seconds}'
    g.allowance = policy, f'"{button}";r={max(hit.left, 0)};t={hit.seconds}'
    g.over_for = None if hit else hit.seconds
    return not hit


def tell_allowance(response: Response) -> Response:
    """What this visitor has left, in the fields of draft-ietf-httpapi-ratelimit-headers."""
    if (told := g.get("allowance")) is not None:
        response.headers["RateLimit-Policy"], response.headers["RateLimit"] = told
    if (seconds := g.get("over_for")) is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def slow_strangers_down(button: str, shop: str, *, limit: int) -> None:
    """The same, but staff of this shop and programs at home press as often as they like."""
    if is_at_home():
        return
    asks = bearer()
    if asks is None or not asks.may(Role.STAFF, shop=shop):
        slow_down(button, limit=limit)


def _visitor() -> str:
    """One visitor's address, or network, as nobody can read it any more."""
    address = (request.remote_addr or "").encode()
    try:
        known = ip_address(address.decode().partition("%")[0])
    except ValueError:
        return _hidden(address)
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return _hidden(mapped.packed if mapped else known.packed[:_NETWORK_BYTES])
    return _hidden(known.packed)


def _hidden(address: bytes) -> str:
    """Keyed: there are so few addresses that a plain hash of one is soon found out."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return digest(key, b"visitor:" + address, "sha256").hex()[:32]
