"""Letters with a one-time link are sent by who was asked: nobody else knows the link."""

from uuid import uuid4

from adapters.mail.letters.sign_in import sign_in_letter
from adapters.mail.letters.staff_invitation import invitation_letter
from adapters.mail.smtp import Sent
from adapters.worker.reactor import Clock
from ledger.shop.service import Shops
from ledger.shop.texts import text_in
from ledger.staff.invitation import StaffInvitation
from web.wiring.mail import mail_domain_of, mail_of
from web.wiring.office import InvitationPost
from web.wiring.settings import Settings
from web.wiring.visitors import SignInPost


def sign_in_post(settings: Settings, clock: Clock) -> SignInPost | None:
    """Who sends links to sign in: the process that was asked. None without a mail server.

    The link is in its letter and nowhere else, so no other process could send it.
    """
    if not settings.smtp_url:
        return None
    mail = mail_of(settings, clock)
    domain = mail_domain_of(settings)

    def send(*, to: str, url: str, language: str, device: str) -> bool:
        letter = sign_in_letter(to=to, url=url, language=language, device=device)
        return isinstance(mail.send(letter, f"<{uuid4()}.sign-in@{domain}>"), Sent)

    return send


def invitation_post(settings: Settings, clock: Clock, *, shops: Shops) -> InvitationPost | None:
    """Who sends invitations to the back office, as `sign_in_post` sends its links."""
    if not settings.smtp_url:
        return None
    mail, domain = mail_of(settings, clock), mail_domain_of(settings)

    def send(invitation: StaffInvitation, *, url: str, inviter: str | None) -> bool:
        slug, language = invitation.grant.shop, invitation.language
        place = text_in(shops.get(slug).terms.name, language) if slug else None
        letter = invitation_letter(invitation, url=url, place=place, inviter=inviter)
        return isinstance(mail.send(letter, f"<{uuid4()}.invitation@{domain}>"), Sent)

    return send
