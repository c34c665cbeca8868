"""The laws, as invariants of one machine that asks, tells, repeats and turns the clock."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.memory import MemoryStampRecorder
from adapters.store.recorder import StampRecorder
from adapters.worker.reactors.shop_changes import CallRate, ShopChanges
from ledger.cases.case import case_id
from ledger.cases.decide import AssignMoney, CloseCase
from ledger.cases.resolve import Resolutions
from ledger.cases.stamps import CaseKind
from ledger.inbox.ports import Report
from ledger.inbox.receive import cause_of, receive
from ledger.kernel.money import Money
from ledger.kernel.refusals import NotEnoughSeats, Refusal, SellingStopped
from ledger.order.attendance import scan_cause
from ledger.order.commands import (
    CancelInGrace,
    CancelOrder,
    CancelPart,
    CancelUnpaid,
    CaptureAuthorization,
    CheckIn,
    ChooseAfterMove,
    ConfirmCancellation,
    MarkPaid,
    RefundByHand,
    RefundPayment,
    RequestCancellation,
    RequestPayment,
    ResendLetter,
    RetryRefund,
    StartLetter,
    SwapLines,
    UndoCheckIn,
    VoidAuthorization,
    WithdrawCancellation,
    WithdrawPayment,
)
from ledger.order.decisions.swap import placed_under
from ledger.order.evolve import fold
from ledger.order.letters_due import RECEIPTS, letters_due, owed
from ledger.order.order import Order
from ledger.order.part_policy import quote as part_quote
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CancellationWithdrawn,
    Cancelled,
    Cause,
    CreateCaptureFailure,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    CreateVoidFailure,
    DisputeClosed,
    Disputed,
    Letter,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentWithdrawn,
    Pieces,
    ReceiptSent,
    Refunded,
    RefundFailed,
    SeatsRetaken,
    StartAccepted,
    StartMoved,
    Voided,
)
from ledger.order.status import flags, status
from ledger.payments.payment_pages import OpenPages
from ledger.shop.stamps import Release, ShopCancelled, ShopMoved, Surplus, shop_id
from tests.conftest import Database
from tests.kits.examples import examples
from tests.kits.ticket_codes import wanted_by
from tests.kits.worlds import Clock, World, with_policy
from tests.simulation.laws import (
    dense_and_once,
    letters_agree,
    money_is_whole,
    money_sums_up,
    never_oversold,
    nothing_is_left_to_do,
    shop_is_followed,
    tickets_follow_seats,
)

SLUGS = count(1)
WHICH = st.integers(0, 3)
CENTS = st.sampled_from([1, 1500, 3500, 7000, 7001])
# Where worlds begin that chance would rarely bring about.
FATES = ["cancelled", "returned", "late", "kept", "lapsed", "lost", "won", "withdrawn", "cancelled"]


class Ledger(RuleBasedStateMachine):
    """Buyers, a forgetful provider, a postman and a clock, over one small shop."""

    make: Callable[[Clock], StampRecorder] = staticmethod(
        lambda clock: MemoryStampRecorder(clock=clock)
    )

    @initialize(
        release=st.sampled_from(Release),
        fee=st.sampled_from([0, 500]),
        grace=st.sampled_from([None, 3600]),
        surplus=st.sampled_from(Surplus),
        regrets=st.booleans(),
        percent=st.sampled_from(["0", "33.333"]),
        part=st.sampled_from(["", "holder", "used", "sales", "swapped"]),
        fate=st.sampled_from(FATES),
    )
    def open(
        self,
        release: Release,
        fee: int,
        grace: int | None,
        surplus: Surplus,
        regrets: bool,
        percent: str,
        part: str,
        fate: str,
    ) -> None:
        slug = f"winterfest-{next(SLUGS)}"  # one database may hold the worlds of a whole run
        quotas = {"weekend": 4, "friday": 2}
        spec = replace(with_policy(release, fee=fee), slug=slug, quotas=quotas)
        policy = replace(spec.preferences.cancellation, parts=True, fee_percent=percent)
        terms = replace(spec.preferences, grace_period=grace, overpaid=surplus, cancellation=policy)
        spec = replace(spec, preferences=terms)
        self.world = World(spec, make=self.make)
        self.names: list[str] = []
        self.swapped: set[str] = set()
        self.told: list[Report] = []
        self.count = 0
        self.size = 0
        self.sent: set[tuple[UUID, Letter]] = set()
        self.followed: set[UUID] = set()
        self.looked_at: dict[UUID, int] = {}
        for product in ("friday", "weekend"):
            self.buy(product, 1)
        self.money_comes(0, 0, True, True)
        if grace is not None:
            self.money_is_authorized(1, True, 0)
            if regrets:
                self.cancel_in_grace(1, False)
        if part:
            self.buy("weekend", 2)
            self.money_comes(0, 0, True, True)
            if part == "used":
                self.the_postman_comes(0, True)
                self.somebody_comes_in(0, 2, False)
            if part == "swapped":
                self.staff_swap(0, 1, "friday", 1, False)
                self.news_of_refunds(1, ["accepted"], 1)
            elif part != "sales":
                self.cancel_a_part(0, False, 1, 0)
                self.news_of_refunds(0, ["accepted"], 1)
            else:
                self.staff_cancel_a_part(0, 1, True, False)
        self._meet(fate)

    def _meet(self, fate: str) -> None:
        if fate != "late":
            self.buy("weekend", 1)
            self.money_comes(0, 0, True, True)
        match fate:
            case "late":
                self.buy("friday", 1)
                self.time_passes(3 * 24 * 60)
                self.time_out(0)
                self.money_comes(0, 0, True, True)
            case "lost":
                self.a_dispute(0, ["opened", "lost", "won"])
            case "won":
                self.a_dispute(0, ["opened", "won", "lost"])
            case "withdrawn":
                self.a_cancellation_is_taken_back(0, True, False)
                self.buy("weekend", 1)
                self.a_marked_payment_is_taken_back(0, True, True)
            case "cancelled":
                self.the_shop_is_cancelled(0)
                self.news_of_refunds(0, ["accepted", "settled"], 2)
            case _:
                self._choose(fate)

    def _choose(self, fate: str) -> None:
        self.the_shop_is_moved(3, 24)
        if fate == "lapsed":
            self.time_passes(24 * 60)
        self.its_customer_chooses(0, fate != "kept", False)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()

    # Wishes

    @rule(product=st.sampled_from(["weekend", "friday", "volunteer"]), pieces=st.integers(1, 3))
    def buy(self, product: str, pieces: int) -> None:
        name = self._fresh("order")
        try:
            self.world.place(name, (product, pieces))
        except NotEnoughSeats:
            return
        except SellingStopped:
            assert self._cancelled
            return
        assert not self._cancelled
        self.names.append(name)

    @rule(which=WHICH)
    def buy_again_with_the_same_key(self, which: int) -> None:
        if self.names and (name := self._name(which)) not in self.swapped:
            before = self.world.store.head()
            command = self.world.order_command(name, ("weekend", 1))
            assert self.world.orders.place(self.world.slug, command).id == self.world.id(name)
            assert self.world.store.head() == before

    @rule(which=WHICH)
    def pay_again(self, which: int) -> None:
        asked = self._wish(RequestPayment, provider="stripe", account="acct_1", live=False)
        self._ask(which, asked)

    @rule(which=WHICH)
    def ask_for_a_link(self, which: int) -> None:
        self.count += 1
        code = f"{self.count:043d}"
        self._ask(which, self._wish(RequestCancellation, code=code))

    @rule(which=WHICH, shown=st.one_of(st.none(), CENTS))
    def confirm(self, which: int, shown: int | None) -> None:
        from ledger.order.cancellation_policy import quote

        order = self._order(which)
        if order is None or order.newest_link is None or order.newest_link.code is None:
            return
        amount = quote(order).amount if shown is None else Money(shown, "EUR")
        link = order.newest_link
        confirmed = self._wish(ConfirmCancellation, code=link.code, quote=amount)
        self._ask(which, replace(confirmed, correlation_id=link.correlation_id))

    @rule(which=WHICH)
    def cancel_at_once(self, which: int) -> None:
        self.ask_for_a_link(which)
        self.confirm(which, None)

    @rule(which=WHICH, pays=st.booleans(), pieces=st.integers(1, 2), shown=st.sampled_from([0, 1]))
    def cancel_a_part(self, which: int, pays: bool, pieces: int, shown: int) -> None:
        """Its holder chooses on the page of the link, and confirms what that page shows."""
        if pays:
            self.money_comes(which, 0, True, True)
        self.ask_for_a_link(which)
        order = self._order(which)
        if order is None or order.newest_link is None or order.newest_link.code is None:
            return
        some, link = (Pieces(line=0, quantity=pieces),), order.newest_link
        try:
            amount = part_quote(order, some).amount + Money(shown, "EUR")
        except Refusal:
            amount = Money(shown, "EUR")
        confirmed = self._wish(ConfirmCancellation, code=link.code, quote=amount, pieces=some)
        self._ask(which, replace(confirmed, correlation_id=link.correlation_id))

    @rule(which=WHICH, pieces=st.integers(1, 3), by_hand=st.booleans(), waives=st.booleans())
    def staff_cancel_a_part(self, which: int, pieces: int, by_hand: bool, waives: bool) -> None:
        some = (Pieces(line=0, quantity=pieces),)
        fields = {"reason": "ill", "pieces": some, "by_hand": by_hand, "waive_fee": waives}
        wish = self._wish(CancelPart, **fields)
        self._ask(which, wish)
        size = self.world.store.head()
        self._ask(which, wish)
        assert self.world.store.head() == size  # once

    @rule(
        which=WHICH,
        pieces=st.integers(0, 3),
        product=st.sampled_from(["weekend", "friday", "volunteer"]),
        many=st.integers(1, 2),
        by_hand=st.booleans(),
    )
    def staff_swap(self, which: int, pieces: int, product: str, many: int, by_hand: bool) -> None:
        """Pieces of an order go, a new order has others: what the one gives over the other has."""
        order, name = self._order(which), self._fresh("swap")
        if order is None:
            return
        some = (Pieces(line=0, quantity=pieces),) if pieces else ()
        wish = self._wish(SwapLines, reason="ill", pieces=some, by_hand=by_hand, place=None)
        price = self.world.shops.get(self.world.slug).products[product].price * many
        placing = self.world.order_command(
            name,
            (product, many),
            correlation_id=placed_under(wish.correlation_id),
            for_customer=True,
            expected_total=price,
        )
        wish, before = replace(wish, place=placing), self.world.store.head()
        try:
            old = self.world.orders.swap(order.id, wish)
        except Refusal:
            assert self.world.store.head() == before
            return
        before = self.world.store.head()
        assert self.world.orders.swap(order.id, wish) == old
        assert self.world.store.head() == before  # once
        over, new = old.swaps[wish.correlation_id], self.world.orders.get(placing.order)
        assert (over.order, over.amount) == (new.id, new.received)
        assert new.swaps[placing.correlation_id].order == old.id
        self.names.append(name)
        self.swapped.add(name)
        self.world.orders.follow(order.id, self.world.clock())

    @rule(which=WHICH)
    def time_out(self, which: int) -> None:
        self._ask(which, self._wish(CancelUnpaid))

    @rule(which=WHICH, authorized=st.booleans())
    def cancel_in_grace(self, which: int, authorized: bool) -> None:
        if authorized:
            self.money_is_authorized(which, True, 0)
        self._ask(which, self._wish(CancelInGrace))

    @rule(over=st.booleans())
    def the_worker_looks_at_grace_periods(self, over: bool) -> None:
        self.world.clock.pass_(minutes=61 if over else 0)
        for which, _name in enumerate(self.names):
            order = self._order(which)
            for attempt in order.attempts if order else ():
                captured = replace(self._wish(CaptureAuthorization), correlation_id=attempt)
                self._ask(which, captured)

    @rule(which=WHICH)
    def try_again_to_give_up(self, which: int) -> None:
        order = self._order(which)
        for attempt in order.attempts if order else ():
            self._ask(which, self._wish(VoidAuthorization, payment=attempt))

    @rule(which=WHICH)
    def retry_a_refund(self, which: int) -> None:
        order = self._order(which)
        for refund in order.refunds.values() if order else ():
            retried = replace(self._wish(RetryRefund), correlation_id=refund.correlation_id)
            self._ask(which, retried)

    # Staff

    @rule(which=WHICH, cents=st.one_of(st.none(), CENTS))
    def mark_paid(self, which: int, cents: int | None) -> None:
        amount = None if cents is None else Money(cents, "EUR")
        self._ask(which, self._wish(MarkPaid, reason="at the till", amount=amount))

    @rule(
        which=WHICH,
        cents=st.one_of(st.none(), CENTS),
        by_hand=st.booleans(),
        first=st.booleans(),
        despite=st.booleans(),
    )
    def staff_refund(
        self, which: int, cents: int | None, by_hand: bool, first: bool, despite: bool
    ) -> None:
        order = self._order(which)
        paid = order.paid_attempts if order else ()
        fields: dict[str, Any] = {
            "reason": "asked",
            "amount": None if cents is None else Money(cents, "EUR"),
            "payment": paid[0].correlation_id if first and paid else None,
        }
        if by_hand:
            self._ask(which, self._wish(RefundByHand, **fields))
        else:
            self._ask(which, self._wish(RefundPayment, **fields, despite_dispute=despite))

    @rule(which=WHICH, refund=st.booleans())
    def staff_cancel(self, which: int, refund: bool) -> None:
        self._ask(which, self._wish(CancelOrder, reason="called off", refund=refund))

    @rule(which=WHICH, marks=st.booleans(), posted=st.booleans())
    def a_marked_payment_is_taken_back(self, which: int, marks: bool, posted: bool) -> None:
        if marks:
            self.mark_paid(which, None)
        if posted:
            self.the_postman_comes(which, True)
        self._correct(which, WithdrawPayment)

    @rule(which=WHICH, cancels=st.booleans(), posted=st.booleans())
    def a_cancellation_is_taken_back(self, which: int, cancels: bool, posted: bool) -> None:
        if cancels:
            self.staff_cancel(which, False)
        if posted:
            self.the_postman_comes(which, True)
        self._correct(which, WithdrawCancellation)
        order = self._order(which)
        if order is not None and order.alive:
            self.followed.discard(order.id)  # it lives again: a worker finds it, and it follows

    def _correct(self, which: int, kind: Any) -> None:
        wish = self._wish(kind, reason="a mistake", approver="boss")
        self._ask(which, wish)
        size = self.world.store.head()
        self._ask(which, wish)
        assert self.world.store.head() == size  # once

    @rule(which=WHICH)
    def send_a_letter_again(self, which: int) -> None:
        before = self._order(which)
        self._ask(which, self._wish(ResendLetter, reason="lost"))
        after = self._order(which)
        if before is None or after is None:
            return
        for key, posting in after.postings.items():
            if posting.again_under != before.postings[key].again_under:
                self.sent.discard(key)

    @rule(which=WHICH, cents=CENTS, back=st.booleans())
    def stray_money_is_resolved(self, which: int, cents: int, back: bool) -> None:
        """Nobody asked for it; a person finds its order, or sends it back."""
        order, amount = self._order(which), Money(cents, "EUR")
        if order is None:
            return
        under = self.world.id(self._fresh("stray"))
        fact = Paid(amount=amount, provider="stripe", provider_reference=f"pi_{under}")
        told = self._report(None, None, under, fact, amount=amount)
        assert self._receive(told) is None
        case = case_id(cause_of(told), CaseKind.UNMATCHED_MONEY)
        desk = Resolutions(
            self.world.store, orders=self.world.orders, cases=self.world.cases, providers={}
        )
        kind, more = (CloseCase, {}) if back else (AssignMoney, {"order": order.id})
        wish = self._wish(kind, reason="found", **more)
        assert desk.resolve(case, wish).state == "resolved"
        before = self.world.store.head()
        assert desk.resolve(case, wish).state == "resolved"
        assert self.world.store.head() == before

    @rule(minutes=st.sampled_from([1, 30, 61, 24 * 60, 3 * 24 * 60, 15 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.pass_(minutes=minutes)

    # The organiser, and what customers make of it

    @rule(days=st.sampled_from([-1, 1, 30]), hours=st.sampled_from([None, 1, 24, 24 * 20]))
    def the_shop_is_moved(self, days: int, hours: int | None) -> None:
        """By days; with a choice for so many hours, if that is before the new start."""
        now, before = self.world.clock(), self.world.store.head()
        shop = self.world.shops.newest(self.world.slug)
        try:
            self.world.shops.move(
                self.world.slug,
                starts_at=shop.terms.starts_at + timedelta(days=days),
                reason={"en": "a flood"},
                refunds_until=None if hours is None else now + timedelta(hours=hours),
                actor="organiser",
                at=now,
            )
        except Refusal:
            assert self.world.store.head() == before
            return
        self.followed.clear()
        self.orders_follow_their_shop(0, 4)

    @rule(chance=st.integers(0, 5))
    def the_shop_is_cancelled(self, chance: int) -> None:
        """Rarely: nothing is sold afterwards."""
        if chance:
            return
        if not self._cancelled:
            self.followed.clear()
        for _ in range(2):
            self.world.shops.cancel(self.world.slug, reason={"en": "a fire"}, actor="organiser")
        self.orders_follow_their_shop(0, 4)

    @property
    def _cancelled(self) -> bool:
        return self.world.shops.newest(self.world.slug).cancelled is not None

    @rule(first=WHICH, many=st.integers(1, 4))
    def orders_follow_their_shop(self, first: int, many: int) -> None:
        """As the worker lets them; some of them later than others, and all of them once."""
        for which in range(first, min(first + many, len(self.names))):
            order = self.world.id(self._name(which))
            self._follow_shop(order)
            before = self.world.store.head()
            self._follow_shop(order)
            assert self.world.store.head() == before
            self.followed.add(order)

    def _follow_shop(self, order: UUID) -> None:
        """No provider answers at once: its news comes by itself."""
        self.count += 1
        code = f"{self.count:043d}"
        following = ShopChanges(
            orders=self.world.orders,
            shops=self.world.shops,
            providers={},
            pages=OpenPages(providers={}),
            clock=self.world.clock,
            fresh=lambda: code,
            rate=CallRate(sleep=lambda seconds: None),
        )
        following(order)
        self.world.orders.follow(order, self.world.clock())

    @rule(which=WHICH, refund=st.booleans(), forged=st.booleans())
    def its_customer_chooses(self, which: int, refund: bool, forged: bool) -> None:
        order = self._order(which)
        if order is None or order.move is None:
            return
        move = order.move.stamp
        code = "f" * 43 if forged else move.code or ""
        wish = replace(
            self._wish(ChooseAfterMove, code=code, refund=refund),
            correlation_id=order.move.correlation_id,
        )
        in_time = move.refunds_until is not None and self.world.clock() < move.refunds_until
        size = self.world.store.head()
        self._ask(which, wish)
        if forged or not in_time:
            assert self.world.store.head() == size
        size = self.world.store.head()
        self._ask(which, wish)
        assert self.world.store.head() == size  # once

    # News, which nobody can refuse

    @rule(which=WHICH, cents=CENTS, full=st.booleans(), newest=st.booleans())
    def money_comes(self, which: int, cents: int, full: bool, newest: bool) -> None:
        order = self._order(which)
        if order is None or not _at_the_provider(order):
            return
        attempt = _at_the_provider(order)[-1 if newest else 0]
        amount = attempt.asked if full else Money(cents, "EUR")
        reference = f"pi_{attempt.correlation_id}"
        fact = Paid(amount=amount, provider="stripe", provider_reference=reference)
        self._tell(order, attempt.correlation_id, attempt.correlation_id, fact, amount=amount)

    @rule(which=WHICH, newest=st.booleans(), cents=st.sampled_from([0, 0, 0, -1, 1]))
    def money_is_authorized(self, which: int, newest: bool, cents: int) -> None:
        order = self._order(which)
        if order is None or not _at_the_provider(order):
            return
        attempt = _at_the_provider(order)[-1 if newest else 0]
        amount = attempt.asked + Money(cents, "EUR")
        reference = f"pi_{attempt.correlation_id}"
        fact = Authorized(amount=amount, provider="stripe", provider_reference=reference)
        known = attempt.authorization
        if known is None or known.amount in (None, amount):  # it does not contradict itself
            self._tell(order, attempt.correlation_id, attempt.correlation_id, fact, amount=amount)

    @rule(which=WHICH, ends=st.sampled_from(["captured", "voided", "expired", "refused"]))
    def an_authorization_comes_to_something(self, which: int, ends: str) -> None:
        """Asked or not: the provider may tell of what somebody did in its dashboard."""
        order = self._order(which)
        for attempt in order.reservations() if order else ():
            assert attempt.authorization is not None
            if ends == "refused":
                self._answer_no(which, attempt)
                continue
            reference = {"provider_reference": attempt.reference}
            amount = attempt.authorization.capture_amount or attempt.asked
            fact: Any = {
                "captured": Paid(amount=amount, provider="stripe", **reference),
                "voided": Voided(**reference),
                "expired": AuthorizationExpired(**reference),
            }[ends]
            moved = amount if ends == "captured" else None
            under = attempt.correlation_id
            self._tell(order, under, under, fact, amount=moved)

    def _answer_no(self, which: int, attempt: Any) -> None:
        kept, order = attempt.authorization, self._order(which)
        assert order is not None
        no: Any = None
        if attempt.capture_unanswered:
            no = CreateCaptureFailure(code="no", try_number=kept.last_capture)
        elif attempt.void_unanswered:
            no = CreateVoidFailure(code="no", try_number=kept.last_void)
        if no is not None:
            under = attempt.correlation_id
            self.world.orders.record(order.id, no, correlation_id=under, actor="worker")
            self.world.orders.follow(order.id, self.world.clock())

    @rule(which=WHICH, kind=st.sampled_from(["declined", "expired"]))
    def a_payment_fails(self, which: int, kind: str) -> None:
        order = self._order(which)
        if order is None or not _at_the_provider(order):
            return
        attempt = _at_the_provider(order)[0].correlation_id
        reference = f"pi_{attempt}"
        fact: Any = PaymentExpired(provider_reference=reference)
        if kind == "declined":
            fact = PaymentFailed(provider_reference=reference, code="declined")
        self._tell(order, attempt, attempt, fact)

    @rule(
        which=WHICH,
        news=st.permutations(["accepted", "settled", "failed", "refused"]),
        many=st.integers(1, 3),
    )
    def news_of_refunds(self, which: int, news: list[str], many: int) -> None:
        order = self._order(which)
        for refund in order.refunds.values() if order else ():
            if refund.request is None:
                continue
            for word in self._possible(refund, news[:many]):
                fact = _of_refund(word, refund.request, refund.correlation_id, refund.last_try)
                self._tell(order, refund.request.payment, refund.correlation_id, fact)

    def _possible(self, refund: Any, news: list[str]) -> list[str]:
        """A provider may forget and repeat itself; it does not both refuse and accept one try."""
        if refund.was_refused:
            return [word for word in news if word == "refused"]
        accepted = refund.accepted or refund.settled or refund.failed or news[0] != "refused"
        return [word for word in news if (word != "refused") == bool(accepted)]

    @rule(which=WHICH, cents=st.sampled_from([500, 1000]), many=st.integers(1, 2))
    def a_refund_is_made_at_the_provider(self, which: int, cents: int, many: int) -> None:
        order = self._order(which)
        for attempt in _paid_at_the_provider(order) if order else ():
            amount = Money(cents, "EUR")
            if order is None or order.held_by(attempt.correlation_id).amount < cents:
                continue
            under = self.world.id(self._fresh("outside"))
            reference = f"re_{under}"
            fact = Refunded(
                payment=attempt.correlation_id, amount=amount, provider_reference=reference
            )
            self._tell(order, attempt.correlation_id, under, fact, amount=amount)

    @rule(which=WHICH, news=st.permutations(["opened", "won", "lost"]))
    def a_dispute(self, which: int, news: list[str]) -> None:
        order = self._order(which)
        if order is None or not _paid_at_the_provider(order):
            return
        attempt = _paid_at_the_provider(order)[0]
        payment, reference = attempt.correlation_id, f"dp_{attempt.correlation_id}"
        assert attempt.received is not None
        opened = Disputed(payment=payment, amount=attempt.received, provider_reference=reference)
        known = order.disputes.get(reference)
        won = known.won if known and known.won is not None else "lost" not in news[:2]
        closed = DisputeClosed(payment=payment, provider_reference=reference, won=won)
        for fact in (opened, closed) if news[0] == "opened" else (closed, opened):
            self._tell(order, payment, payment, fact)

    @rule(which=st.integers(0, 200), times=st.integers(1, 3))
    def the_provider_repeats_itself(self, which: int, times: int) -> None:
        if self.told:
            for _ in range(times):
                self._receive(self.told[which % len(self.told)])

    @rule(which=st.integers(0, 200), wrong=st.sampled_from(["live", "account", "currency"]))
    def news_that_is_not_ours(self, which: int, wrong: str) -> None:
        if not self.told:
            return
        told = self.told[which % len(self.told)]
        change: Any = {"live": True, "account": "acct_2", "currency": "SEK"}[wrong]
        order_id = told.order
        assert order_id is not None
        before = self.world.orders.get(order_id).version
        assert self._receive(replace(told, **{wrong: change})) is None
        assert self.world.orders.get(order_id).version == before

    @rule(which=WHICH)
    def a_payment_claims_to_be_an_order_s(self, which: int) -> None:
        """Its own word is all there is, and no page of ours bears it out."""
        order = self._order(which)
        for attempt in _at_the_provider(order)[:1] if order else ():
            assert order is not None
            stranger = f"pi_{self._fresh('stranger')}"
            fact = Paid(amount=attempt.asked, provider="stripe", provider_reference=stranger)
            cause = attempt.correlation_id
            told = self._report(order.id, cause, cause, fact, amount=attempt.asked)
            assert self._receive(replace(told, claimed=True)) is None
            assert self._order(which) == order

    # The door

    @rule(which=WHICH, number=st.integers(1, 3), mistake=st.booleans())
    def somebody_comes_in(self, which: int, number: int, mistake: bool) -> None:
        """With a ticket that is valid, or is not; the scan may be taken back."""
        scan = self.world.id(self._fresh("scan"))
        came = self._wish(
            CheckIn,
            scan=scan,
            door="main",
            device="north-1",
            scanned_at=self.world.clock(),
            number=number,
            rules={},
        )
        under = {"correlation_id": scan_cause(shop_id("summer"), scan)}
        self._ask(which, replace(came, **under))
        if mistake:
            undone = self._wish(UndoCheckIn, reason="wrong person")
            self._ask(which, replace(undone, **under))

    # Letters

    @rule(which=WHICH, arrives=st.booleans())
    def the_postman_comes(self, which: int, arrives: bool) -> None:
        order = self._order(which)
        for due in letters_due(order) if order else ():
            assert order is not None
            posting = order.postings.get((due.correlation_id, due.letter))
            number = (posting.last_try if posting else 0) + 1
            claim = self._wish(
                StartLetter, letter=due.letter, try_number=number, tickets=wanted_by(order)
            )
            self._ask(which, replace(claim, correlation_id=due.correlation_id))
            if arrives:
                assert (due.correlation_id, due.letter) not in self.sent
                self.sent.add((due.correlation_id, due.letter))
                sent = ReceiptSent(
                    letter=due.letter, try_number=number, message_id="<1@x>", body_hash="00"
                )
                self.world.orders.record(
                    order.id, sent, correlation_id=due.correlation_id, actor="postman"
                )

    # The laws

    @invariant()
    def the_laws_hold(self) -> None:
        if not hasattr(self, "world") or self.world.store.head()[0] == self.size:
            return
        feed = self.world.store.feed(0, limit=100_000)
        self.size = len(feed)
        dense_and_once(feed)
        never_oversold(feed)
        orders = {one: self.world.orders.get(one) for one in map(self.world.id, self.names)}
        for order in orders.values():
            if self.looked_at.get(order.id) != order.version:
                self._order_is_lawful(order)
                self.looked_at[order.id] = order.version
            settled = self.world.orders.follow(order.id, self.world.clock(), after=order)
            assert settled.version == order.version  # all that follows was done at once
        ours = {shop_id(self.world.slug), *orders}
        shop_is_followed([one for one in feed if one.stream in ours], orders, self.followed)

    def _order_is_lawful(self, order: Order) -> None:
        history = self.world.orders.history(order.id)
        money_is_whole(order, history)
        money_sums_up(order, history)
        receipts = [due.correlation_id for due in owed(order) if due.letter in RECEIPTS[:3]]
        assert len(receipts) == len(set(receipts))  # law 9
        letters_agree(order)
        again = fold(order.id, history)  # law 10
        assert (again, status(again), flags(again)) == (order, status(order), flags(order))
        nothing_is_left_to_do(order)
        tickets_follow_seats(order, history)

    # Small talk

    def _fresh(self, kind: str) -> str:
        self.count += 1
        return f"{kind} {self.count}"

    def _name(self, which: int) -> str:
        return self.names[-1 - which % len(self.names)]

    def _order(self, which: int) -> Order | None:
        return self.world.orders.get(self.world.id(self._name(which))) if self.names else None

    def _wish(self, kind: Any, **fields: Any) -> Any:
        under = self.world.id(self._fresh("wish"))
        return kind(correlation_id=under, actor="test", at=self.world.clock(), **fields)

    def _ask(self, which: int, command: Any) -> None:
        """A wish is fulfilled, or refused and nothing is stamped."""
        order = self._order(which)
        if order is None:
            return
        before = self.world.store.head()
        try:
            self.world.orders.handle(order.id, command)
        except Refusal:
            assert self.world.store.head() == before
        self.world.orders.follow(order.id, self.world.clock())

    def _tell(
        self,
        order: Order | None,
        attempt: UUID,
        under: UUID,
        fact: Any,
        *,
        amount: Money | None = None,
    ) -> None:
        assert order is not None
        told = self._report(order.id, attempt, under, fact, amount=amount)
        self.told.append(told)
        assert self._receive(told) == order.id  # law 4

    def _report(
        self,
        order: UUID | None,
        attempt: UUID | None,
        under: UUID,
        fact: Any,
        *,
        amount: Money | None,
    ) -> Report:
        return Report(
            provider="stripe",
            account="acct_1",
            live=False,
            order=order,
            attempt=attempt,
            correlation_id=under,
            fact=fact,
            currency="EUR",
            amount=amount,
            reference=fact.provider_reference if hasattr(fact, "provider_reference") else "",
            occurred_at=self.world.clock(),
        )

    def _receive(self, told: Report) -> UUID | None:
        return receive(
            told,
            orders=self.world.orders,
            cases=self.world.cases,
            find=lambda provider, reference: None,
            evidence="00",
            at=self.world.clock(),
        )


def _at_the_provider(order: Order) -> list[Attempt]:
    """What the provider was asked for, and can tell about."""
    ours = (one for one in order.attempts.values() if not one.assigned)
    return [one for one in ours if one.provider == "stripe"]


def _paid_at_the_provider(order: Order) -> list[Attempt]:
    return [one for one in order.paid_attempts if one.provider == "stripe"]


def _of_refund(word: str, request: CreateRefundRequest, under: UUID, try_number: int) -> Any:
    reference = f"re_{under}_{try_number}"
    match word:
        case "accepted":
            return CreateRefundSuccess(
                payment=request.payment,
                amount=request.amount,
                provider_reference=reference,
                try_number=try_number,
            )
        case "settled":
            return Refunded(
                payment=request.payment, amount=request.amount, provider_reference=reference
            )
        case "failed":
            return RefundFailed(
                payment=request.payment,
                amount=request.amount,
                provider_reference=reference,
                code="closed",
            )
        case _:
            return CreateRefundFailure(code="no", try_number=try_number)


MET: Mapping[str, set[type]] = {
    "cancelled": {ShopCancelled, Cancelled, CreateRefundRequest, Refunded},
    "returned": {ShopMoved, StartMoved, Cancelled, CreateRefundRequest},
    "kept": {ShopMoved, StartMoved, StartAccepted},
    "lapsed": {ShopMoved, StartMoved},
    "late": {SeatsRetaken},
    "lost": {Disputed, DisputeClosed},
    "won": {Disputed, DisputeClosed},
    "withdrawn": {PaymentWithdrawn, CancellationWithdrawn},
}


@pytest.mark.parametrize("release", Release)
@pytest.mark.parametrize("fate", MET)
def test_worlds_begin_where_chance_rarely_leads(fate: str, release: Release) -> None:
    ledger = Ledger()
    ledger.open(
        release=release,
        fee=500,
        grace=None,
        surplus=Surplus.CASE,
        regrets=False,
        percent="0",
        part="",
        fate=fate,
    )
    ledger.the_laws_hold()
    met: set[type] = {type(one.stamp) for one in ledger.world.store.feed(0, limit=1000)}
    assert met >= MET[fate]
    if fate in ("kept", "lapsed"):
        assert Cancelled not in met
    ledger.teardown()


def test_the_laws_hold_whatever_happens():
    run_state_machine_as_test(Ledger, settings=examples(120, stateful_step_count=50))


def test_whoever_lives_again_in_a_cancelled_shop_follows_it_too():
    ledger = Ledger()
    ledger.open(
        release=Release.AT_REQUEST,
        fee=0,
        grace=None,
        surplus=Surplus.CASE,
        regrets=False,
        percent="0",
        part="",
        fate="won",
    )
    ledger.staff_cancel(0, False)
    ledger.the_shop_is_cancelled(0)
    ledger.a_cancellation_is_taken_back(0, False, False)
    ledger.the_laws_hold()
    order = ledger._order(0)
    assert order is not None
    assert order.alive
    ledger.orders_follow_their_shop(0, 4)
    ledger.the_laws_hold()
    order = ledger._order(0)
    assert order is not None
    assert order.cancelled_cause is Cause.SHOP_CANCELLED
    assert order.refund_pending == order.received
    ledger.teardown()


@pytest.mark.slow
def test_the_laws_hold_for_a_long_time():
    run_state_machine_as_test(Ledger, settings=examples(600, stateful_step_count=80))


def test_the_laws_hold_over_postgresql(database: Database):
    """A short run: every world opens a shop of its own in one database."""

    class OverPostgres(Ledger):
        make = staticmethod(lambda clock: PostgresStampRecorder(database.app, clock=clock))

    run_state_machine_as_test(
        OverPostgres,
        settings=examples(8, stateful_step_count=25, database=None),
    )
