"""The lives of the demo's visitors, in the order of time, each act through the real rules."""

import heapq
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import httpx2

from adapters.worker.daemon import Daemon
from ledger.inbox.receive import FETCHED
from ledger.kernel.money import Money
from ledger.order.cancellation_policy import quote
from ledger.order.commands import (
    CancelOrder,
    MarkPaid,
    RefundByHand,
    RefundPayment,
    Wanted,
    WriteNote,
)
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.reconciliation.records import Period
from ledger.shop.shop import ShopSpec
from ledger.vouchers.stamps import Effect, EffectKind, VoucherTerms
from ledger.waiting_list.place import PlaceState
from ledger.waiting_list.service import VISITOR
from ledger.waiting_list.stamps import Leaving
from ledger.waiting_list.wish import PlaceAsked
from web.actions import cancel
from web.actions.back_office import carry_out
from web.actions.pay import ask_for_page
from web.actions.place import CUSTOMER, place_order
from web.actions.voucher_desk import OpenWish, open_one
from web.actions.waiting_list import check_line, take_place
from web.actions.wish import Wish
from web.cli.reconcile import payouts_taken_in
from web.demo.season import (
    CODE,
    CODE_SINCE,
    DEARER_AFTER,
    RAFT,
    SAUNA,
    WINTERFEST,
    Fate,
    Visit,
    Wait,
    Will,
)
from web.wiring.parts import Parts, intake

_EARLY_BIRD = {"weekend": 6900, "friday": 2500}
# What follows an order's stamps at once; all else is looked at once a day.
_PROMPT = ("following", "letters", "waiting_list", "places")
_STAFF = "demo"
# A payout a week, counted in days.
_PAYDAY = 7
_LOOKS_AGAIN = timedelta(hours=6)
_ON_THEIR_TURN = {Will.BUYS: Fate.PAYS, Will.CHANGES: Fate.CANCELS}
Life = Iterator[timedelta]


@dataclass(slots=True, kw_only=True)
class Lives:
    """Lives that take turns: each acts, and says how long it then does nothing."""

    parts: Parts
    provider: httpx2.Client
    clock: Path
    worker: Daemon
    first: datetime
    end: datetime
    due: list[tuple[datetime, int, Life]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    heard: str = ""
    followed: int = 0

    def run(
        self,
        shops: Sequence[ShopSpec],
        visits: Sequence[Visit | Wait],
        progress: Callable[[int, int], None],
    ) -> None:
        """All that happened since `first`, in the order of time."""
        self._at(self.first, self._days(shops))
        for visit in visits:
            life = self._in_line(visit) if isinstance(visit, Wait) else self._life(visit)
            self._at(self.first + visit.after, life)
        total = self.end - self.first
        while self.due and self.due[0][0] < self.end:
            when, _, life = heapq.heappop(self.due)
            self._move_to(when)
            pause = next(life, None)
            self._hear()
            self._follow()
            if pause is not None:
                self._at(when + pause, life)
            progress((when - self.first).days, total.days)
        self._move_to(self.end)
        self.worker.run_once()

    def _at(self, when: datetime, life: Life) -> None:
        heapq.heappush(self.due, (when, next(self.numbers), life))

    def _move_to(self, when: datetime) -> None:
        """Nobody reads half a number: the file is replaced whole."""
        ahead = (when - datetime.now(UTC)).total_seconds()
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(min(ahead, 0.0)))
        fresh.replace(self.clock)

    def _follow(self) -> None:
        """What follows from the newest stamps, if there are any."""
        if self.parts.store.head()[0] != self.followed:
            self.worker.only(_PROMPT).run_once()
            self.followed = self.parts.store.head()[0]

    def _hear(self) -> None:
        """The provider's news, as its webhooks would have brought them."""
        for news in self._news():
            kept = self.parts.inbox.keep(
                "stripe",
                "stripe",
                body=news,
                headers={},
                verdict=FETCHED,
                provider_event_id=self.parts.doors["stripe"].event_id(news),
                received_at=self.parts.clock(),
            )
            reports = self.parts.doors["stripe"].reread(news)
            if intake(self.parts).stamp_patiently(reports, kept.hash):
                self.parts.inbox.mark(kept.id, "done")

    def _news(self) -> Sequence[bytes]:
        """The events since the last one that was heard, the oldest first."""
        since = {"ending_before": self.heard} if self.heard else {}
        listed = self.provider.get("/v1/events", params={"limit": "100", **since})
        events = listed.raise_for_status().json()["data"]
        self.heard = events[0]["id"] if events else self.heard
        return [json.dumps(one).encode() for one in reversed(events)]

    def _lever(self, path: str, **told: str) -> str:
        """What somebody does there; the name of what came of it."""
        answer = self.provider.post(f"/sandbox/{path}", json=told)
        return str(answer.raise_for_status().json()["id"])

    def _days(self, shops: Sequence[ShopSpec]) -> Life:
        """The shops open, sell cheaply, then dearly; at night the worker looks at everything."""
        for shop in shops:
            self.parts.shops.import_shop(_cheap(shop), actor=_STAFF, at=self.parts.clock())
        for day in count():
            if day == DEARER_AFTER.days:
                for shop in shops:
                    self.parts.shops.import_shop(shop, actor=_STAFF, at=self.parts.clock())
            if day == CODE_SINCE.days:
                self._code_for_readers()
            if day % _PAYDAY == _PAYDAY - 1:
                self._pay_out()
            self.worker.run_once()
            yield timedelta(days=1)

    def _code_for_readers(self) -> None:
        """A newsletter goes out, with a code in it."""
        terms = VoucherTerms(
            effect=Effect(kind=EffectKind.PERCENT_OFF, percent="15"),
            products=("weekend", "friday"),
            uses=120,
        )
        shop, wish = self.parts.shops.get(WINTERFEST), OpenWish(actor=_STAFF)
        open_one(self.parts, shop, code=CODE, label="Newsletter", terms=terms, wish=wish)

    def _pay_out(self) -> None:
        """The provider pays out what has come, and each order learns what it was paid out with."""
        self._lever("payouts")
        now = self.parts.clock()
        payouts_taken_in(self.parts, "stripe", Period(since=now - timedelta(days=1), until=now))

    def _life(self, visit: Visit, hold: UUID | None = None) -> Life:
        order = self._placed(visit, hold)
        yield timedelta(minutes=2)
        if visit.shop == SAUNA:
            yield from self._by_transfer(order, visit.fate)
        else:
            yield from self._LIVES[visit.fate](self, order)

    def _in_line(self, wait: Wait) -> Life:
        """They take a place, look again now and then, and do what they do once it is their turn."""
        place = self._place_taken(wait)
        if wait.will is Will.LEAVES:
            yield wait.pause
            self.parts.waiting.leave(place, Leaving.LINK, actor=VISITOR)
        elif fate := _ON_THEIR_TURN.get(wait.will):
            while self.parts.waiting.get(place).state is PlaceState.WAITING:
                yield _LOOKS_AGAIN
            yield wait.pause
            visit = Visit(
                after=wait.after,
                shop=SAUNA,
                customer=wait.customer,
                language=wait.language,
                lines=(Wanted(product=RAFT, quantity=1),),
                fate=fate,
            )
            yield from self._life(visit, hold=place)

    def _place_taken(self, wait: Wait) -> UUID:
        """Of somebody who is signed in: the address is proven."""
        asked = PlaceAsked(
            shop=SAUNA,
            product=RAFT,
            quantity=1,
            email=wait.customer.email,
            language=wait.language,
            until=self.parts.clock(),
        )
        check_line(self.parts, self.parts.shops.get(SAUNA), RAFT, 1)
        return take_place(self.parts, self.parts.shops.get(SAUNA), asked).id

    def _placed(self, visit: Visit, hold: UUID | None) -> UUID:
        order = place_order(
            self.parts,
            visit.shop,
            key=uuid4(),
            lines=visit.lines,
            customer=visit.customer,
            language=visit.language,
            content=repr(visit).encode(),
            expected_total=None,
            hold=hold,
            code=visit.code,
        )
        for attempt in order.attempts:
            ask_for_page(self.parts, order, attempt)
        return order.id

    def _wish(self, actor: str = CUSTOMER) -> Wish:
        return Wish(correlation_id=uuid4(), actor=actor, at=self.parts.clock())

    def _get(self, order: UUID) -> Order:
        return self.parts.orders.get(order)

    def _attempt(self, order: UUID) -> Attempt:
        """The newest; a free order has none."""
        return list(self._get(order).attempts.values())[-1]

    def _at_page(self, order: UUID, act: str) -> None:
        self._lever(f"sessions/{self._attempt(order).session}/{act}")

    def _pays(self, order: UUID) -> Life:
        self._at_page(order, "pay")
        yield from ()

    def _pays_at_second_try(self, order: UUID) -> Life:
        yield from self._declined(order)
        yield timedelta(minutes=3)
        self._at_page(order, "pay")

    def _declined(self, order: UUID) -> Life:
        self._at_page(order, "decline")
        yield from ()

    def _slow_bank(self, order: UUID) -> Life:
        self._at_page(order, "pay-later")
        yield timedelta(days=1, hours=15)
        self._lever(f"payments/{self._attempt(order).session}/settle")

    def _leaves(self, order: UUID) -> Life:
        yield from ()

    def _gives_up(self, order: UUID) -> Life:
        cancel.give_up_unpaid(self.parts, order, self._wish())
        yield from ()

    def _cancels(self, order: UUID) -> Life:
        yield from self._pays(order)
        yield timedelta(days=4, hours=5)
        self._confirm(order)

    def _confirm(self, order: UUID) -> None:
        """With the link that came by letter."""
        asked = cancel.send_link(self.parts, order, self._wish()).newest_link
        assert asked is not None, "it was just asked for"
        cancel.confirm(
            self.parts,
            order,
            Wish(correlation_id=asked.correlation_id, actor=CUSTOMER, at=self.parts.clock()),
            code=asked.code or "",
            shown=quote(self._get(order)).amount,
        )

    def _goodwill(self, order: UUID) -> Life:
        yield from self._pays(order)
        yield timedelta(days=2, hours=3)
        wish = RefundPayment(
            **self._wish(_STAFF), reason="The tram stood still.", amount=Money(1500, "EUR")
        )
        carry_out(self.parts, order, wish)

    def _disputes(self, order: UUID) -> Life:
        yield from self._pays(order)
        yield timedelta(days=6)
        self._dispute(order)

    def _dispute(self, order: UUID) -> str:
        return self._lever("disputes", payment_intent=self._attempt(order).reference)

    def _dispute_won(self, order: UUID) -> Life:
        yield from self._pays(order)
        yield timedelta(days=6)
        dispute = self._dispute(order)
        yield timedelta(days=18)
        self._lever(f"disputes/{dispute}/close", outcome="won")

    def _refund_fails(self, order: UUID) -> Life:
        yield from self._cancels(order)
        yield timedelta(days=3)
        (refund,) = self._get(order).refunds.values()
        self._lever(f"refunds/{refund.names[1]}/fail", reason="expired_or_canceled_card")

    def _writes(self, order: UUID) -> Life:
        yield from self._pays(order)
        yield timedelta(hours=7)
        wish = WriteNote(
            **self._wish(_STAFF), reason="Comes by wheelchair: the north gate is told."
        )
        carry_out(self.parts, order, wish)

    def _by_transfer(self, order: UUID, fate: Fate) -> Life:
        if fate is Fate.GIVES_UP:
            cancel.give_up_unpaid(self.parts, order, self._wish())
        elif fate in (Fate.PAYS, Fate.CANCELS):
            yield timedelta(days=1, hours=16)
            wish = MarkPaid(**self._wish(_STAFF), reason="On the bank's statement.")
            carry_out(self.parts, order, wish)
        if fate is Fate.CANCELS:
            yield timedelta(days=6, hours=17)
            self._returned_by_hand(order)

    def _returned_by_hand(self, order: UUID) -> None:
        """They wrote that they cannot come; what came by transfer goes back by transfer."""
        reason = "The mumps: nobody of the family can come."
        carry_out(self.parts, order, RefundByHand(**self._wish(_STAFF), reason=reason))
        wish = CancelOrder(**self._wish(_STAFF), reason=reason, refund=False)
        cancel.cancel_by_staff(self.parts, order, wish)

    _LIVES: ClassVar[Mapping[Fate, Callable[["Lives", UUID], Life]]] = {
        Fate.PAYS: _pays,
        Fate.PAYS_AT_SECOND_TRY: _pays_at_second_try,
        Fate.DECLINED: _declined,
        Fate.SLOW_BANK: _slow_bank,
        Fate.LEAVES: _leaves,
        Fate.GIVES_UP: _gives_up,
        Fate.CANCELS: _cancels,
        Fate.GOODWILL: _goodwill,
        Fate.DISPUTES: _disputes,
        Fate.DISPUTE_WON: _dispute_won,
        Fate.REFUND_FAILS: _refund_fails,
        Fate.WRITES: _writes,
    }


def _cheap(shop: ShopSpec) -> ShopSpec:
    """As early birds find it."""
    return replace(
        shop,
        products=tuple(
            replace(
                one, price=Money(_EARLY_BIRD.get(one.slug, one.price.amount), one.price.currency)
            )
            for one in shop.products
        ),
    )
