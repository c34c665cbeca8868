"""Orders as a service: handle a wish, record a fact, retry when someone else was faster."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from ledger.appends import Append, Appended, Conflict, Contradiction, NoRoom, Outcome, StampStore
from ledger.cases import Cases
from ledger.commands import Command, OrderCommand, PlaceOrder, RetakeSeats
from ledger.order.decide import decide
from ledger.order.evolve import fold
from ledger.order.follow import next_step, without_room
from ledger.order.observe import contradicts, observe
from ledger.order.place import place
from ledger.order.state import Order
from ledger.recorded import Draft, Recorded
from ledger.refusals import (
    Busy,
    Contradicted,
    KeyReused,
    NotEnoughSeats,
    Refusal,
    UnknownOrder,
)
from ledger.seats import after_drafts, seat_changes
from ledger.shop import Shop
from ledger.shops import Shops
from ledger.stamps import OrderPlaced, OrderStamp

PATIENCE = 25
_T = TypeVar("_T")


class Orders:
    """All orders of a ledger, through its store."""

    def __init__(self, store: StampStore, shops: Shops, cases: Cases) -> None:
        self._store, self._shops, self._cases = store, shops, cases

    def history(self, order_id: UUID) -> Sequence[Recorded]:
        """Every stamp of an order; raises `UnknownOrder`."""
        history = self._store.read(order_id)
        if not history or not isinstance(history[0].stamp, OrderPlaced):
            raise UnknownOrder  # other streams, such as a shop's, are no orders either
        return history

    def get(self, order_id: UUID) -> Order:
        """The order as it stands; raises `UnknownOrder`."""
        return fold(order_id, self.history(order_id))

    def place(self, shop_slug: str, command: PlaceOrder) -> Order:
        """A placed order; the same command again gives the first one back.

        Raises any `Refusal` of `ledger.order.place`, `NotEnoughSeats`, `KeyReused`.
        """

        def attempt() -> Outcome:
            shop = self._shops.get(shop_slug)
            drafts = [_draft(one, command.order, command) for one in place(command, shop)]
            changes = seat_changes(
                Order(id=command.order), after_drafts(Order(id=command.order), drafts, command.at)
            )
            expected = {command.order: 0, shop.id: shop.version}
            return self._store.append(Append(drafts=drafts, expected=expected, seats=changes))[0]

        try:
            outcome = _patiently(command.order, attempt, self._shops.forget)
        except Refusal:
            # What is on sale may have changed since: a repeat still gets the first order.
            if (first := self._first(command)) is None:
                raise
            return first
        if isinstance(outcome, Contradiction):
            if (first := self._first(command)) is None:
                raise KeyReused
            return first
        if isinstance(outcome, NoRoom):
            raise NotEnoughSeats(product=_short(self._shops.get(shop_slug), command, outcome))
        assert isinstance(outcome, Appended), outcome
        return self.get(outcome.recorded[0].stream)

    def _first(self, command: PlaceOrder) -> Order | None:
        """The order that stands under this command's correlation id; it must ask the same."""
        first = self._store.find(command.correlation_id, "ORDER_PLACED")
        if first is None:
            return None
        if first.stamp.request_digest != command.request_digest:
            raise KeyReused
        return self.get(first.stream)

    def handle(self, order_id: UUID, command: OrderCommand) -> Order:
        """The order after a wish was fulfilled; raises the refusal if it was not."""

        def attempt() -> Outcome | Order:
            order = self.get(order_id)
            stamps = decide(command, order)
            return self._append(order, stamps, command) if stamps else order

        outcome = _patiently(order_id, attempt)
        if isinstance(outcome, NoRoom):
            raise NotEnoughSeats(product="")
        if isinstance(outcome, Contradiction):
            raise Contradicted
        return outcome if isinstance(outcome, Order) else self.get(order_id)

    def _append(self, order: Order, stamps: Sequence[OrderStamp], command: Command) -> Outcome:
        drafts = [_draft(stamp, order.id, command) for stamp in stamps]
        after = after_drafts(order, drafts, command.at)
        changes = seat_changes(order, after)
        expected = {order.id: order.version}
        return self._store.append(Append(drafts=drafts, expected=expected, seats=changes))[0]

    def record(
        self,
        order_id: UUID,
        fact: OrderStamp,
        *,
        correlation_id: UUID,
        actor: str,
        occurred_at: datetime | None = None,
        evidence: str | None = None,
    ) -> Order:
        """The order after a fact or an outcome. Repeats are silent; contradictions open a case."""
        draft = Draft(
            stream=order_id,
            stamp=fact,
            correlation_id=correlation_id,
            actor=actor,
            occurred_at=occurred_at,
            evidence=evidence,
        )

        def attempt() -> Outcome | Order | None:
            order = self.get(order_id)
            if contradicts(fact, correlation_id, order):
                return None
            return self._observed(order, draft) if observe(fact, correlation_id, order) else order

        outcome = _patiently(order_id, attempt)
        if outcome is None or isinstance(outcome, Contradiction):
            self._cases.contradiction(order_id, draft)
        return outcome if isinstance(outcome, Order) else self.get(order_id)

    def _observed(self, order: Order, draft: Draft) -> Outcome:
        """A fact is appended alone. It may move held seats to sold, never take new ones."""
        changes = seat_changes(order, after_drafts(order, [draft], None))
        expected = {order.id: order.version}
        return self._store.append(Append(drafts=[draft], expected=expected, seats=changes))[0]

    def follow(self, order_id: UUID, at: datetime) -> Order:
        """The order after every decision of ours that its facts call for."""
        order = self.get(order_id)
        while (step := next_step(order, at)) is not None:
            before, order = order, self._take(order, step, at)
            if order.version == before.version:
                break  # there is no room, and the money cannot go back by itself: a case
        return order

    def _take(self, order: Order, step: OrderCommand, at: datetime) -> Order:
        try:
            return self.handle(order.id, step)
        except NotEnoughSeats:
            assert isinstance(step, RetakeSeats), "only retaking needs room"
            back = without_room(order, order.attempts[step.payment], at)
            return self.handle(order.id, back) if back else self.get(order.id)


def _draft(stamp: OrderStamp, stream: UUID, command: Command) -> Draft:
    return Draft(
        stream=stream, stamp=stamp, correlation_id=command.correlation_id, actor=command.actor
    )


def _short(shop: Shop, command: PlaceOrder, room: NoRoom) -> str:
    """The first product of the order that takes from the quota that is full."""
    for wanted in command.lines:
        product = shop.products.get(wanted.product)
        if product is not None and room.quota in shop.quota_ids(product):
            return wanted.product
    return command.lines[0].product


def _patiently(
    stream: UUID, attempt: Callable[[], _T | Conflict], forget: Callable[[], None] = lambda: None
) -> _T:
    """Try until nobody else was faster."""
    for _ in range(PATIENCE):
        outcome = attempt()
        if not isinstance(outcome, Conflict):
            return outcome
        forget()
    raise Busy(stream)
