"""The people who run the shops: invite them, say what they may, and let them in."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from uuid import UUID, uuid4

from ledger.kernel.refusals import UnknownMember
from ledger.shop.mail_address import is_recipient
from ledger.staff.credentials import LINK_LIVES
from ledger.staff.member import StaffMember
from ledger.staff.role import Grant
from ledger.staff.service import Ask
from ledger.staff.stamps import member_id
from web.actions import passwords
from web.wiring.parts import Parts


class AddressWrong(ValueError):
    """This is no e-mail address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Who was invited, and the one-time link to choose what to sign in with: shown this once.

    None for who belonged before: a link for somebody who can sign in would be a way in as them.
    """

    member: StaffMember
    link: str | None


def invite(parts: Parts, *, email: str, grant: Grant, actor: str) -> Invited:
    """Somebody belongs and has this role; a link for who cannot sign in yet.

    Raises `AddressWrong`, `UnknownShop`.
    """
    email = email.strip()
    if not is_recipient(email):
        raise AddressWrong
    if grant.shop is not None:
        parts.shops.get(grant.shop)
    index = parts.keyring.blind_index(email)
    known = parts.staff.get(member_id(index)).belongs
    member = parts.staff.add(asked_by(actor), email=email, email_index=index, grant=grant)
    return Invited(member=member, link=None if known else fresh_link(parts, member.id))


def fresh_link(parts: Parts, member: UUID) -> str:
    """A one-time link to choose a password or a passkey. Former ones count no more."""
    code = token_urlsafe(32)
    ends_at = parts.clock() + LINK_LIVES
    parts.credentials.keep_link(member, sha256(code.encode()).digest(), ends_at=ends_at)
    return f"{parts.settings.base_url.rstrip('/')}/admin/welcome/{code}"


def invited_by(parts: Parts, code: str) -> StaffMember | None:
    """Whom this link is for, if it counts still. It goes on counting."""
    member = parts.credentials.read_link(sha256(code.encode()).digest(), at=parts.clock())
    return _belonging(parts, member)


def take_invitation(parts: Parts, code: str) -> StaffMember | None:
    """Whom this link is for; it counts no more."""
    member = parts.credentials.take_link(sha256(code.encode()).digest(), at=parts.clock())
    return _belonging(parts, member)


def member_of(parts: Parts, email: str) -> StaffMember:
    """Whoever has this address. Raises `UnknownMember`."""
    member = parts.staff.get(member_id(parts.keyring.blind_index(email)))
    if not member.belongs:
        raise UnknownMember
    return member


def reset(parts: Parts, member: UUID, *, actor: str) -> str:
    """Nothing that they had counts any more; a link to choose anew. Raises `UnknownMember`."""
    parts.staff.reset(asked_by(actor), member)
    _forget(parts, member)
    return fresh_link(parts, member)


def remove(parts: Parts, member: UUID, *, actor: str) -> None:
    """They may nothing any more, at once. Raises `UnknownMember`, `LastAdmin`."""
    parts.staff.remove(asked_by(actor), member)
    _forget(parts, member)


def set_role(parts: Parts, member: UUID, grant: Grant, *, actor: str) -> StaffMember:
    """They may it from here on. Raises `UnknownMember`, `UnknownShop`."""
    if grant.shop is not None:
        parts.shops.get(grant.shop)
    return parts.staff.grant(asked_by(actor), member, grant)


def withdraw_role(parts: Parts, member: UUID, grant: Grant, *, actor: str) -> StaffMember:
    """They may it no longer. Raises `UnknownMember`, `LastAdmin`."""
    return parts.staff.withdraw(asked_by(actor), member, grant)


def choose_password(parts: Parts, member: UUID, password: str) -> None:
    """From here on this one counts; whoever is signed in elsewhere signs in again."""
    parts.credentials.set_password(member, passwords.hashed(password))


def by_password(parts: Parts, email: str, password: str) -> StaffMember | None:
    """Whose address and password these are. Nobody's take as long as somebody's."""
    member = parts.staff.get(member_id(parts.keyring.blind_index(email)))
    kept = parts.credentials.read(member.id).password_hash
    fits = passwords.fits(password, kept)
    if not fits or not member.belongs or kept is None:
        return None
    if passwords.outdated(kept):
        parts.credentials.renew_password(member.id, former=kept, renewed=passwords.hashed(password))
    return member


def mark_of(password_hash: str | None) -> str:
    """What tells whether a password was changed since, and tells nothing else."""
    return sha256(f"mark {password_hash}".encode()).hexdigest()[:16]


def unchanged(parts: Parts, member: UUID, mark: str) -> bool:
    """Whether the password is the one of that mark still."""
    return compare_digest(mark_of(parts.credentials.read(member).password_hash), mark)


def _belonging(parts: Parts, member: UUID | None) -> StaffMember | None:
    found = parts.staff.get(member) if member is not None else None
    return found if found is not None and found.belongs else None


def _forget(parts: Parts, member: UUID) -> None:
    parts.credentials.clear(member)
    parts.passkeys.remove_all("staff", member)
    parts.sessions.end_all("staff", member)


def asked_by(actor: str) -> Ask:
    """A wish about people under an identity of its own."""
    return Ask(correlation_id=uuid4(), actor=actor)
