"""Sessions, passkeys and links to sign in, in memory, for tests that need no database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledger.accounts.link import SignInLink
from ledger.accounts.passkey import MOST_PASSKEYS, Challenge, Passkey
from ledger.accounts.session import LAST_USE, LIFETIMES, Kind, SignedIn


class MemorySessions:
    """Keeps every session until the process ends."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, SignedIn] = {}

    def open(self, token_hash: bytes, session: SignedIn) -> None:
        """Keep a session that begins."""
        self._sessions[token_hash] = session

    def use(self, token_hash: bytes, kind: Kind, *, at: datetime) -> SignedIn | None:
        """The session of a word, if it lives; this is a use of it."""
        found = self._sessions.get(token_hash)
        if found is None or found.kind != kind or found.ends_at <= at:
            return None
        if found.last_used_at <= at - LAST_USE:
            lifetime = LIFETIMES[kind]
            ends = min(at + lifetime.idle, found.opened_at + lifetime.at_most)
            found = self._sessions[token_hash] = replace(found, last_used_at=at, ends_at=ends)
        return found

    def of(self, kind: Kind, subject: UUID, *, at: datetime) -> Sequence[SignedIn]:
        """The living sessions of somebody, the one used last first; at most a hundred."""
        found = [one for one in self._of(kind, subject).values() if one.ends_at > at]
        found.sort(key=lambda one: (one.last_used_at, one.opened_at), reverse=True)
        return found[:100]

    def end(self, token_hash: bytes, kind: Kind) -> None:
        """End the session of a word, if there is one."""
        found = self._sessions.get(token_hash)
        if found is not None and found.kind == kind:
            del self._sessions[token_hash]

    def end_one(self, kind: Kind, subject: UUID, id: UUID) -> bool:
        """End a session of this person; False if they have none of that id."""
        gone = [key for key, one in self._of(kind, subject).items() if one.id == id]
        for key in gone:
            del self._sessions[key]
        return bool(gone)

    def end_all(self, kind: Kind, subject: UUID, *, but: UUID | None = None) -> int:
        """End all sessions of somebody, or all but one; how many there were."""
        gone = [key for key, one in self._of(kind, subject).items() if one.id != but]
        for key in gone:
            del self._sessions[key]
        return len(gone)

    def _of(self, kind: Kind, subject: UUID) -> dict[bytes, SignedIn]:
        return {
            key: one
            for key, one in self._sessions.items()
            if (one.kind, one.subject) == (kind, subject)
        }


class MemoryPasskeys:
    """Keeps every passkey until the process ends."""

    def __init__(self) -> None:
        self._challenges: dict[bytes, Challenge] = {}
        self._passkeys: dict[UUID, Passkey] = {}

    def ask(self, challenge_hash: bytes, challenge: Challenge, *, at: datetime) -> None:
        """Keep a question until it is answered."""
        self._challenges[challenge_hash] = challenge

    def take(self, challenge_hash: bytes) -> Challenge | None:
        """The question of this hash, for the first who asks only."""
        return self._challenges.pop(challenge_hash, None)

    def add(self, passkey: Passkey) -> bool:
        """Keep it; False if it is known already, or if its owner has too many."""
        known = any(one.credential_id == passkey.credential_id for one in self._passkeys.values())
        if known or len(self.of(passkey.kind, passkey.subject)) >= MOST_PASSKEYS:
            return False
        self._passkeys[passkey.id] = passkey
        return True

    def find(self, kind: Kind, credential_id: bytes) -> Passkey | None:
        """The passkey that a device names; None if it was removed, or never was."""
        found = (one for one in self._passkeys.values() if one.credential_id == credential_id)
        return next((one for one in found if one.kind == kind), None)

    def of(self, kind: Kind, subject: UUID) -> Sequence[Passkey]:
        """The passkeys of somebody, the oldest first."""
        found = [
            one for one in self._passkeys.values() if (one.kind, one.subject) == (kind, subject)
        ]
        return sorted(found, key=lambda one: (one.added_at, one.id))

    def used(self, id: UUID, *, sign_count: int, at: datetime) -> bool:
        """Write down a use; False if the device's count went backwards, or it was removed."""
        found = self._passkeys.get(id)
        if found is None or not (
            found.sign_count < sign_count or found.sign_count == sign_count == 0
        ):
            return False
        self._passkeys[id] = replace(found, sign_count=sign_count, last_used_at=at)
        return True

    def remove(self, kind: Kind, subject: UUID, id: UUID) -> bool:
        """Take it back; False if this person has none of that id."""
        found = self._passkeys.get(id)
        if found is None or (found.kind, found.subject) != (kind, subject):
            return False
        del self._passkeys[id]
        return True

    def remove_all(self, kind: Kind, subject: UUID) -> int:
        """Take all of somebody's back; how many there were."""
        gone = self.of(kind, subject)
        for one in gone:
            del self._passkeys[one.id]
        return len(gone)


class MemorySignInLinks:
    """Keeps every link until it is used or the process ends."""

    def __init__(self) -> None:
        self._links: dict[str, SignInLink] = {}

    def keep(self, code: str, link: SignInLink, *, at: datetime) -> None:
        """Keep a link until its letter comes back."""
        self._links[code] = link

    def look(self, code: str) -> SignInLink | None:
        """The link of a code, used up by nobody yet; looking changes nothing."""
        return self._links.get(code)

    def take(self, code: str) -> bool:
        """Use it up: True for the first only."""
        return self._links.pop(code, None) is not None
