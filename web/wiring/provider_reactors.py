"""What the worker does at providers, each in a lane of its own: one that hangs holds back no other.

Money by hand, and providers without settings here, share a lane in which nobody is called.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from adapters.postgres.views.queries import Lane, Views
from adapters.postgres.working.inbox import PostgresInbox
from adapters.worker.look_up import Look, LookUp
from adapters.worker.open_cases import Desk
from adapters.worker.reactor import Patience, Progress, Reactor, Runs, in_turns
from adapters.worker.reactors.captures import Captures
from adapters.worker.reactors.case_returns import Returns
from adapters.worker.reactors.inbox import Inbox
from adapters.worker.reactors.open_payments import Payments
from adapters.worker.reactors.pending_refunds import Promises, unhurried
from adapters.worker.reactors.rematch import SecondLook
from adapters.worker.reactors.unpaid_orders import Timeouts
from adapters.worker.threads import Threads
from ledger.inbox.replay_inbox import TRUSTED
from ledger.order.decisions.staff import MANUAL
from ledger.payments.provider import PaymentProvider
from web.http.addresses import return_address
from web.wiring.parts import Parts, intake, open_pages

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
