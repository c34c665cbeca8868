"""The one guard of the back office: whoever comes in has signed in and has a role where they ask.

A page of the back office hangs on a blueprint of `back_office` and says with `needs` who may see
it. What it shows is bounded by `current_staff()`, whatever its address says.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from ledger.staff.role import Role
from web.actions.reports import zone_of
from web.admin.signed_in import signed_in
from web.http.access import denied
from web.http.current import parts
from web.http.identity import Identity
from web.http.problems import ProblemRaised
from web.i18n.format import told_in_unless_said

_P = ParamSpec("_P")
_R = TypeVar("_R")


def back_office(name: str, import_name: str, *, below: str = "/admin") -> Blueprint:
    """A blueprint under /admin, or at the door: nobody sees its pages without a role somewhere."""
    pages = Blueprint(name, import_name, url_prefix=below)
    pages.before_request(_require_sign_in)
    return pages


def current_staff() -> Identity:
    """Who asks for this page. Only asked behind the guard."""
    found: Identity = g.staff
    return found


def needs(*roles: Role) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Only people with one of these roles: in the shop of the address, or else in any shop."""

    def guard(view: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(view)
        def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            require_role(*roles, shop=(request.view_args or {}).get("shop"))
            return view(*args, **kwargs)

        return guarded

    return guard


def require_role(*roles: Role, shop: str | None) -> Identity:
    """Who asks, if they have one of these roles in this shop; in any shop where none is named."""
    asks = current_staff()
    if asks.may_somewhere(*roles) if shop is None else asks.may(*roles, shop=shop):
        return asks
    denied(asks, shop=shop)
    return asks


def shops_here(*roles: Role) -> Sequence[str]:
    """The addresses of the shops where whoever asks has one of these roles, the oldest first."""
    return current_staff().shops_among(parts().shops.slugs(), *roles)


def _require_sign_in() -> Response | None:
    found = signed_in()
    if found is not None:
        g.staff = found
        told_in_unless_said(_zone_of_shops)
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")), 303)
    raise ProblemRaised("unauthorized")


def _zone_of_shops() -> str:
    """The clock of whoever asks: that of their shops."""
    return zone_of(parts(), shops_here(*Role)).key
