"""What the worker does at providers, each in a lane of its own: one that hangs holds back no other.

Money by hand, and providers without settings here, share a lane in which nobody is called.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from adapters.keys.evidence import Message, Waiting
from adapters.postgres.views.queries import Lane, Views
from adapters.postgres.working.inbox import PostgresInbox
from adapters.worker.look_up import Look, LookUp
from adapters.worker.open_cases import Desk
from adapters.worker.reactor import Patience, Reactor
from adapters.worker.reactors.captures import Captures
from adapters.worker.reactors.case_returns import Returns
from adapters.worker.reactors.inbox import Inbox
from adapters.worker.reactors.open_payments import Payments
from adapters.worker.reactors.pending_refunds import Promises, unhurried
from adapters.worker.reactors.rematch import SecondLook
from adapters.worker.reactors.unpaid_orders import Timeouts
from adapters.worker.threads import Hands
from adapters.worker.turns import Turns
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
) -> Sequence[Reactor]:
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

    def reactors(self) -> Iterator[Reactor]:
        yield self._inbox()
        yield self._payments()
        yield self._promises()
        yield self._captures()
        yield self._timeouts()
        yield self._second_look()
        yield self._returns()

    @property
    def providers(self) -> Mapping[str, PaymentProvider]:
        """Those of this lane."""
        return {
            name: one
            for name, one in self.parts.providers.items()
            if (name in self.lane.names) is not self.lane.others
        }

    def _name(self, kind: str) -> str:
        return kind if self.lane.others else f"{kind}:{self.lane.names[0]}"

    def _hands(self, name: str) -> Hands | None:
        """Several where providers are called; one may hang."""
        return None if self.lane.others else Hands(most=_AT_ONCE, name=name)

    def _turns(
        self, name: str, patience: Patience, look: Callable[[int], Sequence[_T]]
    ) -> Turns[_T]:
        return Turns(look=look, ready=lambda one: patience.ready((name, one)), page=_PAGE)

    def _asked(self, name: str, patience: Patience, kinds: Sequence[str]) -> Turns[UUID]:
        """Orders with questions of these kinds that were not answered."""

        def look(offset: int) -> Sequence[UUID]:
            asked_before = self.parts.clock() - _RECOVERY
            found = self.views.open_intents(
                asked_before, _PAGE, kinds=kinds, lane=self.lane, offset=offset
            )
            return [one.order for one in found]

        return self._turns(name, patience, look)

    def _inbox(self) -> Inbox:
        parts, name = self.parts, self._name("inbox")
        patience = Patience(parts.clock)
        look_up = LookUp(books=parts.books, pages=parts.pages, intake=intake(parts))
        turns: Turns[Waiting] = Turns(
            look=lambda offset: self.inbox.unfinished(_PAGE, doors=self.lane, offset=offset),
            ready=lambda one: patience.ready((name, one.id)),
            page=_PAGE,
        )
        return Inbox(
            kept=_Kept(self.inbox, turns),
            doors=parts.doors,
            orders=parts.orders,
            cases=parts.cases,
            find_order=self.views.order_of,
            clock=parts.clock,
            patience=patience,
            look_up=look_up,
            look_up_refunds=look_up.refunds,
            hands=self._hands(name),
            name=name,
        )

    def _payments(self) -> Payments:
        parts, name = self.parts, self._name("payments")
        patience = Patience(parts.clock)
        return Payments(
            orders=parts.orders,
            find=self._asked(name, patience, ("payment", "refund")),
            providers=self.providers,
            pages=open_pages(parts),
            desk=self.desk,
            return_url=lambda order: return_address(
                parts.settings.base_url, order.terms.shop_slug, order.id
            ),
            clock=parts.clock,
            patience=patience,
            after=_RECOVERY,
            hands=self._hands(name),
            name=name,
        )

    def _promises(self) -> Promises:
        parts, name = self.parts, self._name("promises")
        patience = unhurried(parts.clock)
        return Promises(
            orders=parts.orders,
            find=self._turns(
                name,
                patience,
                lambda at: self.views.promised_refunds(_PAGE, lane=self.lane, offset=at),
            ),
            providers=self.providers,
            patience=patience,
            hands=self._hands(name),
            name=name,
        )

    def _captures(self) -> Captures:
        parts, name = self.parts, self._name("captures")
        patience = Patience(parts.clock)
        asked = self._asked(name, patience, ("capture", "void"))
        due = self._turns(
            name,
            patience,
            lambda at: self.views.reservations_due(parts.clock(), _PAGE, lane=self.lane, offset=at),
        )
        return Captures(
            orders=parts.orders,
            find=lambda: [*dict.fromkeys([*due(), *asked()])],
            providers=self.providers,
            desk=self.desk,
            clock=parts.clock,
            patience=patience,
            after=_RECOVERY,
            hands=self._hands(name),
            name=name,
        )

    def _timeouts(self) -> Timeouts:
        parts, name = self.parts, self._name("timeouts")
        patience = Patience(parts.clock)
        return Timeouts(
            orders=parts.orders,
            find=self._turns(
                name,
                patience,
                lambda at: self.views.unpaid_due(parts.clock(), _PAGE, lane=self.lane, offset=at),
            ),
            pages=open_pages(parts),
            clock=parts.clock,
            patience=patience,
            desk=self.desk,
            look=Look(pages=parts.pages, intake=intake(parts)),
            hands=self._hands(name),
            name=name,
        )

    def _second_look(self) -> SecondLook:
        parts, name = self.parts, self._name("second_look")
        patience = Patience(parts.clock)
        return SecondLook(
            homeless=Turns(
                look=lambda at: self.views.homeless_news(
                    TRUSTED, _PAGE, doors=self.lane, offset=at
                ),
                ready=lambda one: patience.ready((name, one.case)),
                page=_PAGE,
            ),
            shelf=self.inbox,
            doors=parts.doors,
            orders=parts.orders,
            cases=parts.cases,
            find_order=self.views.order_of,
            clock=parts.clock,
            patience=patience,
            hands=self._hands(name),
            name=name,
        )

    def _returns(self) -> Returns:
        parts, name = self.parts, self._name("returns")
        patience = Patience(parts.clock)
        return Returns(
            cases=parts.cases,
            find=self._turns(
                name,
                patience,
                lambda at: self.views.returning_cases(
                    parts.clock() - _RECOVERY, _PAGE, lane=self.lane, offset=at
                ),
            ),
            providers=self.providers,
            clock=parts.clock,
            patience=patience,
            after=_RECOVERY,
            hands=self._hands(name),
            name=name,
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    """The inbox of one lane: each message that waits has its turn."""

    inbox: PostgresInbox
    turns: Turns[Waiting]

    def unfinished(self, limit: int = _PAGE) -> Sequence[Waiting]:
        """The next that may be tried."""
        return self.turns()[:limit]

    def open(self, id: UUID) -> Message | None:
        """A message as it came."""
        return self.inbox.open(id)

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """What became of a message."""
        self.inbox.mark(id, state, error=error)
