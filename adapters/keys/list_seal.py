"""The signature under lists that devices at a door keep: Ed25519, by a key of this ledger."""

from base64 import b64encode
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class ListSeal:
    """Signs lists. Its key follows from the master key, and is the same after a restart."""

    def __init__(self, keyed_hash: Callable[[bytes], str]) -> None:
        seed = bytes.fromhex(keyed_hash(b"door-list/signing-key"))
        self._key = Ed25519PrivateKey.from_private_bytes(seed[:32])

    @property
    def public_key(self) -> str:
        """Base64 of the 32 bytes that a signature is verified with."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return b64encode(raw).decode()

    def signature(self, body: bytes) -> str:
        """Base64 of the signature over these bytes."""
        return b64encode(self._key.sign(body)).decode()
