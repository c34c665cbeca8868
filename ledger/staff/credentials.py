"""What is kept of what a member of staff signs in with: nothing that could sign in."""

from dataclasses import dataclass
from datetime import timedelta

# A link to choose a password or a passkey counts once, and for so long.
LINK_LIVES = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A password's hash, the sealed secret of the second factor, how many recovery codes are left.

    `totp_step` is the newest step of time (RFC 6238) whose code was taken.
    """

    password_hash: str | None = None
    totp_sealed: bytes | None = None
    totp_step: int = 0
    codes_left: int = 0
