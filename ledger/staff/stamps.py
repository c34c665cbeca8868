"""Every stamp that the stream of a member of staff can hold. Field names are storage format."""

from functools import lru_cache
from uuid import UUID, uuid5

from ledger.kernel.erasure import Erased
from ledger.kernel.events import stamp
from ledger.staff.role import Role

_STAFF = UUID("b0f7c0d2-5a1f-4f0e-8f5c-3a1f0b9f6c77")


@lru_cache(maxsize=1024)
def member_id(email_index: str) -> UUID:
    """The stream of whoever has this address, known by its blind index: one address, one member."""
    return uuid5(_STAFF, email_index)


@stamp("STAFF_ADDED", binding=("email_index",), sealed=("email",))
class StaffAdded:
    """Somebody belongs to the people who run the shops. Also said of who comes back."""

    email_index: str
    email: str | None = None


@stamp("ROLE_GRANTED", occurrence=("role", "shop"))
class RoleGranted:
    """From here on they may what this role may: in a shop, or in all where `shop` is empty."""

    role: Role
    shop: str = ""


@stamp("ROLE_WITHDRAWN", occurrence=("role", "shop"))
class RoleWithdrawn:
    """From here on they may no longer what this role may there."""

    role: Role
    shop: str = ""


@stamp("SIGN_IN_RESET")
class SignInReset:
    """Their password, passkeys and second factor were taken away, and their sessions ended."""


@stamp("STAFF_REMOVED")
class StaffRemoved:
    """From here on they may nothing, and their sessions are over."""


StaffStamp = StaffAdded | RoleGranted | RoleWithdrawn | SignInReset | StaffRemoved | Erased
