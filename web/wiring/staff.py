"""What is kept of the people who run the shops, beside the ledger: what they sign in with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.staff.credentials import Credentials


class CredentialStore(Protocol):
    """What staff sign in with, for all processes together. Raises `LedgerUnavailable`."""

    def read(self, member: UUID) -> Credentials:
        """What they have; nothing at first."""
        ...

    def set_password(self, member: UUID, password_hash: str) -> None:
        """In place of whatever was there."""
        ...

    def renew_password(self, member: UUID, *, former: str, renewed: str) -> None:
        """The same password under newer parameters, unless it was changed meanwhile."""
        ...

    def set_second_factor(
        self, member: UUID, sealed: bytes | None, *, step: int, codes: Sequence[bytes]
    ) -> None:
        """The sealed secret, the step whose code proved it, and new recovery codes; or none."""
        ...

    def use_step(self, member: UUID, step: int) -> bool:
        """True for the first who comes with a code of this step, or none later than it."""
        ...

    def take_recovery_code(self, member: UUID, code_hash: bytes) -> bool:
        """True for the first who comes with it."""
        ...

    def clear(self, member: UUID) -> None:
        """Nothing of theirs counts any more."""
        ...

    def keep_link(self, member: UUID, link_hash: bytes, *, ends_at: datetime) -> None:
        """The newest link of a member counts, and no other."""
        ...

    def read_link(self, link_hash: bytes, *, at: datetime) -> UUID | None:
        """Whose link this is; it stays as it is."""
        ...

    def take_link(self, link_hash: bytes, *, at: datetime) -> UUID | None:
        """Whose link this is, for the first who asks only."""
        ...
