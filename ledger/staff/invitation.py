"""An invitation to the back office: whoever reads the letter accepts a role, once, in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from ledger.staff.role import Grant

INVITATION_LIVES = timedelta(days=7)
_INVITATIONS = UUID("6d1c2a53-7c86-4b1f-9a54-1b6d0f0a2c9e")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInvitation:
    """A role that waits for its owner. `invited_by` is an actor; the address is told by nobody."""

    id: UUID
    email: str
    email_index: str
    grant: Grant
    language: str
    invited_by: str
    made_at: datetime

    @property
    def ends_at(self) -> datetime:
        """From then on its link counts no more."""
        return self.made_at + INVITATION_LIVES


def invitation_id(email_index: str, grant: Grant) -> UUID:
    """One address is invited to one role once: a newer letter takes the place of an older one."""
    return uuid5(_INVITATIONS, f"{email_index}/{grant.role}/{grant.shop or ''}")
