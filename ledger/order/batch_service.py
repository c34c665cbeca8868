"""Many orders at once: read together, each decided upon by itself, appended in one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.codec import NotStorable
from ledger.kernel.events import Draft
from ledger.kernel.refusals import Refusal
from ledger.kernel.store import Append, Appended, Conflict, ManyStore, Outcome
from ledger.order.commands import OrderCommand
from ledger.order.decide import decide
from ledger.order.evolve import fold, folded_on
from ledger.order.observe import contradicts, observe
from ledger.order.order import Order
from ledger.order.service import Orders, drafted, going_on, with_uses
from ledger.order.stamps import OrderPlaced, OrderStamp


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A fact or an outcome about an order, as it stood when that was learned."""

    order: Order
    fact: OrderStamp
    correlation_id: UUID


class Together:
    """What `Orders` does, for many different orders in one go."""

    def __init__(self, store: ManyStore, orders: Orders) -> None:
        self._store, self._orders = store, orders

    def get(self, order_ids: Sequence[UUID]) -> Mapping[UUID, Order]:
        """The orders as they stand. One that is none, or cannot be read, is left out."""
        found = self._store.read_opened(order_ids)
        return {
            order_id: fold(order_id, history)
            for order_id, history in found.items()
            if isinstance(history[0].stamp, OrderPlaced)
        }

    def handle(self, wishes: Sequence[tuple[Order, OrderCommand]]) -> Sequence[Order | None]:
        """Each order after its wish was stamped; None where it was not, for whatever reason.

        Refused, fulfilled already, or somebody was faster: that is for who looks again.
        """
        drafts = [_wished(order, command) for order, command in wishes]
        wanted = [at for at, some in enumerate(drafts) if some]
        appends = self._appends([(*wishes[at], drafts[at]) for at in wanted])
        outcomes = dict(zip(wanted, self._append(appends), strict=True))
        return [_stamped(*wish, outcomes.get(at)) for at, wish in enumerate(wishes)]

    def _appends(
        self, wanted: Sequence[tuple[Order, OrderCommand, Sequence[Draft[object]]]]
    ) -> Sequence[Append]:
        """Orders that share a voucher follow each other: each builds on the one before."""
        tally = self._orders.tally()
        return [
            with_uses(order, going_on(order, drafts, command.at), command, tally)
            for order, command, drafts in wanted
        ]

    def record(self, news: Sequence[News], *, actor: str) -> Sequence[Order]:
        """The orders after their news. Where one moved on meanwhile, it is recorded by itself."""
        appends = [_recording(one, actor) for one in news]
        outcomes = iter(self._append([one for one in appends if one is not None]))
        return [
            self._recorded(one, next(outcomes) if append else None, actor)
            for one, append in zip(news, appends, strict=True)
        ]

    def _append(self, appends: Sequence[Append]) -> Sequence[Outcome]:
        try:
            return self._store.append(*appends) if appends else ()
        except NotStorable:
            return [self._by_itself(one) for one in appends]

    def _by_itself(self, append: Append) -> Outcome:
        """One that cannot be stored harms no other; whoever looks again at it alone is told."""
        try:
            return self._store.append(append)[0]
        except NotStorable:
            stream, version = next(iter(append.expected.items()))
            return Conflict(stream=stream, expected=version, actual=version)

    def _recorded(self, news: News, outcome: Outcome | None, actor: str) -> Order:
        if isinstance(outcome, Appended) and not outcome.repeated:
            return folded_on(news.order, outcome.recorded)
        cause = news.correlation_id
        return self._orders.record(news.order.id, news.fact, correlation_id=cause, actor=actor)


def _wished(order: Order, command: OrderCommand) -> Sequence[Draft[object]]:
    try:
        return [drafted(stamp, order.id, command) for stamp in decide(command, order)]
    except Refusal:
        return ()


def _stamped(order: Order, command: OrderCommand, outcome: Outcome | None) -> Order | None:
    """The order with our stamps in it. A commit whose answer was lost stands as a repeat."""
    if not isinstance(outcome, Appended):
        return None
    stamped = [one for one in outcome.recorded if one.stream == order.id]
    ours = all(one.actor == command.actor for one in stamped)
    if not ours or stamped[0].version != order.version + 1:
        return None
    return folded_on(order, stamped)


def _recording(news: News, actor: str) -> Append | None:
    """A fact is appended alone, if it is news; a contradiction is for the one who looks closer."""
    order, fact, cause = news.order, news.fact, news.correlation_id
    found = () if contradicts(fact, cause, order) else observe(fact, cause, order)
    drafts = [Draft(stream=order.id, stamp=one, correlation_id=cause, actor=actor) for one in found]
    return going_on(order, drafts, None) if drafts else None
