"""Data keys: personal data is readable exactly as long as its key exists."""

import hmac
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Protocol
from unicodedata import normalize
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.recording import WrappedKey

_FORMAT = b"\x01"
_NONCE = 12
_KEY_ID = slice(1, 17)
_MOST_CACHED, _SECONDS_CACHED = 10_000, 60.0


class SealBroken(Exception):
    """Sealed bytes do not belong where they stand, or the master key is not theirs."""


class KeyStore(Protocol):
    """Where wrapped data keys live, and nothing more. New ones come with the ledger's commit."""

    def of_subject(self, subject: UUID) -> WrappedKey | None: ...

    def by_id(self, key_id: UUID) -> WrappedKey | None: ...

    def add(self, keys: Iterable[WrappedKey]) -> None: ...

    def destroy(self, subject: UUID) -> None: ...


class MemoryKeys:
    """Wrapped keys in memory."""

    def __init__(self) -> None:
        self._keys: dict[UUID, WrappedKey] = {}

    def of_subject(self, subject: UUID) -> WrappedKey | None:
        return next((key for key in [*self._keys.values()] if key.subject == subject), None)

    def by_id(self, key_id: UUID) -> WrappedKey | None:
        return self._keys.get(key_id)

    def add(self, keys: Iterable[WrappedKey]) -> None:
        self._keys.update((key.key_id, key) for key in keys)

    def destroy(self, subject: UUID) -> None:
        self._keys = {one: key for one, key in self._keys.items() if key.subject != subject}


class Sealing:
    """The sealing of one call: fresh keys are shared within it, and kept only when committed."""

    def __init__(self, keyring: "Keyring") -> None:
        self._keyring = keyring
        self._fresh: dict[UUID, tuple[WrappedKey, bytes]] = {}

    def seal(self, stream: UUID, version: int, *, type: str, plaintext: bytes) -> bytes:
        """Encrypt one stamp's sealed part under the data key of its stream."""
        key_id, key = self._key_of(stream, version)
        return self._keyring.encrypt(
            key, key_id, place=_place(stream, version, type=type), of=plaintext
        )

    def fresh_for(self, stream: UUID) -> list[WrappedKey]:
        """The key that must be committed with the stamps of this stream, if it is a fresh one."""
        return [self._fresh[stream][0]] if stream in self._fresh else []

    def _key_of(self, stream: UUID, version: int) -> tuple[UUID, bytes]:
        # The first stamp of a stream cannot have a key yet: if it has, the commit is a conflict.
        known = self._keyring.key_of(stream) if version > 1 else None
        if known is not None:
            return known
        if stream not in self._fresh:
            self._fresh[stream] = self._keyring.make_key(stream)
        wrapped, key = self._fresh[stream]
        return wrapped.key_id, key


class Keyring:
    """Seals and opens with keys that are wrapped by one master key of 32 bytes.

    A destroyed key is forgotten here within a minute, wherever it was destroyed.
    """

    def __init__(
        self,
        master_key: bytes,
        *,
        ledger: UUID,
        store: KeyStore,
        now: Callable[[], float] = monotonic,
    ) -> None:
        if len(master_key) != 32:
            raise ValueError("the master key has 32 bytes")
        self._ledger, self._store = ledger, store
        self._wrapping = AESGCM(self._derived(master_key, b"wrapping"))
        self._indexing = self._derived(master_key, b"blind index")
        self._hashing = self._derived(master_key, b"keyed hash")
        self._cache = _Cache(now)

    def sealing(self) -> Sealing:
        """Begin to seal the stamps of one append, or of several that are handed in together."""
        return Sealing(self)

    def open(self, stream: UUID, version: int, *, type: str, sealed: bytes) -> bytes | None:
        """What was sealed; None when its key was destroyed. Raises `SealBroken` if it was moved."""
        return self._decrypt(sealed, place=_place(stream, version, type=type))

    def seal_evidence(self, message: UUID, plaintext: bytes) -> tuple[bytes, WrappedKey]:
        """Seal one inbox message under a key of its own, to be stored beside it."""
        wrapped, key = self.make_key(message)
        return self.encrypt(key, wrapped.key_id, place=_evidence(message), of=plaintext), wrapped

    def open_evidence(self, message: UUID, sealed: bytes) -> bytes | None:
        """An inbox message; None when its key was destroyed."""
        return self._decrypt(sealed, place=_evidence(message))

    def destroy(self, subject: UUID) -> None:
        """Forget a subject for ever."""
        self._store.destroy(subject)
        self._cache.drop(subject)

    def blind_index(self, email: str) -> str:
        """Finds a person's orders without telling the address: equal for equal addresses."""
        folded = normalize("NFC", normalize("NFC", email.strip()).casefold())
        return hmac.new(self._indexing, folded.encode(), sha256).hexdigest()

    def keyed_hash(self, content: bytes) -> str:
        """A hash that tells nothing to who does not have the key."""
        return hmac.new(self._hashing, content, sha256).hexdigest()

    def make_key(self, subject: UUID) -> tuple[WrappedKey, bytes]:
        """A fresh data key, wrapped and plain. It is not known here until it was committed."""
        key_id, key, nonce = uuid4(), AESGCM.generate_key(256), os.urandom(_NONCE)
        wrapped = self._wrapping.encrypt(nonce, key, self._bound(key_id, subject.bytes))
        return WrappedKey(key_id, subject, _FORMAT + nonce + wrapped), key

    def key_of(self, subject: UUID) -> tuple[UUID, bytes] | None:
        """The data key of a subject, with its identity; None if there is none."""
        wrapped = self._store.of_subject(subject)
        return (wrapped.key_id, self._unwrap(wrapped)) if wrapped else None

    def encrypt(self, key: bytes, key_id: UUID, *, place: bytes, of: bytes) -> bytes:
        """Format, key id, nonce, ciphertext with tag; bound to its place in this ledger."""
        nonce = os.urandom(_NONCE)
        ciphertext = AESGCM(key).encrypt(nonce, of, self._bound(key_id, place))
        return _FORMAT + key_id.bytes + nonce + ciphertext

    def _decrypt(self, sealed: bytes, *, place: bytes) -> bytes | None:
        if sealed[:1] != _FORMAT:
            raise SealBroken("sealed bytes of an unknown format")
        key_id, rest = UUID(bytes=sealed[_KEY_ID]), sealed[_KEY_ID.stop :]
        key = self._cache.get(key_id) or self._load(key_id)
        if key is None:
            return None
        try:
            return AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], self._bound(key_id, place))
        except InvalidTag:
            raise SealBroken("sealed bytes do not belong here") from None

    def _load(self, key_id: UUID) -> bytes | None:
        wrapped = self._store.by_id(key_id)
        return self._unwrap(wrapped) if wrapped else None

    def _unwrap(self, wrapped: WrappedKey) -> bytes:
        nonce, ciphertext = wrapped.wrapped[1 : 1 + _NONCE], wrapped.wrapped[1 + _NONCE :]
        bound = self._bound(wrapped.key_id, wrapped.subject.bytes)
        try:
            key = self._wrapping.decrypt(nonce, ciphertext, bound)
        except InvalidTag:
            raise SealBroken("a data key was not wrapped by this master key") from None
        self._cache.put(wrapped, key)
        return key

    def _bound(self, key_id: UUID, place: bytes) -> bytes:
        return b"stampledger sealed v1" + self._ledger.bytes + key_id.bytes + place

    def _derived(self, master_key: bytes, purpose: bytes) -> bytes:
        info = b"stampledger " + purpose + b" v1"
        return HKDF(algorithm=SHA256(), length=32, salt=self._ledger.bytes, info=info).derive(
            master_key
        )


class _Cache:
    """The data keys used lately, each for a minute, as many as fit."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._lock = now, Lock()
        self._keys: OrderedDict[UUID, tuple[bytes, UUID, float]] = OrderedDict()

    def get(self, key_id: UUID) -> bytes | None:
        with self._lock:
            key, _, until = self._keys.get(key_id, (None, None, 0.0))
            return key if until > self._now() else None

    def put(self, wrapped: WrappedKey, key: bytes) -> None:
        with self._lock:
            self._keys[wrapped.key_id] = key, wrapped.subject, self._now() + _SECONDS_CACHED
            while len(self._keys) > _MOST_CACHED:
                self._keys.popitem(last=False)

    def drop(self, subject: UUID) -> None:
        with self._lock:
            gone = [key_id for key_id, (_, of, _) in self._keys.items() if of == subject]
            for key_id in gone:
                del self._keys[key_id]


def _place(stream: UUID, version: int, *, type: str) -> bytes:
    return b"stamp" + stream.bytes + version.to_bytes(8, "big") + type.encode()


def _evidence(message: UUID) -> bytes:
    return b"evidence" + message.bytes
