"""Orders as a service: handle a wish, record a fact, retry when someone else was faster."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from ledger.codec import Unreadable
from ledger.kernel import values
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Draft, Recorded
from ledger.kernel.idempotency_key import granted
from ledger.kernel.refusals import (
    Contradicted,
    KeyReused,
    NotEnoughSeats,
    OrderMoved,
    PaymentHeld,
    Refusal,
    UnknownOrder,
)
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.seats import others_first, seat_changes, together
from ledger.kernel.store import (
    Append,
    Appended,
    Conflict,
    Contradiction,
    NoRoom,
    Outcome,
    PaymentTaken,
    StampStore,
)
from ledger.order.commands import (
    Command,
    MarkPaid,
    OrderCommand,
    PlaceOrder,
    RetakeSeats,
    SwapLines,
)
from ledger.order.decide import decide
from ledger.order.decisions.sell_at_door import BesideNew, nothing_beside, placed_or_sold
from ledger.order.decisions.swap import taken_over
from ledger.order.evolve import fold, folded_on
from ledger.order.next_step import next_step, without_room
from ledger.order.observe import contradicts, observe
from ledger.order.order import Order
from ledger.order.payment_claims import claims_between
from ledger.order.seats import after_drafts
from ledger.order.stamps import INTENTS, OrderPlaced, OrderStamp, Paid
from ledger.order.voucher_use import reduction_of, uses_of
from ledger.shop.service import Shops
from ledger.shop.shop import Shop
from ledger.vouchers.refusals import VoucherUsedUp
from ledger.vouchers.service import Tally, Vouchers

# What stands or falls with a wish: stamps of another stream, and the version they build on.
Beside = Callable[[], Append | None]
_T = TypeVar("_T")


def alone() -> Append | None:
    """Nothing stands beside."""
    return None


class Lately(Protocol):
    """Orders as this process left them a moment ago, maybe behind. They save reading again.

    A decision on one is appended only if its stream still ends there; else it is taken anew.
    """

    def get(self, order_id: UUID) -> Order | None: ...

    def put(self, order: Order) -> None: ...

    def drop(self, order_id: UUID) -> None: ...


class Desk(Protocol):
    """Where news that contradicts the ledger waits for a person (law 3)."""

    def contradiction(self, order: UUID | None, draft: Draft[object]) -> UUID:
        """A fact came again with other binding fields."""
        ...

    def second_claim(self, order: UUID, draft: Draft[object]) -> UUID:
        """A payment that is counted elsewhere was told of an order, too."""
        ...


class Orders:
    """All orders of a ledger, through its store."""

    def __init__(
        self, store: StampStore, shops: Shops, desk: Desk, *, lately: Lately | None = None
    ) -> None:
        self._store, self._shops, self._desk = store, shops, desk
        self._lately, self._vouchers = lately, Vouchers(store)

    def history(self, order_id: UUID) -> Sequence[Recorded[object]]:
        """Every stamp of an order; raises `UnknownOrder`."""
        history = self._store.read(order_id)
        if not history or not isinstance(history[0].stamp, OrderPlaced):
            raise UnknownOrder  # other streams, such as a shop's, are no orders either
        return history

    def get(self, order_id: UUID) -> Order:
        """The order as it stands; raises `UnknownOrder`.

        Of one that is remembered only what came since is read. Who was erased is read anew.
        """
        known = self.remembered(order_id)
        since = self._store.read(order_id, after=known.version) if known else ()
        if known is None or any(type(one.stamp) is Erased for one in since):
            return self.read(order_id)[0]
        return self._kept(folded_on(known, since)) if since else known

    def read(self, order_id: UUID) -> tuple[Order, Sequence[Recorded[object]]]:
        """The order as it stands, and every stamp of it; raises `UnknownOrder`."""
        history = self.history(order_id)
        return self._kept(fold(order_id, history)), history

    def remembered(self, order_id: UUID) -> Order | None:
        """The order as this process left it a moment ago, maybe behind; None if it did not."""
        return self._lately.get(order_id) if self._lately else None

    def forget(self, order_id: UUID) -> None:
        """Its person was erased: what was remembered of it is not."""
        if self._lately:
            self._lately.drop(order_id)

    def place(
        self,
        shop_slug: str,
        command: PlaceOrder,
        *,
        beside: Beside = alone,
        rung: BesideNew = nothing_beside,
    ) -> Order:
        """A placed order; the same command again gives the first one back.

        `beside` it, in the same append, a hold that it uses may be given up, and its sale `rung`.
        Raises any `Refusal` of `ledger.order.decisions.place`, `NotEnoughSeats`, `KeyReused`.
        """

        def attempt() -> Outcome:
            tally = self.tally()
            shop, stamps = self._placing(shop_slug, command, tally)
            drafts = [drafted(one, command.order, command) for one in stamps]
            append = _beginning(drafts, command, shop)
            append = with_uses(Order(id=command.order), append, command, tally)
            append = together(append, rung(stamps))
            whole = others_first(together(append, beside()), command.order)
            return self._store.append(whole)[0]

        try:
            outcome = again_on_conflict(command.order, attempt, forget=self._shops.forget)
        except Refusal:
            # What is on sale may have changed since: a repeat still gets the first order.
            if (first := self._first(command)) is None:
                raise
            return first
        return self._placed(shop_slug, command, outcome)

    def _placed(self, shop_slug: str, command: PlaceOrder, outcome: object) -> Order:
        """The order that an append came to; raises `KeyReused`, `NotEnoughSeats`."""
        if isinstance(outcome, Contradiction):
            if (first := self._first(command)) is None:
                raise KeyReused
            return first
        if isinstance(outcome, NoRoom):
            wanted = [one.product for one in command.lines]
            raise NotEnoughSeats(product=_short(self._shops.get(shop_slug), wanted, outcome))
        assert isinstance(outcome, Appended), outcome
        if outcome.repeated:
            return self.get(outcome.recorded[-1].stream)
        return self._kept(fold(command.order, _of(command.order, outcome.recorded)))

    def _placing(
        self, slug: str, command: PlaceOrder, tally: Tally
    ) -> tuple[Shop, Sequence[OrderStamp]]:
        """By what was seen lately, which the append checks; a no is said by what is true now."""
        shop = self._shops.get(slug)
        voucher = tally.get(command.voucher) if command.voucher else None
        try:
            return shop, placed_or_sold(command, shop, voucher)
        except Refusal:
            newest = self._shops.newest(slug)
            if newest.version == shop.version:
                raise
            return newest, placed_or_sold(command, newest, voucher)

    def _first(self, command: PlaceOrder) -> Order | None:
        """The order that stands under this command's correlation id; it must ask the same."""
        first = self.placed_under(command.correlation_id)
        if first is not None and first.terms.request_digest != command.request_digest:
            raise KeyReused
        return first

    def placed_under(self, correlation_id: UUID) -> Order | None:
        """The order that was placed under this correlation id, if one was."""
        found = self._store.find(correlation_id, OrderPlaced)
        return self.get(found.stream) if found else None

    def handle(self, order_id: UUID, command: OrderCommand, *, beside: Beside = alone) -> Order:
        """The order after a wish was fulfilled; raises the refusal if it was not.

        What is stamped `beside` it stands in the same append: both or neither. The same request
        again changes nothing; another one under its key raises `KeyReused`.
        """

        def attempt(order: Order) -> Outcome | Order:
            stamps = decide(command, order)
            return self._append(order, stamps, command, beside()) if stamps else order

        def afresh() -> Outcome | Order:
            history = self.history(order_id)
            order = self._kept(fold(order_id, history))
            return order if granted(history, command.request) is not None else attempt(order)

        if command.request is None:
            outcome = self._lately_or_read(order_id, attempt)
        else:
            outcome = again_on_conflict(order_id, afresh)
        if isinstance(outcome, Contradiction):
            # Somebody was faster under the same identity: what stands there answers.
            outcome = again_on_conflict(order_id, afresh)
        if isinstance(outcome, NoRoom):
            raise NotEnoughSeats(product=self._full(order_id, outcome))
        if isinstance(outcome, Contradiction):
            raise Contradicted
        if isinstance(outcome, PaymentTaken):
            raise PaymentHeld
        return outcome if isinstance(outcome, Order) else self.get(order_id)

    def swap(self, order_id: UUID, command: SwapLines, *, beside: Beside = alone) -> Order:
        """The old order once its lines are swapped: both move in one append, or neither.

        What is stamped `beside` them stands in it, too. The same command again changes nothing.
        Raises what its decision and `place` raise.
        """
        order, history = self.read(order_id)
        if granted(history, command.request) is not None:
            return order
        before = taken_over(order, decide(command, order))
        if before is None:
            return order

        def given_up() -> Append:
            now = self.get(order_id)
            stamps = decide(command, now)
            if taken_over(now, stamps) != before:
                raise OrderMoved(version=now.version)
            drafts = [drafted(one, order_id, command) for one in stamps]
            append = with_uses(now, going_on(now, drafts, command.at), command, self.tally())
            return together(append, beside())

        placing = replace(command.place, taken_over=before)
        self.place(order.terms.shop_slug, placing, beside=given_up)
        return self.get(order_id)

    def _append(
        self, order: Order, stamps: Sequence[OrderStamp], command: Command, also: Append | None
    ) -> Outcome | Order:
        drafts = [drafted(stamp, order.id, command) for stamp in stamps]
        append = with_uses(order, going_on(order, drafts, command.at), command, self.tally())
        return self._onward(order, together(append, also))

    def tally(self) -> Tally:
        """The vouchers of orders, for putting many appends together."""
        return Tally(self._vouchers)

    def _full(self, order_id: UUID, room: NoRoom) -> str:
        terms = self.get(order_id).terms
        return _short(self._shops.get(terms.shop_slug), [one.product for one in terms.lines], room)

    def _onward(self, order: Order, append: Append) -> Outcome | Order:
        """The order after this append, without reading again what was appended a moment ago."""
        (outcome,) = self._store.append(append)
        if isinstance(outcome, Appended) and not outcome.repeated:
            return self._kept(folded_on(order, _of(order.id, outcome.recorded)))
        return outcome

    def _kept(self, order: Order) -> Order:
        if self._lately:
            self._lately.put(order)
        return order

    def _lately_or_read(self, order_id: UUID, attempt: Callable[[Order], _T | Conflict]) -> _T:
        """What is remembered serves for going on. Every other answer is looked up."""
        lately = self._lately.get(order_id) if self._lately else None
        if self._lately and lately:
            # It may be older than what is asked of it: whatever is wrong then is decided again.
            with suppress(Refusal, LookupError, ValueError, AssertionError):
                outcome = attempt(lately)
                if isinstance(outcome, Order) and outcome is not lately:
                    return outcome
            self._lately.drop(order_id)
        return again_on_conflict(order_id, lambda: attempt(self.get(order_id)))

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

        def attempt(order: Order) -> Outcome | Order | None:
            if contradicts(fact, correlation_id, order):
                return None
            # A fact is appended alone. It may move held seats to sold, never take new ones.
            news = observe(fact, correlation_id, order)
            drafts = [values.replace(draft, stamp=one) for one in news]
            return self._onward(order, going_on(order, drafts, None)) if drafts else order

        outcome = self._lately_or_read(order_id, attempt)
        if outcome is None or isinstance(outcome, Contradiction):
            self._desk.contradiction(order_id, draft)
        if isinstance(outcome, PaymentTaken):
            self._desk.second_claim(order_id, draft)
        return outcome if isinstance(outcome, Order) else self.get(order_id)

    def follow(self, order_id: UUID, at: datetime, *, after: Order | None = None) -> Order:
        """The order after every decision of ours that its facts call for.

        `after` is the order as the caller's own fact left it: then it need not be read again.
        """
        order = after or self.get(order_id)
        while (step := next_step(order, at)) is not None:
            before, order = order, self._take(order, step, at)
            if order.version == before.version:
                break  # there is no room, and the money cannot go back by itself: a case
        return order

    def _take(self, order: Order, step: OrderCommand, at: datetime) -> Order:
        try:
            if isinstance(step, RetakeSeats) and self._sells_no_more(order):
                return self._without_room(order, step, at)
            return self.handle(order.id, step)
        except (NotEnoughSeats, VoucherUsedUp):
            assert isinstance(step, RetakeSeats), "only retaking needs room, or a voucher's use"
            return self._without_room(order, step, at)

    def _without_room(self, order: Order, step: RetakeSeats, at: datetime) -> Order:
        back = without_room(order, order.attempts[step.payment], at)
        return self.handle(order.id, back) if back else self.get(order.id)

    def _sells_no_more(self, order: Order) -> bool:
        """Its shop is cancelled: nobody takes up an order of it again."""
        try:
            return self._shops.get(order.terms.shop_slug).cancelled is not None
        except Refusal:  # a shop that cannot be read harms none of its orders
            return False


def _of(order: UUID, recorded: Sequence[Recorded[object]]) -> list[Recorded[object]]:
    """Those that stand in an order's own stream; what stands beside them is of others."""
    return [one for one in recorded if one.stream == order]


def going_on(order: Order, drafts: Sequence[Draft[object]], at: datetime | None) -> Append:
    """What appends these drafts to an order as it stands, with the seats that move by them."""
    after = after_drafts(order, drafts, at)
    return Append(
        drafts=drafts,
        expected={order.id: order.version},
        seats=seat_changes(order, after),
        payments=claims_between(order, after),
    )


def _beginning(drafts: Sequence[Draft[object]], command: PlaceOrder, shop: Shop) -> Append:
    """What appends an order to be, on the shop as it was looked at; the open sale gives way."""
    append = going_on(Order(id=command.order), drafts, command.at)
    seen = {**append.expected, shop.id: shop.version}
    lines = shop.waiting_lines({one.quota for one in append.seats})
    return replace(append, expected=seen, gives_way=() if command.for_customer else lines)


def with_uses(order: Order, append: Append, command: Command, tally: Tally) -> Append:
    """The append, and what becomes of the order's uses of its voucher by it, in the same commit.

    Raises `VoucherUsedUp` where it needs uses that others have taken since.
    """
    placed = order.placed or _placing_among(append.drafts)
    if placed is None or placed.voucher is None:
        return append
    had, has = uses_of(order), uses_of(after_drafts(order, append.drafts, command.at))
    if has == had:
        return append
    try:
        return tally.beside(
            append,
            placed.voucher.voucher,
            order=order.id,
            uses=has,
            reduction=reduction_of(placed.lines, placed.total.currency),
            correlation_id=command.correlation_id,
            actor=command.actor,
        )
    except Unreadable:
        # A voucher that cannot be read keeps nobody from cancelling (law 13).
        if has > had:
            raise VoucherUsedUp from None
        return append


def _placing_among(drafts: Sequence[Draft[object]]) -> OrderPlaced | None:
    return next((one.stamp for one in drafts if isinstance(one.stamp, OrderPlaced)), None)


def drafted(stamp: OrderStamp, stream: UUID, command: Command) -> Draft[object]:
    """A stamp that a wish leads to.

    Providers count from when they were asked by the clock of whoever asked: the ledger's own time
    may be ahead of it (SPEC P17).
    """
    told = command if isinstance(command, MarkPaid) and isinstance(stamp, Paid) else None
    booked_at = told.booked_at if told else None
    return Draft(
        stream=stream,
        stamp=stamp,
        correlation_id=command.correlation_id,
        actor=command.actor,
        request=command.request,
        occurred_at=command.at if isinstance(stamp, INTENTS) else booked_at,
        evidence=told.evidence if told else None,
    )


def _short(shop: Shop, wanted: Sequence[str], room: NoRoom) -> str:
    """The first product of the order that takes from the quota that is full."""
    for slug in wanted:
        product = shop.products.get(slug)
        if product is not None and room.quota in shop.quota_ids(product):
            return slug
    return wanted[0]
