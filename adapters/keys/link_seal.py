"""What stands behind a one-time link is sealed by the link itself: only the letter opens it."""

import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_PURPOSE = b"stampledger sign-in link v1"


def hash_of(code: str) -> bytes:
    """Under what a link is kept. Codes are long and random, so a plain hash is enough."""
    return sha256(code.encode()).digest()


def seal_by(code: str, plaintext: bytes) -> bytes:
    """Encrypt under a key that only the code tells."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(code)).encrypt(nonce, plaintext, _PURPOSE)


def open_by(code: str, sealed: bytes) -> bytes | None:
    """What the code sealed; None if it was not this code."""
    try:
        return AESGCM(_key(code)).decrypt(sealed[:_NONCE], sealed[_NONCE:], _PURPOSE)
    except (InvalidTag, ValueError):
        return None


def _key(code: str) -> bytes:
    """Another hash than the one it is kept under."""
    return sha256(_PURPOSE + b"/key/" + code.encode()).digest()
