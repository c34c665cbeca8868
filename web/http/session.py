"""Who is signed in on the browser that asks: by a random word that only it has.

    signed_in(kind)                 who that is, or None; looked up once for a request
    sign_in(kind, subject, how=…)   begin a session under a fresh word
    sign_out(kind)                  end it, here
    sessions_of, end_session, end_sessions   the list of somebody's sessions, and its buttons
    browser_hash()                  what tells this browser from others before anybody signs in

Customers and staff have sessions of their own, each under a cookie of its own: who is both may be
signed in as both. Kept is the SHA-256 of the word (`adapters/postgres/working/sessions.py`); how
long it counts is said in `ledger/accounts/session.py`.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

from flask import Response, after_this_request, current_app, g, request, session

from ledger.accounts.session import LIFETIMES, Kind, SignedIn, opened
from web.http.addresses import now
from web.http.current import parts
from web.http.device import device_words

_WORD = re.compile(r"[A-Za-z0-9_-]{43}")
_BROWSER = "browser"


def signed_in(kind: Kind) -> SignedIn | None:
    """The session of this browser, if somebody is signed in. Raises `LedgerUnavailable`."""
    known: dict[Kind, SignedIn | None] = g.setdefault("signed_in", {})
    if kind not in known:
        word = _word(kind)
        known[kind] = parts().sessions.use(_hash(word), kind, at=now()) if word else None
    return known[kind]


def sign_in(kind: Kind, subject: UUID, *, how: str) -> SignedIn:
    """A session under a fresh word, which the answer hands to the browser.

    Whatever word the browser came with counts no more, and neither does the token of its forms:
    nobody can lay either under somebody else beforehand. Raises `LedgerUnavailable`.
    """
    word, at = token_urlsafe(32), now()
    device = device_words(request.headers.get("User-Agent", ""))
    fresh = opened(uuid4(), kind, subject, how=how, device=device, at=at)
    parts().sessions.open(_hash(word), fresh)
    if (former := _word(kind)) is not None:
        parts().sessions.end(_hash(former), kind)
    _renew_forms()
    g.setdefault("signed_in", {})[kind] = fresh
    _hand_out(kind, word)
    return fresh


def sign_out(kind: Kind) -> None:
    """End the session of this browser, and take its word back. Raises `LedgerUnavailable`."""
    if (word := _word(kind)) is not None:
        parts().sessions.end(_hash(word), kind)
    _renew_forms()
    g.setdefault("signed_in", {})[kind] = None
    _hand_out(kind, None)


def sessions_of(kind: Kind, subject: UUID) -> Sequence[SignedIn]:
    """All living sessions of somebody, the one used last first. Raises `LedgerUnavailable`."""
    return parts().sessions.of(kind, subject, at=now())


def end_session(kind: Kind, subject: UUID, id: UUID) -> bool:
    """End one session of this person, on whatever device; False if it is none of theirs."""
    return parts().sessions.end_one(kind, subject, id)


def end_sessions(kind: Kind, subject: UUID, *, but: UUID | None = None) -> int:
    """End all sessions of this person, or all but one; how many there were."""
    return parts().sessions.end_all(kind, subject, but=but)


def browser_hash() -> bytes:
    """What tells this browser from others, whoever is signed in on it: the hash of a random word.

    The word goes into the browser's signed cookie when it is asked for first, and with it.
    """
    word = session.get(_BROWSER)
    if not isinstance(word, str):
        word = session[_BROWSER] = token_urlsafe(32)
    return _hash(word)


def is_browser(hashed: bytes) -> bool:
    """Whether this is the browser that was asked before; one that was never asked is none."""
    word = session.get(_BROWSER)
    return isinstance(word, str) and _hash(word) == hashed


def _renew_forms() -> None:
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)


def _word(kind: Kind) -> str | None:
    word = request.cookies.get(_name(kind), "")
    return word if _WORD.fullmatch(word) else None


def _hash(word: str) -> bytes:
    return sha256(word.encode()).digest()


def _name(kind: Kind) -> str:
    return f"__Host-{kind}" if _secure() else kind


def _secure() -> bool:
    """By our public address: behind a proxy each request seems to come without TLS."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _hand_out(kind: Kind, word: str | None) -> None:
    """Give the browser a word, or take the one that it has."""
    kept = LIFETIMES[kind].at_most if word else 0

    @after_this_request
    def hand_out(response: Response) -> Response:
        response.set_cookie(
            _name(kind),
            word or "",
            max_age=kept,
            samesite="Lax",
            httponly=True,
            secure=_secure(),
        )
        return response
