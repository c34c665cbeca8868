"""The account of whoever is signed in on the browser that asks."""

from flask import Flask, g

from ledger.accounts.account import Account
from web.http.current import parts
from web.http.session import end_sessions, signed_in

_SHOWN = 2


def add_person(app: Flask) -> None:
    """Every page tells who is signed in."""
    app.context_processor(lambda: {"signed_in_as": signed_in_as})


def account_here() -> Account | None:
    """The account, read once for a request; None for a guest. Raises `LedgerUnavailable`.

    Of a person who was erased meanwhile all sessions end.
    """
    if "account" not in g:
        g.account = _account()
    found: Account | None = g.account
    return found


def signed_in_as() -> str:
    """The first letters of their address; empty for a guest, and where nobody can tell."""
    try:
        account = account_here()
    except Exception:
        return ""
    return first_letters(account.email or "") if account else ""


def first_letters(email: str) -> str:
    """Enough to know one's own address again, for who looks over one's shoulder too little.

    >>> first_letters("ada@example.org"), first_letters("a@example.org")
    ('ad…', 'a…')
    """
    return f"{email.partition('@')[0][:_SHOWN]}…"


def _account() -> Account | None:
    session = signed_in("customer")
    if session is None:
        return None
    account = parts().accounts.get(session.subject)
    if account.alive:
        return account
    end_sessions("customer", session.subject)
    return None
