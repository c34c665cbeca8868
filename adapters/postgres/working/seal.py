"""What is kept beside the ledger is sealed by this."""

from typing import Protocol
from uuid import UUID


class Seal(Protocol):
    """Seals a note under a subject; nobody opens it after the subject was erased."""

    def seal_note(self, subject: UUID, plaintext: bytes) -> bytes: ...

    def open_note(self, subject: UUID, sealed: bytes) -> bytes | None: ...
