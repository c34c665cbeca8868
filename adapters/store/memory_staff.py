"""What staff sign in with, in memory, for tests that need no database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledger.staff.credentials import Credentials


class MemoryCredentials:
    """Keeps all until the process ends."""

    def __init__(self) -> None:
        self._kept: dict[UUID, Credentials] = {}
        self._codes: dict[UUID, set[bytes]] = {}
        self._links: dict[UUID, tuple[bytes, datetime]] = {}

    def read(self, member: UUID) -> Credentials:
        """What they have; nothing at first."""
        known = self._kept.get(member, Credentials())
        return replace(known, codes_left=len(self._codes.get(member, ())))

    def set_password(self, member: UUID, password_hash: str) -> None:
        """In place of whatever was there."""
        self._kept[member] = replace(self.read(member), password_hash=password_hash)

    def renew_password(self, member: UUID, *, former: str, renewed: str) -> None:
        """The same password under newer parameters, unless it was changed meanwhile."""
        if self.read(member).password_hash == former:
            self.set_password(member, renewed)

    def set_second_factor(
        self, member: UUID, sealed: bytes | None, *, step: int, codes: Sequence[bytes]
    ) -> None:
        """The sealed secret, the step whose code proved it, and new recovery codes; or none."""
        self._kept[member] = replace(self.read(member), totp_sealed=sealed, totp_step=step)
        self._codes[member] = {*codes}

    def use_step(self, member: UUID, step: int) -> bool:
        """True for the first who comes with a code of this step, or none later than it."""
        known = self.read(member)
        if known.totp_sealed is None or known.totp_step >= step:
            return False
        self._kept[member] = replace(known, totp_step=step)
        return True

    def take_recovery_code(self, member: UUID, code_hash: bytes) -> bool:
        """True for the first who comes with it."""
        codes = self._codes.get(member, set())
        known = code_hash in codes
        codes.discard(code_hash)
        return known

    def clear(self, member: UUID) -> None:
        """Nothing of theirs counts any more."""
        for kept in (self._kept, self._codes, self._links):
            kept.pop(member, None)

    def keep_link(self, member: UUID, link_hash: bytes, *, ends_at: datetime) -> None:
        """The newest link of a member counts, and no other."""
        self._links[member] = link_hash, ends_at

    def read_link(self, link_hash: bytes, *, at: datetime) -> UUID | None:
        """Whose link this is; it stays as it is."""
        for member, (hashed, ends_at) in self._links.items():
            if hashed == link_hash and ends_at > at:
                return member
        return None

    def take_link(self, link_hash: bytes, *, at: datetime) -> UUID | None:
        """Whose link this is, for the first who asks only."""
        member = self.read_link(link_hash, at=at)
        if member is not None:
            del self._links[member]
        return member
