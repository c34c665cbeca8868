"""Passwords of staff: which ones are taken, how they are kept, whether one fits (argon2id).

Length counts and nothing is composed (NIST SP 800-63B, section 3.1.1.2): at least twelve letters,
not one of the commonest, not one letter or pattern over and over, not one's own address.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from threading import BoundedSemaphore
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 256
_COMMON = Path(__file__).parent / "common_passwords.txt"
_ROWS = ("qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "0123456789")
_hasher = PasswordHasher()
# Each takes 64 MiB while it is worked out: so many at a time, however many ask.
_turns = BoundedSemaphore(4)


class WeakBecause(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    ADDRESS = "address"


def weakness(password: str, *, email: str = "") -> WeakBecause | None:
    """Why this password is not taken; None if it is.

    >>> weakness("password1234"), weakness("abcabcabcabc"), weakness("seven grey geese")
    (<WeakBecause.COMMON: 'common'>, <WeakBecause.COMMON: 'common'>, None)
    """
    typed = _folded(password)
    if len(typed) < SHORTEST:
        return WeakBecause.SHORT
    if len(typed) > LONGEST:
        return WeakBecause.LONG
    if _is_pattern(typed) or typed.strip("0123456789!.?-_ ") in _common() or typed in _common():
        return WeakBecause.COMMON
    address = _folded(email)
    if address and typed in {address, address * 2, address.partition("@")[0] * 2}:
        return WeakBecause.ADDRESS
    return None


def hashed(password: str) -> str:
    """What is kept of it."""
    with _turns:
        return _hasher.hash(_typed(password))


def fits(password: str, password_hash: str | None) -> bool:
    """Whether it is this one. As much work is done where there is none to compare with."""
    with _turns:
        try:
            _hasher.verify(password_hash or _nobodys(), _typed(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether it was kept under parameters that are weaker than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _nobodys() -> str:
    return _hasher.hash(token_urlsafe(32))


def _typed(password: str) -> str:
    """The same letters, however a keyboard put them together (RFC 8265)."""
    return normalize("NFC", password)[: LONGEST * 4]


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold().strip()


def _is_pattern(typed: str) -> bool:
    """A short piece over and over, or a walk along the keyboard or the alphabet."""
    doubled = (typed + typed).find(typed, 1)
    if doubled < len(typed) and doubled <= max(4, len(typed) // 3):
        return True
    walks = [walk for row in _ROWS for walk in (row, row[::-1])]
    return any(typed in walk * 3 for walk in walks)


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split("\n")) - {""}
