"""People are invited to the back office by letter; who they are is theirs to say, by accepting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from ledger.kernel.refusals import UnknownMember
from ledger.shop.mail_address import is_recipient
from ledger.staff.invitation import StaffInvitation, invitation_id
from ledger.staff.member import StaffMember
from ledger.staff.role import Grant, may
from web.actions import staff
from web.actions.staff import AddressWrong
from web.wiring.parts import Parts


class NoMailServer(RuntimeError):
    """Nobody here can send a letter."""


class LetterRefused(RuntimeError):
    """The mail server did not take the letter; nobody was invited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Who has the role now; a link to choose a password, for who cannot sign in yet."""

    member: StaffMember
    link: str | None


def invite(parts: Parts, *, email: str, grant: Grant, language: str, actor: str) -> StaffInvitation:
    """A letter is on its way, the same whether or not somebody of this address belongs.

    Raises `AddressWrong`, `UnknownShop`, `NoMailServer`, `LetterRefused`.
    """
    email = email.strip()
    if not is_recipient(email):
        raise AddressWrong
    if grant.shop is not None:
        parts.shops.get(grant.shop)
    index = parts.keyring.blind_index(email)
    invitation = StaffInvitation(
        id=invitation_id(index, grant),
        email=email,
        email_index=index,
        grant=grant,
        language=language,
        invited_by=actor,
        made_at=parts.clock(),
    )
    return _posted(parts, invitation)


def send_again(parts: Parts, invitation: UUID, *, actor: str) -> StaffInvitation:
    """Another letter; the link of the one before counts no more. Raises as `invite` does."""
    known = waiting(parts, invitation)
    return _posted(parts, replace(known, invited_by=actor, made_at=parts.clock()))


def waiting(parts: Parts, invitation: UUID) -> StaffInvitation:
    """The invitation of this name. Raises `UnknownMember` where none waits."""
    for one in listed(parts):
        if one.id == invitation:
            return one
    raise UnknownMember


def listed(parts: Parts) -> Sequence[StaffInvitation]:
    """Every invitation that waits, the oldest first."""
    return parts.office.invitations.listed(parts.clock())


def withdraw(parts: Parts, invitation: UUID) -> None:
    """Its link counts no more. Raises `UnknownMember` where none waits."""
    if not parts.office.invitations.remove(invitation):
        raise UnknownMember


def look(parts: Parts, code: str) -> StaffInvitation | None:
    """What a link invites to, if it counts: not once whoever invited may not hand that out."""
    found = parts.office.invitations.look(_hash(code), at=parts.clock())
    return found if found is not None and _stands(parts, found) else None


def accept(parts: Parts, code: str) -> Accepted | None:
    """They have the role from here on, once; None where the link does not count.

    Whoever was killed half-way presses again: the role is given before the link is used up.
    """
    found = look(parts, code)
    if found is None:
        return None
    member = parts.staff.add(
        staff.asked_by(found.invited_by),
        email=found.email,
        email_index=found.email_index,
        grant=found.grant,
    )
    if not parts.office.invitations.remove(found.id):
        return None
    known = signs_in(parts, member)
    return Accepted(member=member, link=None if known else staff.fresh_link(parts, member.id))


def signs_in(parts: Parts, member: StaffMember) -> bool:
    """Whether they have chosen what to sign in with."""
    has_password = parts.credentials.read(member.id).password_hash is not None
    return has_password or bool(parts.passkeys.of("staff", member.id))


def _posted(parts: Parts, invitation: StaffInvitation) -> StaffInvitation:
    send = parts.office.send_invitation
    if send is None:
        raise NoMailServer
    code = token_urlsafe(32)
    parts.office.invitations.keep(invitation, _hash(code))
    url = f"{parts.settings.base_url.rstrip('/')}/admin/invitation/{code}"
    if not send(invitation, url=url, inviter=_inviter(parts, invitation.invited_by)):
        parts.office.invitations.remove(invitation.id)
        raise LetterRefused
    return invitation


def _stands(parts: Parts, invitation: StaffInvitation) -> bool:
    """A person who invited has to be an admin there still; the machine's owner always is."""
    member = _person(parts, invitation.invited_by)
    if member is None:
        return not invitation.invited_by.startswith("staff:")
    return member.belongs and may(member.grants, shop=invitation.grant.shop)


def _inviter(parts: Parts, actor: str) -> str | None:
    member = _person(parts, actor)
    return member.email if member else None


def _person(parts: Parts, actor: str) -> StaffMember | None:
    return next((one for one in parts.staff.every() if one.actor == actor), None)


def _hash(code: str) -> bytes:
    return sha256(code.encode()).digest()
