"""Codes of the second factor: of an app (TOTP, RFC 6238), and those for who has lost it."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import choice
from uuid import UUID

import pyotp

from web.wiring.parts import Parts

PERIOD = 30
CODES = 10
# Without letters and numbers that look alike (Crockford's Base32): 80 bits in sixteen.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ALIKE = str.maketrans({"i": "1", "l": "1", "o": "0", "u": "v"})
_LENGTH = 16


def fresh_secret() -> str:
    """The secret that an app and we share (160 bits, Base32)."""
    return pyotp.random_base32()


def app_address(secret: str, *, email: str, issuer: str) -> str:
    """What an app reads from the picture: the `otpauth:` address."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def step_of(secret: str, typed: str, *, at: datetime) -> int | None:
    """The step of time whose code this is: the present one, or the one before; else None."""
    code = "".join(one for one in typed if one in "0123456789")
    present, totp = int(at.timestamp()) // PERIOD, pyotp.HOTP(secret)
    fitting = [
        step for step in (present, present - 1) if compare_digest(totp.at(step), code.zfill(6))
    ]
    return fitting[0] if fitting and len(code) == 6 else None


def fresh_codes() -> list[str]:
    """Recovery codes, each in four groups. They are shown once."""
    plain = ("".join(choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(CODES))
    return ["-".join(one[at : at + 4] for at in range(0, _LENGTH, 4)) for one in plain]


def code_hash(typed: str) -> bytes:
    """What is kept of a recovery code, however it was written down."""
    kept = "".join(one for one in typed.casefold().translate(_ALIKE) if one in _ALPHABET)
    return sha256(kept.encode()).digest()


def turn_on(parts: Parts, member: UUID, secret: str, *, typed: str) -> Sequence[str] | None:
    """Ask for a code from now on; the recovery codes, or None if the app's code does not fit."""
    step = step_of(secret, typed, at=parts.clock())
    if step is None:
        return None
    codes = fresh_codes()
    parts.credentials.set_second_factor(
        member,
        parts.keyring.seal_note(member, secret.encode()),
        step=step,
        codes=[code_hash(one) for one in codes],
    )
    return codes


def turn_off(parts: Parts, member: UUID) -> None:
    """A password is enough again."""
    parts.credentials.set_second_factor(member, None, step=0, codes=())


def accepts(parts: Parts, member: UUID, typed: str) -> bool:
    """Whether this proves the second factor: an app's code or a recovery code, each only once."""
    sealed = parts.credentials.read(member).totp_sealed
    secret = parts.keyring.open_note(member, sealed) if sealed else None
    if secret is None:
        return False
    step = step_of(secret.decode(), typed, at=parts.clock())
    if step is not None:
        return parts.credentials.use_step(member, step)
    return parts.credentials.take_recovery_code(member, code_hash(typed))
