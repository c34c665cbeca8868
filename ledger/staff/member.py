"""A member of staff, folded from their stamps: whether they belong, and what they may where."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign, Recorded
from ledger.staff.role import Grant, Role
from ledger.staff.stamps import (
    RoleGranted,
    RoleWithdrawn,
    SignInReset,
    StaffAdded,
    StaffRemoved,
    StaffStamp,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """Who somebody is and may. `email` is None where its key is gone; `grants` are what counts."""

    id: UUID
    version: int = 0
    email_index: str = ""
    email: str | None = None
    grants: frozenset[Grant] = frozenset()
    belongs: bool = False
    added_at: datetime | None = None
    erased_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How stamps name them."""
        return f"staff:{self.id}"

    @property
    def runs_everything(self) -> bool:
        """An admin of all shops: one of these has to remain."""
        return self.belongs and Grant(role=Role.ADMIN) in self.grants


def fold_member(id: UUID, history: Iterable[Recorded[object]]) -> StaffMember:
    """The member as they stand after these stamps."""
    member = StaffMember(id=id)
    for recorded in history:
        member = evolve_member(member, recorded)
    return member


def evolve_member(member: StaffMember, recorded: Recorded[object]) -> StaffMember:
    """The member after one more stamp."""
    member, stamp = replace(member, version=recorded.version), recorded.stamp
    if not isinstance(stamp, StaffStamp):
        raise Foreign(stamp)
    match stamp:
        case StaffAdded():
            return replace(
                member,
                email_index=stamp.email_index,
                email=stamp.email,
                belongs=True,
                added_at=recorded.recorded_at,
            )
        case RoleGranted():
            return replace(member, grants=member.grants | {grant_of(stamp)})
        case RoleWithdrawn():
            return replace(member, grants=member.grants - {grant_of(stamp)})
        case SignInReset():
            return member
        case StaffRemoved():
            return replace(member, belongs=False, grants=frozenset())
        case Erased():
            return replace(member, email=None, erased_at=recorded.recorded_at)
        case _:
            assert_never(stamp)


def grant_of(stamp: RoleGranted | RoleWithdrawn) -> Grant:
    """What a stamp gives or takes."""
    return Grant(role=stamp.role, shop=stamp.shop or None)
