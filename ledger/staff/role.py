"""What somebody may do, and where: a role in one shop, or in all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Admins do all there is to do, staff sell and help, the door lets people in, auditors read."""

    ADMIN = "admin"
    STAFF = "staff"
    DOOR = "door"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role in a shop, by its slug; in every shop, later ones included, where none is named."""

    role: Role
    shop: str | None = None

    def holds_in(self, shop: str | None) -> bool:
        """Whether it counts there; `None` is what belongs to no shop, such as the ledger."""
        return self.shop is None or self.shop == shop


def roles_in(grants: Iterable[Grant], shop: str | None) -> frozenset[Role]:
    """Every role that counts in this shop."""
    return frozenset(one.role for one in grants if one.holds_in(shop))


def may(grants: Iterable[Grant], *roles: Role, shop: str | None) -> bool:
    """Whether one of these roles counts in this shop. An admin may what anybody may."""
    return not roles_in(grants, shop).isdisjoint({Role.ADMIN, *roles})
