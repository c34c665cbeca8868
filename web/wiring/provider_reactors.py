"""What the worker does at providers, each in a lane of its own: one that hangs holds back no other.

Money by hand, and providers without settings here, share a lane in which nobody is called.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict, TypeVar
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


class _Own(TypedDict):
    """What each reactor has for itself."""

    name: str
    patience: Patience
    hands: Hands | None


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

    def _own(self, kind: str, patience: Patience | None = None) -> _Own:
        """A name of its own; several hands where providers are called, since one may hang."""
        others = self.lane.others
        name = kind if others else f"{kind}:{self.lane.names[0]}"
        return {
            "name": name,
            "patience": patience or Patience(self.parts.clock),
            "hands": None if others else Hands(most=_AT_ONCE, name=name),
        }

    def _asked(self, own: _Own, kinds: Sequence[str]) -> Turns[UUID]:
        """Orders with questions of these kinds that were not answered."""

        def look(offset: int) -> Sequence[UUID]:
            before, lane = self._before(), self.lane
            found = self.views.open_intents(before, _PAGE, kinds=kinds, lane=lane, offset=offset)
            return [one.order for one in found]

        return _turns(own, look)

    def _before(self) -> datetime:
        """What was begun earlier is not left to the web any more."""
        return self.parts.clock() - _RECOVERY

    def _inbox(self) -> Inbox:
        parts, own = self.parts, self._own("inbox")
        look_up = LookUp(books=parts.books, pages=parts.pages, intake=intake(parts))
        turns = _turns(
            own,
            lambda at: self.inbox.unfinished(_PAGE, doors=self.lane, offset=at),
            named=lambda one: one.id,
        )
        return Inbox(
            **own,
            kept=_Kept(self.inbox, turns),
            doors=parts.doors,
            orders=parts.orders,
            cases=parts.cases,
            find_order=self.views.order_of,
            clock=parts.clock,
            look_up=look_up,
            look_up_refunds=look_up.refunds,
        )

    def _payments(self) -> Payments:
        parts, own = self.parts, self._own("payments")
        return Payments(
            **own,
            orders=parts.orders,
            find=self._asked(own, ("payment", "refund")),
            providers=self.providers,
            pages=open_pages(parts),
            desk=self.desk,
            return_url=lambda order: return_address(
                parts.settings.base_url, order.terms.shop_slug, order.id
            ),
            clock=parts.clock,
            after=_RECOVERY,
        )

    def _promises(self) -> Promises:
        parts, views = self.parts, self.views
        own = self._own("promises", unhurried(parts.clock))
        return Promises(
            **own,
            orders=parts.orders,
            find=_turns(own, lambda at: views.promised_refunds(_PAGE, lane=self.lane, offset=at)),
            providers=self.providers,
        )

    def _captures(self) -> Captures:
        parts, own, views = self.parts, self._own("captures"), self.views
        asked = self._asked(own, ("capture", "void"))
        due = _turns(
            own,
            lambda at: views.reservations_due(parts.clock(), _PAGE, lane=self.lane, offset=at),
        )
        return Captures(
            **own,
            orders=parts.orders,
            find=lambda: [*dict.fromkeys([*due(), *asked()])],
            providers=self.providers,
            desk=self.desk,
            clock=parts.clock,
            after=_RECOVERY,
        )

    def _timeouts(self) -> Timeouts:
        parts, own, views = self.parts, self._own("timeouts"), self.views
        return Timeouts(
            **own,
            orders=parts.orders,
            find=_turns(
                own, lambda at: views.unpaid_due(parts.clock(), _PAGE, lane=self.lane, offset=at)
            ),
            pages=open_pages(parts),
            clock=parts.clock,
            desk=self.desk,
            look=Look(pages=parts.pages, intake=intake(parts)),
        )

    def _second_look(self) -> SecondLook:
        parts, own = self.parts, self._own("second_look")
        homeless = _turns(
            own,
            lambda at: self.views.homeless_news(TRUSTED, _PAGE, doors=self.lane, offset=at),
            named=lambda one: one.case,
        )
        return SecondLook(
            **own,
            homeless=homeless,
            shelf=self.inbox,
            doors=parts.doors,
            orders=parts.orders,
            cases=parts.cases,
            find_order=self.views.order_of,
            clock=parts.clock,
        )

    def _returns(self) -> Returns:
        parts, own, views = self.parts, self._own("returns"), self.views
        return Returns(
            **own,
            cases=parts.cases,
            find=_turns(
                own,
                lambda at: views.returning_cases(self._before(), _PAGE, lane=self.lane, offset=at),
            ),
            providers=self.providers,
            clock=parts.clock,
            after=_RECOVERY,
        )


def _turns(
    own: _Own,
    look: Callable[[int], Sequence[_T]],
    named: Callable[[_T], Hashable] = lambda one: one,
) -> Turns[_T]:
    """What is due, page by page, without that which has to wait after it went wrong."""
    name, patience = own["name"], own["patience"]
    return Turns(look=look, ready=lambda one: patience.ready((name, named(one))), page=_PAGE)


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
