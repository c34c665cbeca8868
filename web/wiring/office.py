"""What the back office keeps of its people beside the ledger: where they look, what they keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.staff.invitation import StaffInvitation
from ledger.staff.saved_view import SavedView


class Presence(Protocol):
    """Who looks at what just now. Raises `LedgerUnavailable`."""

    def look(
        self, thing: UUID, actor: str, *, at: datetime, since: datetime
    ) -> Mapping[str, datetime]:
        """They look at it now; who else was seen there since a time, the latest first."""
        ...


class SavedViews(Protocol):
    """Searches under names, for all processes together. Raises `LedgerUnavailable`."""

    def keep(self, view: SavedView) -> bool:
        """Keep a new one; False where its owner has too many."""
        ...

    def listed(self, owner: str, shops: Sequence[str]) -> Sequence[SavedView]:
        """One's own and those of these shops, the oldest first."""
        ...

    def remove(self, view: UUID) -> None:
        """Nobody finds it any more."""
        ...


class Invitations(Protocol):
    """Roles that wait for who was invited, for all processes. Raises `LedgerUnavailable`."""

    def keep(self, invitation: StaffInvitation, code_hash: bytes) -> None:
        """It waits from now on; an older one of the same address and role counts no more."""
        ...

    def listed(self, at: datetime) -> Sequence[StaffInvitation]:
        """All that wait at this time, the oldest first."""
        ...

    def look(self, code_hash: bytes, *, at: datetime) -> StaffInvitation | None:
        """The one of a link, if it counts; looking changes nothing."""
        ...

    def remove(self, invitation: UUID) -> bool:
        """It counts no more; true for the first who says so."""
        ...

    def forget(self, email_index: str) -> None:
        """None waits for this address any more."""
        ...


class InvitationPost(Protocol):
    """Who sends the letter with the link. True if the mail server took it."""

    def __call__(self, invitation: StaffInvitation, *, url: str, inviter: str | None) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The stores of the back office."""

    presence: Presence
    saved_views: SavedViews
    invitations: Invitations
    send_invitation: InvitationPost | None = None
