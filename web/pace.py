"""How often one visitor may press a button."""

from hashlib import sha256

from flask import request

from web.current import parts
from web.problems import ProblemRaised


def slow_down(button: str, *, limit: int, per_seconds: int = 60) -> None:
    """Count a press by this visitor. Raises the problem "too many requests" over the limit."""
    visitor = sha256((request.remote_addr or "").encode()).hexdigest()[:16]
    if not parts().limits.hit(f"{button}/{visitor}", per_seconds=per_seconds, limit=limit):
        raise ProblemRaised("too-many-requests")
