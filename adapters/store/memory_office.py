"""What the back office keeps beside the ledger, in memory, for tests that need no database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from ledger.staff.invitation import StaffInvitation
from ledger.staff.saved_view import MOST_VIEWS, SavedView


class MemoryPresence:
    """Who looks at what, until the process ends."""

    def __init__(self) -> None:
        self._seen: dict[UUID, dict[str, datetime]] = {}

    def look(
        self, thing: UUID, actor: str, *, at: datetime, since: datetime
    ) -> Mapping[str, datetime]:
        """They look at it now; who else was seen there since a time, the latest first."""
        seen = self._seen.setdefault(thing, {})
        seen[actor] = max(at, seen.get(actor, at))
        others = [one for one in seen.items() if one[0] != actor and one[1] >= since]
        return dict(sorted(others, key=lambda one: (-one[1].timestamp(), one[0])))


class MemorySavedViews:
    """Searches under their names, until the process ends."""

    def __init__(self) -> None:
        self._kept: dict[UUID, SavedView] = {}

    def keep(self, view: SavedView) -> bool:
        """Keep a new one; False where its owner has too many."""
        if sum(one.owner == view.owner for one in self._kept.values()) >= MOST_VIEWS:
            return False
        self._kept[view.id] = view
        return True

    def listed(self, owner: str, shops: Sequence[str]) -> Sequence[SavedView]:
        """One's own and those of these shops, the oldest first."""
        found = [one for one in self._kept.values() if one.owner == owner or one.shop in shops]
        return sorted(found, key=lambda one: (one.made_at, one.id))

    def remove(self, view: UUID) -> None:
        """Nobody finds it any more."""
        self._kept.pop(view, None)


class MemoryInvitations:
    """Roles that wait for who was invited, until the process ends."""

    def __init__(self) -> None:
        self._kept: dict[UUID, tuple[bytes, StaffInvitation]] = {}

    def keep(self, invitation: StaffInvitation, code_hash: bytes) -> None:
        """It waits from now on; an older one of the same address and role counts no more."""
        self._kept[invitation.id] = (code_hash, invitation)

    def listed(self, at: datetime) -> Sequence[StaffInvitation]:
        """All that wait at this time, the oldest first."""
        found = [one for _, one in self._kept.values() if one.ends_at > at]
        return sorted(found, key=lambda one: (one.made_at, one.id))

    def look(self, code_hash: bytes, *, at: datetime) -> StaffInvitation | None:
        """The one of a link, if it counts; looking changes nothing."""
        mine = (one for known, one in self._kept.values() if known == code_hash)
        return next((one for one in mine if one.ends_at > at), None)

    def remove(self, invitation: UUID) -> bool:
        """It counts no more; true for the first who says so."""
        return self._kept.pop(invitation, None) is not None

    def forget(self, email_index: str) -> None:
        """None waits for this address any more."""
        kept = self._kept.items()
        self._kept = {id: one for id, one in kept if one[1].email_index != email_index}
