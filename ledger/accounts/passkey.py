"""A passkey: a public key that belongs to an account, and the questions asked of its device."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from ledger.accounts.session import Kind

# A question to a device is answered within this, or asked again.
CHALLENGE_LIVES = timedelta(minutes=5)
# Nobody has more devices than this; whoever does removes one first.
MOST_PASSKEYS = 20
LONGEST_NAME = 60

Purpose = Literal["register", "sign_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """What is kept of a passkey (W3C Web Authentication): nothing that could sign in.

    `sealed_name` is what its owner calls it. `sign_count` never goes backwards: a device that
    counts and tells a smaller number was copied.
    """

    id: UUID
    kind: Kind
    subject: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    sealed_name: bytes
    added_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A question to a device: who asked on which browser, what for, and until when it counts.

    Random, and kept as a hash. `subject` is None where anybody may answer: at the door.
    """

    purpose: Purpose
    kind: Kind
    subject: UUID | None
    browser: bytes
    until: datetime
