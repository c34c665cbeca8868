"""Letters to all buyers: what sends them, what lists know of them, and one to try on oneself."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from adapters.mail.letters import render
from adapters.mail.smtp import Sent
from adapters.postgres.views.queries import Views
from adapters.worker.reactor import Clock, Patience, Reactor, Runs
from adapters.worker.reactors.mailings import MailingWork
from ledger.news.reader import NewsReaders
from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.shop.letter_words import LetterWords
from ledger.shop.mailing_service import Mailings
from web.wiring.letters import LetterTest
from web.wiring.mail import mail_domain_of, mail_of
from web.wiring.parts import Parts
from web.wiring.settings import Settings


def letter_test(settings: Settings, clock: Clock) -> LetterTest | None:
    """Who sends a letter to whoever wrote it. None without a mail server."""
    if not settings.smtp_url:
        return None
    mail, domain = mail_of(settings, clock), mail_domain_of(settings)

    def send(
        order: Order, letter: Letter, cause: UUID, *, words: LetterWords, language: str, to: str
    ) -> bool:
        made = render(
            order,
            letter,
            correlation_id=cause,
            number=None,
            base_url=settings.base_url,
            words=words,
            language=language,
        )
        whole = replace(made, to=to, unsubscribe="")
        return isinstance(mail.send(whole, f"<{uuid4()}.test@{domain}>"), Sent)

    return send


def mailing_work(parts: Parts, views: Views) -> Sequence[Runs]:
    """The reactor of letters to buyers."""
    work = MailingWork(
        orders=parts.orders,
        shops=parts.shops,
        mailings=Mailings(parts.store, parts.shops),
        readers=NewsReaders(parts.store),
        pages=lambda search, limit: views.orders(search, limit=limit),
        caught_up=views.pages_at,
        clock=parts.clock,
    )
    patience = Patience(parts.clock)
    return [Reactor(name="mailings", find=views.running_mailings, each=work, after=patience)]
