"""Data keys under a master key, which can be changed while the shop sells."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.store.recorder import WrappedKey

FORMAT = b"\x01"
NONCE = 12
_PAGE = 1000
_FIRST = UUID(int=0)


class SealBroken(Exception):
    """Sealed bytes do not belong where they stand, or the master key is not theirs."""


class Wrapping:
    """Wraps with `master_key`, unwraps with that one or any of `also`; each has 32 bytes."""

    def __init__(self, master_key: bytes, *, ledger: UUID, also: Sequence[bytes] = ()) -> None:
        if any(len(key) != 32 for key in (master_key, *also)):
            raise ValueError("a master key has 32 bytes")
        self._ledger = ledger
        self._newest, *self._also = (AESGCM(self._key(one)) for one in (master_key, *also))

    def make_key(self, subject: UUID) -> tuple[WrappedKey, bytes]:
        """A fresh data key, wrapped and plain. It was tried whether it opens."""
        key_id, key = uuid4(), AESGCM.generate_key(256)
        wrapped = self._wrapped(WrappedKey(key_id, subject, b""), key)
        if self._opened(wrapped, self._newest) != key:
            raise SealBroken("a fresh data key does not open")
        return wrapped, key

    def unwrap(self, wrapped: WrappedKey) -> bytes:
        """The plain data key. Raises `SealBroken` when it is under none of our master keys."""
        for master in (self._newest, *self._also):
            key = self._opened(wrapped, master)
            if key is not None:
                return key
        raise SealBroken("a data key was not wrapped by this master key")

    def renewed(self, wrapped: WrappedKey) -> WrappedKey:
        """The same data key under the newest master key; itself if it is there already."""
        if self._opened(wrapped, self._newest) is not None:
            return wrapped
        return self._wrapped(wrapped, self.unwrap(wrapped))

    def _wrapped(self, of: WrappedKey, key: bytes) -> WrappedKey:
        nonce = os.urandom(NONCE)
        return replace(
            of, wrapped=FORMAT + nonce + self._newest.encrypt(nonce, key, self._bound(of))
        )

    def _opened(self, wrapped: WrappedKey, master: AESGCM) -> bytes | None:
        nonce, ciphertext = wrapped.wrapped[1 : 1 + NONCE], wrapped.wrapped[1 + NONCE :]
        try:
            return master.decrypt(nonce, ciphertext, self._bound(wrapped))
        except (InvalidTag, ValueError):
            return None

    def _bound(self, key: WrappedKey) -> bytes:
        place = self._ledger.bytes + key.key_id.bytes + key.subject.bytes
        return b"stampledger sealed v1" + place

    def _key(self, master_key: bytes) -> bytes:
        return derived_key(master_key, b"wrapping", ledger=self._ledger)


def derived_key(secret: bytes, purpose: bytes, *, ledger: UUID) -> bytes:
    """A key of 32 bytes for one purpose in one ledger (HKDF, RFC 5869, with SHA-256)."""
    info = b"stampledger " + purpose + b" v1"
    return HKDF(algorithm=SHA256(), length=32, salt=ledger.bytes, info=info).derive(secret)


class KeyPages(Protocol):
    """What wrapping anew needs of the key store, and nothing more."""

    def count(self) -> int: ...

    def page(self, after: UUID, *, limit: int) -> Sequence[WrappedKey]:
        """The next keys by key id."""
        ...

    def replace(self, pairs: Sequence[tuple[WrappedKey, WrappedKey]]) -> None:
        """Each former by its renewed one, unless it changed or was destroyed meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Renewal:
    """How many keys were wrapped anew, were so before, or are under none of our master keys."""

    renewed: int = 0
    unchanged: int = 0
    unknown: int = 0


def renew_all(
    keys: KeyPages, wrapping: Wrapping, *, progress: Callable[[int, int], None]
) -> Renewal:
    """Every data key under the newest master key, page by page. Stopped half way, go on again."""
    total, done, after = keys.count(), Renewal(), _FIRST
    while page := keys.page(after, limit=_PAGE):
        done = _renew(keys, page, wrapping, so_far=done)
        after = page[-1].key_id
        progress(done.renewed + done.unchanged + done.unknown, total)
    return done


def _renew(
    keys: KeyPages, page: Sequence[WrappedKey], wrapping: Wrapping, *, so_far: Renewal
) -> Renewal:
    pairs, unchanged, unknown = [], so_far.unchanged, so_far.unknown
    for key in page:
        try:
            fresh = wrapping.renewed(key)
        except SealBroken:
            unknown += 1
            continue
        if fresh is key:
            unchanged += 1
        else:
            pairs.append((key, fresh))
    keys.replace(pairs)
    return Renewal(so_far.renewed + len(pairs), unchanged, unknown)
