"""Who hands letters over to the mail server, and under which domain."""

from email.utils import parseaddr

from adapters.mail.smtp import SmtpMail
from adapters.worker.reactor import Clock
from web.wiring.settings import Settings, SettingWrong


def mail_of(settings: Settings, clock: Clock) -> SmtpMail:
    """Who hands letters over. Raises `SettingWrong` without a mail server."""
    if not settings.smtp_url:
        raise SettingWrong("STAMPLEDGER_SMTP_URL", "is required: letters need a mail server")
    return SmtpMail(
        settings.smtp_url,
        settings.mail_from,
        clock=clock,
        keeps=True,
        starttls_required=settings.smtp_starttls_required,
    )


def mail_domain_of(settings: Settings) -> str:
    """The domain of our Message-IDs."""
    return parseaddr(settings.mail_from)[1].rpartition("@")[2]
