"""What the worker does for the desk: second looks, money on its way back, alarms."""

from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr

from adapters.alarm_mail import AlarmMail
from adapters.alarm_webhook import AlarmWebhook
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.views import Views
from adapters.smtp_mail import SmtpMail
from adapters.worker.alarms import Alarms, Channel
from adapters.worker.reactor import Patience, Reactor
from adapters.worker.returns import Returns
from adapters.worker.second_look import SecondLook
from adapters.worker.settled import KINDS, Settled
from ledger.rereading import TRUSTED
from web.parts import Parts
from web.settings import Settings

_RECOVERY = timedelta(seconds=20)
# Whoever put something right wants to see it off the desk.
_LOOKS_AGAIN = timedelta(seconds=15)


def desk_work(
    parts: Parts, views: Views, inbox: PostgresInbox, *, patience: Patience
) -> Sequence[Reactor]:
    """The reactors of cases."""
    now = parts.clock
    return [
        SecondLook(
            homeless=lambda: views.homeless_news(TRUSTED),
            shelf=inbox,
            doors=parts.doors,
            orders=parts.orders,
            cases=parts.cases,
            find_order=views.order_of,
            clock=now,
            patience=patience,
        ),
        Settled(
            find=lambda: views.cases_of_orders(KINDS),
            orders=parts.orders,
            cases=parts.cases,
            clock=now,
            patience=Patience(now, longest=_LOOKS_AGAIN),
        ),
        Returns(
            cases=parts.cases,
            find=lambda: views.returning_cases(now() - _RECOVERY),
            providers=parts.providers,
            clock=now,
            patience=patience,
            after=_RECOVERY,
        ),
        Alarms(
            cases=parts.cases,
            find=lambda: views.alarming_cases(now() - _RECOVERY),
            channels=channels(parts.settings, parts),
            clock=now,
            patience=patience,
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
