"""What the back office keeps beside the ledger, in memory."""

from adapters.store.memory_office import MemoryInvitations, MemoryPresence, MemorySavedViews
from ledger.staff.invitation import StaffInvitation
from web.wiring.office import Office


class InvitationPost:
    """Keeps what it was asked to send; `refuses` is a mail server that takes nothing."""

    def __init__(self) -> None:
        self.sent: list[tuple[StaffInvitation, str, str | None]] = []
        self.refuses = False

    def __call__(self, invitation: StaffInvitation, *, url: str, inviter: str | None) -> bool:
        if not self.refuses:
            self.sent.append((invitation, url, inviter))
        return not self.refuses


def memory_office(*, post: InvitationPost | None = None) -> Office:
    """A fresh one; without a post nobody can be written to."""
    return Office(
        presence=MemoryPresence(),
        saved_views=MemorySavedViews(),
        invitations=MemoryInvitations(),
        send_invitation=post,
    )
