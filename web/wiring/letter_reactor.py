"""How the letters of customers are written and sent."""

from email.utils import parseaddr

from adapters.mail.letters import render
from adapters.mail.smtp import SmtpMail
from adapters.postgres.views.queries import Views
from adapters.store.ledger import StampLedger
from adapters.worker.open_cases import Desk
from adapters.worker.reactor import Clock, Find, Patience, Turns
from adapters.worker.reactors.deliver_letter import Post
from adapters.worker.reactors.delivery_policy import PAUSES, DeliveryPolicy
from adapters.worker.reactors.letters import Letters
from adapters.worker.threads import Threads
from ledger.order.batch_service import Together
from web.wiring.parts import Parts
from web.wiring.settings import SettingWrong

LETTERS_AT_ONCE = 8
_PAGE = 200


def due_letters(views: Views, now: Clock, *, patience: Patience) -> Find:
    """Orders that owe a letter by the time of its next try, each in its turn."""
    policy = DeliveryPolicy()
    return Turns(
        look=lambda offset: views.due_letters(
            now(),
            _PAGE,
            pauses=PAUSES,
            lease=int(policy.lease.total_seconds() // 60),
            offset=offset,
        ),
        ready=lambda order: patience.ready(("letters", order)),
        page=_PAGE,
    )


def letter_work(
    parts: Parts, ledger: StampLedger, *, find: Find, desk: Desk, patience: Patience
) -> Letters:
    """The reactor of the letters. Raises `SettingWrong` without a mail server."""
    settings, policy = parts.settings, DeliveryPolicy()
    if not settings.smtp_url:
        raise SettingWrong("STAMPLEDGER_SMTP_URL", "is required: letters need a mail server")
    post = Post(
        mail=SmtpMail(
            settings.smtp_url,
            settings.mail_from,
            clock=parts.clock,
            keeps=True,
            starttls_required=settings.smtp_starttls_required,
        ),
        render=lambda order, due, number: render(
            order,
            due.letter,
            correlation_id=due.correlation_id,
            number=number,
            base_url=settings.base_url,
        ),
        keyed_hash=parts.keyring.keyed_hash,
        mail_domain=parseaddr(settings.mail_from)[1].rpartition("@")[2],
        clock=parts.clock,
        lease=policy.lease,
    )
    return Letters(
        orders=parts.orders,
        together=Together(ledger, parts.orders),
        find=find,
        post=post,
        desk=desk,
        clock=parts.clock,
        policy=policy,
        patience=patience,
        threads=Threads(most=LETTERS_AT_ONCE, name="letters"),
    )
