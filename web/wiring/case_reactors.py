"""What the worker does for the desk: alarms, and cases whose cause went away."""

from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr

from adapters.alarms.mail import AlarmMail
from adapters.alarms.webhook import AlarmWebhook
from adapters.mail.smtp import SmtpMail
from adapters.postgres.views.queries import Views
from adapters.worker.reactor import Patience, Runs, Turns, in_turns
from adapters.worker.reactors.alarms import Alarms, Channel
from adapters.worker.reactors.close_cases import KINDS, Settled
from web.wiring.parts import Parts
from web.wiring.settings import Settings

_PAGE = 200
_RECOVERY = timedelta(seconds=20)
# Whoever put something right wants to see it off the desk.
_LOOKS_AGAIN = timedelta(seconds=15)


def desk_work(parts: Parts, views: Views) -> Sequence[Runs]:
    """The reactors of cases."""
    now, to_tell = parts.clock, Patience(parts.clock)
    return [
        in_turns(
            "settled",
            lambda offset: views.cases_of_orders(KINDS, _PAGE, offset=offset),
            each=Settled(orders=parts.orders, cases=parts.cases, clock=now),
            after=Patience(now, longest=_LOOKS_AGAIN),
            page=_PAGE,
            key=lambda found: found[0],
        ),
        Alarms(
            cases=parts.cases,
            find=Turns(
                look=lambda offset: views.alarming_cases(now() - _RECOVERY, _PAGE, offset=offset),
                ready=lambda case: to_tell.ready(("alarms", case)),
                page=_PAGE,
            ),
            channels=channels(parts.settings, parts),
            clock=now,
            patience=to_tell,
            after=_RECOVERY,
        ),
    ]


def channels(settings: Settings, parts: Parts) -> list[Channel]:
    """How people are told of critical cases, beside the log."""
    found: list[Channel] = []
    if settings.alarm_mail and settings.smtp_url:
        mail = SmtpMail(
            settings.smtp_url,
            settings.mail_from,
            clock=parts.clock,
            starttls_required=settings.smtp_starttls_required,
        )
        domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
        found.append(AlarmMail(mail=mail, to=settings.alarm_mail, mail_domain=domain))
    if settings.alarm_webhook:
        found.append(AlarmWebhook(url=settings.alarm_webhook))
    return found
