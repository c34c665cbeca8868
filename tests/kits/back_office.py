"""People of the back office, and browsers that they are signed in on."""

import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Protocol
from uuid import UUID, uuid4

from flask import Flask

from ledger.accounts.session import opened
from ledger.staff.member import StaffMember
from ledger.staff.role import Grant, Role
from ledger.staff.service import Ask
from web.wiring.parts import Parts


class Shop(Protocol):
    """What of a product in memory people of the back office need."""

    @property
    def app(self) -> Flask: ...

    @property
    def parts(self) -> Parts: ...

    @property
    def clock(self) -> Callable[[], datetime]: ...


PASSWORD = "seven grey geese"


def employed(
    product: Shop, role: str = "admin", *, shop: str | None = None, email: str = ""
) -> StaffMember:
    """Somebody with this role, who has no password yet."""
    grant = Grant(role=Role(role), shop=shop)
    email = email or f"{role}@{shop or 'every'}.example"
    index = product.parts.keyring.blind_index(email)
    ask = Ask(correlation_id=uuid4(), actor="test")
    # Not by an invitation: that would ask whether the shop is there.
    return product.parts.staff.add(ask, email=email, email_index=index, grant=grant)


def entered(product: Shop, role: str = "admin", *, shop: str | None = None, email: str = "") -> Any:
    """A browser that somebody of this role is signed in on."""
    member = employed(product, role, shop=shop, email=email)
    return let_in(product, member.id)


def let_in(product: Shop, member: UUID) -> Any:
    """Another browser that they are signed in on; no password has to be worked out for that."""
    browser, word = product.app.test_client(), token_urlsafe(32)
    session = opened(uuid4(), "staff", member, how="test", device="", at=product.clock())
    product.parts.sessions.open(sha256(word.encode()).digest(), session)
    browser.set_cookie("staff", word)
    return browser


def csrf(page: str) -> str:
    """The token of the forms of a page; empty where a test switched them off."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return found[1] if found else ""
