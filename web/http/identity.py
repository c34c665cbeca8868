"""Who asks: a person who signed in, or a program with a token, and what they may in which shop."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ledger.staff.member import StaffMember
from ledger.staff.role import Grant, Role, may


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`actor` is how stamps name them, never an address; `name` is what they are called on pages.

    The same person is the same actor whichever session they ask from; the same holds for tokens of
    one name. `member` is the stream of a person; a program has none.
    """

    actor: str
    name: str
    grants: tuple[Grant, ...]
    member: UUID | None = None

    def may(self, *roles: Role, shop: str | None) -> bool:
        """Whether they have one of these roles there."""
        return may(self.grants, *roles, shop=shop)

    def may_somewhere(self, *roles: Role) -> bool:
        """Whether they have one of these roles in any shop."""
        return any(one.role in {Role.ADMIN, *roles} for one in self.grants)

    def shops_among(self, slugs: Iterable[str], *roles: Role) -> list[str]:
        """Those of these shops where they have one of these roles; any role if none is named."""
        asked = roles or tuple(Role)
        return [slug for slug in slugs if self.may(*asked, shop=slug)]

    def may_hand_out(self, grants: Iterable[Grant]) -> bool:
        """Whether they decide who has all of these: an admin of those shops, or of all of them."""
        return all(self.may(shop=one.shop) for one in grants)


def of_token(name: str, role: str, shop: str | None) -> Identity:
    """Whom a bearer token stands for."""
    return Identity(actor=f"token:{name}", name=name, grants=(Grant(role=Role(role), shop=shop),))


def of_member(member: StaffMember) -> Identity:
    """Whom a session of the back office stands for."""
    return Identity(
        actor=member.actor,
        name=member.email or str(member.id),
        grants=tuple(member.grants),
        member=member.id,
    )
