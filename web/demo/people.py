"""The people of the demo: one of each role, with passwords made afresh at each start."""

from collections.abc import Mapping
from secrets import token_urlsafe

from ledger.staff.role import Grant, Role
from web.actions import staff as actions
from web.wiring.parts import Parts

_PLACE = "winterfest.example"


def log_ins(parts: Parts, *, shop: str) -> Mapping[Role, tuple[str, str]]:
    """By role an address and its password. The admin runs everything, the others this shop."""
    made = {}
    for role in Role:
        email = f"{role}@{_PLACE}"
        grant = Grant(role=role, shop=None if role is Role.ADMIN else shop)
        member = actions.invite(parts, email=email, grant=grant, actor="demo").member
        password = token_urlsafe(12)
        actions.choose_password(parts, member.id, password)
        made[role] = email, password
    return made
