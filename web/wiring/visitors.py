"""What is kept of those who visit, beside the ledger: carts, sessions, passkeys."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.accounts.link import SignInLink
from ledger.accounts.passkey import Challenge, Passkey
from ledger.accounts.session import Kind, SignedIn
from ledger.cart.cart import Cart


class Carts(Protocol):
    """Where carts are kept, for all processes together."""

    def read(self, id_hash: bytes) -> tuple[int, Cart]:
        """The cart and its version; an empty one of version 0 if there is none."""
        ...

    def keep(self, id_hash: bytes, cart: Cart, *, version: int, at: datetime) -> bool:
        """Keep it in place of the version that was read; False if somebody was faster."""
        ...


class Sessions(Protocol):
    """Who is signed in on which browser, for all processes together."""

    def open(self, token_hash: bytes, session: SignedIn) -> None:
        """Keep a session that begins, under the SHA-256 of its browser's word."""
        ...

    def use(self, token_hash: bytes, kind: Kind, *, at: datetime) -> SignedIn | None:
        """The session of a word, if it lives; this is a use of it."""
        ...

    def of(self, kind: Kind, subject: UUID, *, at: datetime) -> Sequence[SignedIn]:
        """The living sessions of somebody, the one used last first."""
        ...

    def end(self, token_hash: bytes, kind: Kind) -> None:
        """End the session of a word, if there is one."""
        ...

    def end_one(self, kind: Kind, subject: UUID, id: UUID) -> bool:
        """End a session of this person; False if they have none of that id."""
        ...

    def end_all(self, kind: Kind, subject: UUID, *, but: UUID | None = None) -> int:
        """End all sessions of somebody, or all but one; how many there were."""
        ...


class Passkeys(Protocol):
    """Passkeys, and the questions asked of their devices, for all processes together."""

    def ask(self, challenge_hash: bytes, challenge: Challenge, *, at: datetime) -> None:
        """Keep a question until it is answered."""
        ...

    def take(self, challenge_hash: bytes) -> Challenge | None:
        """The question of this hash, for the first who asks only."""
        ...

    def add(self, passkey: Passkey) -> bool:
        """Keep it; False if it is known already, or if its owner has too many."""
        ...

    def find(self, kind: Kind, credential_id: bytes) -> Passkey | None:
        """The passkey that a device names; None if it was removed, or never was."""
        ...

    def of(self, kind: Kind, subject: UUID) -> Sequence[Passkey]:
        """The passkeys of somebody, the oldest first."""
        ...

    def used(self, id: UUID, *, sign_count: int, at: datetime) -> bool:
        """Write down a use; False if the device's count went backwards, or it was removed."""
        ...

    def remove(self, kind: Kind, subject: UUID, id: UUID) -> bool:
        """Take it back; False if this person has none of that id."""
        ...

    def remove_all(self, kind: Kind, subject: UUID) -> int:
        """Take all of somebody's back; how many there were."""
        ...


class SignInLinks(Protocol):
    """Links to sign in, each good once, for all processes together."""

    def keep(self, code: str, link: SignInLink, *, at: datetime) -> None:
        """Keep a link until its letter comes back."""
        ...

    def look(self, code: str) -> SignInLink | None:
        """The link of a code, used up by nobody yet; looking changes nothing."""
        ...

    def take(self, code: str) -> bool:
        """Use it up: True for the first only."""
        ...


class SignInPost(Protocol):
    """Who sends the letter with a link. True if the mail server took it."""

    def __call__(self, *, to: str, url: str, language: str, device: str) -> bool: ...


class AccountViews(Protocol):
    """Which orders are whose, as lists show it: whose one is, its stamps say."""

    def orders_of_account(
        self,
        account: UUID,
        *,
        claimed: Sequence[UUID],
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> Sequence[tuple[UUID, datetime]]:
        """The orders of an account, the newest first, with the time when each was placed."""
        ...

    def orders_of_nobody(self, email_index: str, *, limit: int) -> Sequence[UUID]:
        """Orders with an address that belong to no account, the newest first."""
        ...


class Pictures(Protocol):
    """Where the pictures of shops are kept."""

    def keep(self, pictures: Mapping[str, bytes]) -> None:
        """Keep bytes (WebP) by their SHA-256; what is there already stays."""
        ...

    def read(self, hash: str) -> bytes | None:
        """The bytes (WebP) under their SHA-256 (hexadecimal); None where nobody kept any."""
        ...
