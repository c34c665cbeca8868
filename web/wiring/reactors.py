"""What the worker does: at providers, each in a lane of its own; for letters; for the desk."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from secrets import token_urlsafe
from typing import TypeVar
from uuid import UUID

from adapters.alarms.mail import AlarmMail
from adapters.alarms.webhook import AlarmWebhook
from adapters.keys.ticket_codes import KeyedHash, drawn
from adapters.mail.letters import render
from adapters.mail.smtp import SmtpMail
from adapters.mail.tickets.press import Press
from adapters.mail.tickets.press_process import PressProcess
from adapters.mail.tickets.sheet import sheet_of
from adapters.postgres.views.lane import Lane
from adapters.postgres.views.queries import Views
from adapters.postgres.working.inbox import PostgresInbox
from adapters.store.ledger import StampLedger
from adapters.worker.look_up import Look, LookUp
from adapters.worker.open_cases import Desk
from adapters.worker.reactor import Clock, Find, Patience, Progress, Reactor, Runs, Turns, in_turns
from adapters.worker.reactors.alarms import Alarms, Channel
from adapters.worker.reactors.captures import Captures
from adapters.worker.reactors.case_returns import Returns
from adapters.worker.reactors.close_cases import KINDS, Settled
from adapters.worker.reactors.deliver_letter import PAUSES, DeliveryPolicy, Post
from adapters.worker.reactors.inbox import Inbox
from adapters.worker.reactors.letters import Letters
from adapters.worker.reactors.mailings import declined
from adapters.worker.reactors.open_payments import Payments
from adapters.worker.reactors.pending_refunds import Promises, unhurried
from adapters.worker.reactors.rematch import SecondLook
from adapters.worker.reactors.shop_changes import ShopChanges
from adapters.worker.reactors.unpaid_orders import Timeouts
from adapters.worker.reactors.vouchers_over import VouchersOver
from adapters.worker.threads import Threads
from ledger.inbox.replay_inbox import TRUSTED
from ledger.news.reader import NewsReaders
from ledger.order.batch_service import Together
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.order.own_words import OwnWords
from ledger.order.tickets import TicketCode
from ledger.payments.provider import PaymentProvider
from web.http.addresses import return_address
from web.wiring.mail import mail_domain_of, mail_of
from web.wiring.parts import Parts, intake, open_pages
from web.wiring.settings import Settings

# Whoever put something right wants to see it off the desk.
_LOOKS_AGAIN = timedelta(seconds=15)


# Whatever makes one of these act is seen by the pulse: a stamp, a kept message, or the clock.
WATCHED = (
    "order_words",
    "letters",
    "waiting_list",
    "places",
    "mailings",
    "inbox",
    "second_look",
    "payments",
    "promises",
    "captures",
    "timeouts",
    "returns",
    "settled",
    "vouchers_over",
    "alarms",
    "people_vouchers",
    "grant_letters",
)


def pulse(views: Views, now: Clock) -> tuple[tuple[int, int], Sequence[str]]:
    """The one look of a worker in place of all who are watched."""
    return views.pulse(now(), now() - _RECOVERY)


def desk_work(parts: Parts, views: Views) -> Sequence[Runs]:
    """The reactors of cases, and of what ends by itself."""
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
        in_turns(
            "vouchers_over",
            lambda offset: views.vouchers_over(now(), _PAGE, offset=offset),
            each=VouchersOver(vouchers=parts.vouchers, clock=now),
            after=Patience(now),
            page=_PAGE,
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
        domain = mail_domain_of(settings)
        found.append(AlarmMail(mail=mail, to=settings.alarm_mail, mail_domain=domain))
    if settings.alarm_webhook:
        found.append(AlarmWebhook(url=settings.alarm_webhook))
    return found


LETTERS_AT_ONCE = 8


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


def draw_and_print(order: Order, *, press: Press, keyed_hash: KeyedHash) -> tuple[TicketCode, ...]:
    """Codes for the tickets that an order wants. They are printed while they are committed."""
    fresh = drawn(order.tickets_wanted, keyed_hash=keyed_hash)
    sheet = sheet_of(order, [one.code for one in fresh])
    if sheet is not None:
        press.ahead(sheet)
    return fresh


def letter_work(
    parts: Parts, ledger: StampLedger, *, find: Find, desk: Desk, patience: Patience
) -> Letters:
    """The reactor of the letters. Raises `SettingWrong` without a mail server."""
    settings, policy, own = parts.settings, DeliveryPolicy(), OwnWords(parts.shops)
    press = Press(PressProcess(), executor=Threads(most=1, name="tickets"))
    post = Post(
        mail=mail_of(settings, parts.clock),
        render=lambda order, due, number: render(
            order,
            due.letter,
            correlation_id=due.correlation_id,
            number=number,
            base_url=settings.base_url,
            words=own(order, due.letter, due.correlation_id),
            files=press.attachments,
        ),
        keyed_hash=parts.keyring.keyed_hash,
        mail_domain=mail_domain_of(settings),
        clock=parts.clock,
        lease=policy.lease,
        declined=partial(declined, readers=NewsReaders(parts.store)),
    )
    return Letters(
        orders=parts.orders,
        together=Together(ledger, parts.orders),
        find=find,
        post=post,
        draw=partial(draw_and_print, press=press, keyed_hash=parts.keyring.keyed_hash),
        desk=desk,
        clock=parts.clock,
        policy=policy,
        patience=patience,
        words=own.version,
        threads=Threads(most=LETTERS_AT_ONCE, name="letters"),
    )


_T = TypeVar("_T", bound=Hashable)

# So many due things are looked at at a time, and so many calls may wait for one provider.
_PAGE, _AT_ONCE = 200, 8
# The web has so long to finish what it began.
_RECOVERY = timedelta(seconds=20)


def provider_work(
    parts: Parts, views: Views, inbox: PostgresInbox, *, desk: Desk
) -> Sequence[Runs]:
    """The reactors that wait for providers."""
    remote = tuple(sorted(name for name in parts.providers if name != MANUAL))
    alone = [Lane((name,), others=False) for name in remote]
    works = [_LaneWork(parts, views, inbox, desk, lane) for lane in (*alone, Lane(remote))]
    return [reactor for work in works for reactor in work.reactors()]


@dataclass(frozen=True, slots=True)
class _LaneWork:
    parts: Parts
    views: Views
    inbox: PostgresInbox
    desk: Desk
    lane: Lane

    def reactors(self) -> Iterator[Runs]:
        yield from self._of_messages()
        yield from self._of_questions()
        yield from self._of_time()

    def _of_messages(self) -> Iterator[Runs]:
        parts, views, lane = self.parts, self.views, self.lane
        look_up = LookUp(books=parts.books, pages=parts.pages, intake=intake(parts))
        yield self._reactor(
            "inbox",
            lambda at: self.inbox.unfinished(_PAGE, doors=lane, offset=at),
            each=Inbox(
                kept=self.inbox,
                doors=parts.doors,
                orders=parts.orders,
                cases=parts.cases,
                find_order=views.order_of,
                clock=parts.clock,
                look_up=look_up,
                look_up_refunds=look_up.refunds,
            ),
            key=lambda message: message.id,
        )
        yield self._reactor(
            "second_look",
            lambda at: views.homeless_news(TRUSTED, _PAGE, doors=lane, offset=at),
            each=SecondLook(
                shelf=self.inbox,
                doors=parts.doors,
                orders=parts.orders,
                cases=parts.cases,
                find_order=views.order_of,
                clock=parts.clock,
            ),
            key=lambda news: news.case,
        )

    def _of_questions(self) -> Iterator[Runs]:
        """What a provider was asked and has not answered, or promised and not done."""
        parts, views, lane = self.parts, self.views, self.lane
        yield self._reactor("payments", self._asked("payment", "refund"), each=self._payments())
        yield self._reactor(
            "promises",
            lambda at: views.promised_refunds(_PAGE, lane=lane, offset=at),
            each=Promises(orders=parts.orders, providers=self.providers, clock=parts.clock),
            after=unhurried(parts.clock),
        )
        yield self._reactor(
            "captures",
            lambda at: views.reservations_due(parts.clock(), _PAGE, lane=lane, offset=at),
            self._asked("capture", "void"),
            each=Captures(
                orders=parts.orders,
                providers=self.providers,
                desk=self.desk,
                clock=parts.clock,
                head_start=_RECOVERY,
            ),
        )

    def _of_time(self) -> Iterator[Runs]:
        parts, views, lane = self.parts, self.views, self.lane
        yield self._reactor(
            "timeouts",
            lambda at: views.unpaid_due(parts.clock(), _PAGE, lane=lane, offset=at),
            each=Timeouts(
                orders=parts.orders,
                pages=open_pages(parts),
                clock=parts.clock,
                desk=self.desk,
                look=Look(pages=parts.pages, intake=intake(parts)),
            ),
        )
        yield self._reactor(
            "shop_changes",
            lambda at: views.shop_orders_due(_PAGE, lane=lane, offset=at),
            each=ShopChanges(
                orders=parts.orders,
                shops=parts.shops,
                providers=self.providers,
                pages=open_pages(parts),
                clock=parts.clock,
                fresh=lambda: token_urlsafe(32),
            ),
        )
        yield self._reactor(
            "returns",
            lambda at: views.returning_cases(
                parts.clock() - _RECOVERY, _PAGE, lane=lane, offset=at
            ),
            each=Returns(
                cases=parts.cases,
                providers=self.providers,
                clock=parts.clock,
                head_start=_RECOVERY,
            ),
        )

    @property
    def providers(self) -> Mapping[str, PaymentProvider]:
        """Those of this lane."""
        return {
            name: one
            for name, one in self.parts.providers.items()
            if (name in self.lane.names) is not self.lane.others
        }

    def _payments(self) -> Payments:
        parts = self.parts
        return Payments(
            orders=parts.orders,
            providers=self.providers,
            pages=open_pages(parts),
            desk=self.desk,
            return_url=lambda order: return_address(
                parts.settings.base_url, order.terms.shop_slug, order.id
            ),
            clock=parts.clock,
            head_start=_RECOVERY,
        )

    def _asked(self, *kinds: str) -> Callable[[int], Sequence[UUID]]:
        """Orders with questions of these kinds that were not answered."""

        def look(offset: int) -> Sequence[UUID]:
            asked_before = self.parts.clock() - _RECOVERY
            found = self.views.open_intents(
                asked_before, _PAGE, kinds=kinds, lane=self.lane, offset=offset
            )
            return [one.order for one in found]

        return look

    def _reactor(
        self,
        kind: str,
        *looks: Callable[[int], Sequence[_T]],
        each: Callable[[_T], Progress],
        after: Patience | None = None,
        key: Callable[[_T], Hashable] = lambda item: item,
    ) -> Reactor[_T]:
        """Several items at once where a provider is called, which may hang."""
        name = kind if self.lane.others else f"{kind}:{self.lane.names[0]}"
        return in_turns(
            name,
            *looks,
            each=each,
            after=after or Patience(self.parts.clock),
            page=_PAGE,
            key=key,
            threads=None if self.lane.others else Threads(most=_AT_ONCE, name=name),
        )
