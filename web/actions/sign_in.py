"""Signing in by a link: asked for, sent to an address, good once within a quarter of an hour.

Whether there is an account changes nothing: the same page, the same letter, and signing in opens
what there is not. The letter is written after the answer, so its time tells nothing either.
"""

from secrets import token_urlsafe
from uuid import uuid4

import structlog

from ledger.accounts.account import Account
from ledger.accounts.link import LINK_LIVES, SignInLink
from web.wiring.parts import Parts

LETTERS, PER_SECONDS = 5, 3600
_log = structlog.get_logger("web.sign_in")


def send_link(
    parts: Parts, email: str, *, language: str, onward: str, browser: bytes, device: str
) -> None:
    """A link goes to this address, unless it got many lately. Who asked is told nothing of it."""
    if parts.send_sign_in_link is None:
        return
    index = parts.keyring.blind_index(email)
    if not parts.limits.hit(f"sign-in/{index}", per_seconds=PER_SECONDS, limit=LETTERS):
        _log.info("no link", why="many lately")
        return
    code, at = token_urlsafe(32), parts.clock()
    link = SignInLink(
        email=email, language=language, onward=onward, browser=browser, until=at + LINK_LIVES
    )
    parts.sign_in_links.keep(code, link, at=at)
    url = f"{parts.settings.base_url.rstrip('/')}/me/sign-in/{code}"
    if not parts.send_sign_in_link(to=email, url=url, language=language, device=device):
        _log.error("no link", why="the mail server did not take it")


def link_of(parts: Parts, code: str) -> SignInLink | None:
    """What a link is good for, if it still is. Looking changes nothing."""
    link = parts.sign_in_links.look(code)
    return link if link is not None and parts.clock() < link.until else None


def account_by_link(parts: Parts, code: str) -> tuple[Account, SignInLink] | None:
    """The account of whoever pressed; None if the link is used up or too old.

    It is used up last: if the ledger cannot be reached, the same link works in a moment.
    """
    link = link_of(parts, code)
    if link is None:
        return None
    account = parts.accounts.open(
        email=link.email,
        email_index=parts.keyring.blind_index(link.email),
        language=link.language,
        correlation_id=uuid4(),
    )
    return (account, link) if parts.sign_in_links.take(code) else None
