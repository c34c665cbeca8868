"""Data keys: personal data is readable exactly as long as its key exists."""

import hmac
import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Protocol
from unicodedata import normalize
from uuid import UUID

from cachetools import TTLCache
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keys.list_seal import ListSeal
from adapters.keys.master_key import FORMAT, NONCE, SealBroken, Wrapping, derived_key
from adapters.keys.ticket_codes import hash_of
from adapters.store.recorder import WrappedKey

_KEY_ID = slice(1, 17)
_MOST_CACHED, _SECONDS_CACHED = 10_000, 60.0


class KeyStore(Protocol):
    """Where wrapped data keys live, and nothing more. New ones come with the ledger's commit."""

    def of_subject(self, subject: UUID) -> WrappedKey | None: ...

    def by_ids(self, key_ids: Sequence[UUID]) -> Sequence[WrappedKey]:
        """Those that there are, in any order."""
        ...

    def add(self, keys: Iterable[WrappedKey]) -> None: ...

    def add_first(self, key: WrappedKey) -> None:
        """Unless its subject has one already."""
        ...


class MemoryKeys:
    """Wrapped keys in memory."""

    def __init__(self) -> None:
        self._keys: dict[UUID, WrappedKey] = {}

    def of_subject(self, subject: UUID) -> WrappedKey | None:
        return next((key for key in [*self._keys.values()] if key.subject == subject), None)

    def by_ids(self, key_ids: Sequence[UUID]) -> Sequence[WrappedKey]:
        return [self._keys[one] for one in key_ids if one in self._keys]

    def add(self, keys: Iterable[WrappedKey]) -> None:
        self._keys.update((key.key_id, key) for key in keys)

    def add_first(self, key: WrappedKey) -> None:
        if self.of_subject(key.subject) is None:
            self.add([key])

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

    def committed(self) -> None:
        """What was sealed is in the ledger: its fresh keys need not be asked for."""
        for wrapped, key in self._fresh.values():
            self._keyring.learn(wrapped, key)

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

    `also` are further master keys that open what they wrapped, while keys are being changed.
    A destroyed key is forgotten here within a minute, wherever it was destroyed.
    """

    def __init__(
        self,
        master_key: bytes,
        *,
        ledger: UUID,
        store: KeyStore,
        also: Sequence[bytes] = (),
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._ledger, self._store = ledger, store
        self._wrapping = Wrapping(master_key, ledger=ledger, also=also)
        self._cache = _Cache(now)

    def sealing(self) -> Sealing:
        """Begin to seal the stamps of one append, or of several that are handed in together."""
        return Sealing(self)

    def fetch(self, sealed: Iterable[bytes]) -> None:
        """One question for the keys of all these, before they are opened one by one."""
        wanted = {UUID(bytes=one[_KEY_ID]) for one in sealed if one[:1] == FORMAT}
        missing = [key_id for key_id in wanted if self._cache.get(key_id) is None]
        for wrapped in self._store.by_ids(missing) if missing else ():
            self._unwrap(wrapped)

    def open(self, stream: UUID, version: int, *, type: str, sealed: bytes) -> bytes | None:
        """What was sealed; None when its key was destroyed. Raises `SealBroken` if it was moved."""
        return self._decrypt(sealed, place=_place(stream, version, type=type))

    def seal_evidence(
        self, message: UUID, plaintext: bytes, *, about: bytes = b""
    ) -> tuple[bytes, WrappedKey]:
        """Seal one inbox message under a key of its own, to be stored beside it.

        It opens only with the same `about`: what stands beside it in the clear.
        """
        wrapped, key = self.make_key(message)
        place = _evidence(message, about)
        return self.encrypt(key, wrapped.key_id, place=place, of=plaintext), wrapped

    def open_evidence(self, message: UUID, sealed: bytes, *, about: bytes = b"") -> bytes | None:
        """An inbox message; None when its key was destroyed. Raises `SealBroken`."""
        try:
            return self._decrypt(sealed, place=_evidence(message, about))
        except SealBroken:
            if not about:
                raise
        # Sealed by a release that did not bind what stands beside it.
        return self._decrypt(sealed, place=_evidence(message))

    def seal_note(self, subject: UUID, plaintext: bytes) -> bytes:
        """Seal what is kept beside the ledger of a subject: nobody reads it after an erasure.

        Under the ledger's own key where the subject has none.
        """
        known = self.key_of(subject)
        if known is None:
            _ = self._lasting
            known = self.key_of(self._ledger)
        assert known is not None, "the ledger's own key is never destroyed"
        return self.encrypt(known[1], known[0], place=_note(subject), of=plaintext)

    def open_note(self, subject: UUID, sealed: bytes) -> bytes | None:
        """What was noted of a subject; None once they are erased. Raises `SealBroken`."""
        return self._decrypt(sealed, place=_note(subject))

    def learn(self, wrapped: WrappedKey, key: bytes) -> None:
        """A key of ours that was committed with what it seals."""
        self._cache.put(wrapped, key)

    def forget(self, subject: UUID) -> None:
        """Its key was destroyed with the stamp ERASED: nothing is opened here from now on."""
        self._cache.drop(subject)

    def blind_index(self, email: str) -> str:
        """Finds a person's orders without telling the address: equal for equal addresses."""
        folded = normalize("NFC", normalize("NFC", email.strip()).casefold())
        return hmac.new(self._indexing, folded.encode(), sha256).hexdigest()

    def blind_word(self, term: str) -> int:
        """Finds what somebody types without telling it: eight bytes, as a column holds them."""
        fingerprint = hmac.new(self._searching, term.encode(), sha256).digest()
        return int.from_bytes(fingerprint[:8], "big", signed=True)

    def keyed_hash(self, content: bytes) -> str:
        """A hash that tells nothing to who does not have the key."""
        return hmac.new(self._hashing, content, sha256).hexdigest()

    def ticket_hash(self, code: str) -> str:
        """What the ledger keeps of a ticket's code, and a door finds it by."""
        return hash_of(code, self.keyed_hash)

    @cached_property
    def door_seal(self) -> ListSeal:
        """What signs the lists that devices at a door keep."""
        return ListSeal(self.keyed_hash)

    @cached_property
    def _indexing(self) -> bytes:
        return derived_key(self._lasting, b"blind index", ledger=self._ledger)

    @cached_property
    def _searching(self) -> bytes:
        return derived_key(self._lasting, b"search words", ledger=self._ledger)

    @cached_property
    def _hashing(self) -> bytes:
        return derived_key(self._lasting, b"keyed hash", ledger=self._ledger)

    @cached_property
    def _lasting(self) -> bytes:
        """The ledger's own secret: what hangs on it outlives a change of the master key."""
        known = self.key_of(self._ledger)
        if known is None:
            self._store.add_first(self.make_key(self._ledger)[0])
            known = self.key_of(self._ledger)
        assert known is not None, "the ledger's own key is never destroyed"
        return known[1]

    def make_key(self, subject: UUID) -> tuple[WrappedKey, bytes]:
        """A fresh data key, wrapped and plain. It is not known here until it was committed."""
        return self._wrapping.make_key(subject)

    def key_of(self, subject: UUID) -> tuple[UUID, bytes] | None:
        """The data key of a subject, with its identity; None if there is none."""
        wrapped = self._store.of_subject(subject)
        return (wrapped.key_id, self._unwrap(wrapped)) if wrapped else None

    def encrypt(self, key: bytes, key_id: UUID, *, place: bytes, of: bytes) -> bytes:
        """Format, key id, nonce, ciphertext with tag; bound to its place in this ledger."""
        nonce = os.urandom(NONCE)
        ciphertext = AESGCM(key).encrypt(nonce, of, self._bound(key_id, place))
        return FORMAT + key_id.bytes + nonce + ciphertext

    def _decrypt(self, sealed: bytes, *, place: bytes) -> bytes | None:
        if sealed[:1] != FORMAT:
            raise SealBroken("sealed bytes of an unknown format")
        key_id, rest = UUID(bytes=sealed[_KEY_ID]), sealed[_KEY_ID.stop :]
        key = self._cache.get(key_id) or self._load(key_id)
        if key is None:
            return None
        try:
            return AESGCM(key).decrypt(rest[:NONCE], rest[NONCE:], self._bound(key_id, place))
        except InvalidTag:
            raise SealBroken("sealed bytes do not belong here") from None

    def _load(self, key_id: UUID) -> bytes | None:
        return next((self._unwrap(one) for one in self._store.by_ids([key_id])), None)

    def _unwrap(self, wrapped: WrappedKey) -> bytes:
        key = self._wrapping.unwrap(wrapped)
        self._cache.put(wrapped, key)
        return key

    def _bound(self, key_id: UUID, place: bytes) -> bytes:
        return b"stampledger sealed v1" + self._ledger.bytes + key_id.bytes + place


class _Cache:
    """The data keys used lately, each for a minute, as many as fit."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._lock = Lock()
        self._keys = TTLCache[UUID, tuple[bytes, UUID]](_MOST_CACHED, _SECONDS_CACHED, timer=now)

    def get(self, key_id: UUID) -> bytes | None:
        with self._lock:
            found = self._keys.get(key_id)
        return found[0] if found else None

    def put(self, wrapped: WrappedKey, key: bytes) -> None:
        with self._lock:
            self._keys[wrapped.key_id] = key, wrapped.subject

    def drop(self, subject: UUID) -> None:
        with self._lock:
            for key_id in [one for one, (_, of) in self._keys.items() if of == subject]:
                self._keys.pop(key_id, None)


def _place(stream: UUID, version: int, *, type: str) -> bytes:
    return b"stamp" + stream.bytes + version.to_bytes(8, "big") + type.encode()


def _note(subject: UUID) -> bytes:
    return b"note" + subject.bytes


def _evidence(message: UUID, about: bytes = b"") -> bytes:
    return b"evidence" + message.bytes + (sha256(about).digest() if about else b"")
