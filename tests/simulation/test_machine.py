"""The laws, as invariants of one machine that asks, tells, repeats and turns the clock."""

from collections.abc import Callable, Sequence
from dataclasses import replace
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
from ledger.cases.case import case_id
from ledger.cases.decide import AssignMoney, CloseCase
from ledger.cases.resolve import Resolutions
from ledger.cases.stamps import CaseKind
from ledger.inbox.ports import Report
from ledger.inbox.receive import cause_of, receive
from ledger.kernel.events import Recorded, identity
from ledger.kernel.money import Money
from ledger.kernel.refusals import NotEnoughSeats, Refusal
from ledger.kernel.store import SeatChange
from ledger.order.commands import (
    CancelInGrace,
    CancelOrder,
    CancelPart,
    CancelUnpaid,
    CaptureAuthorization,
    ConfirmCancellation,
    MarkPaid,
    RefundByHand,
    RefundPayment,
    RequestCancellation,
    RequestPayment,
    ResendLetter,
    RetryRefund,
    StartLetter,
    VoidAuthorization,
    WithdrawCancellation,
    WithdrawPayment,
)
from ledger.order.evolve import evolve, fold
from ledger.order.issues import troubles
from ledger.order.letters_due import RECEIPTS, letters_due, owed
from ledger.order.order import Order
from ledger.order.part_policy import quote as part_quote
from ledger.order.payment_attempt import Attempt
from ledger.order.seats import seat_changes
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateCaptureFailure,
    CreateCaptureRequest,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    CreateVoidFailure,
    CreateVoidRequest,
    DisputeClosed,
    Disputed,
    Letter,
    ManualRefund,
    OrderAmended,
    OrderPlaced,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentWithdrawn,
    Pieces,
    ReceiptSendStarted,
    ReceiptSent,
    Refunded,
    RefundFailed,
    SeatsReleased,
    SeatsRetaken,
    TicketsIssued,
    Voided,
)
from ledger.order.status import flags, status
from ledger.shop.stamps import QuotaSet, Release, Surplus, quota_id
from tests.conftest import Database
from tests.kits.examples import examples
from tests.kits.ticket_codes import wanted_by
from tests.kits.worlds import Clock, World, with_policy

SLUGS = count(1)
WHICH = st.integers(0, 3)
CENTS = st.sampled_from([1, 1500, 3500, 7000, 7001])


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
        part=st.sampled_from(["", "holder", "holder", "sales"]),
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
    ) -> None:
        slug = f"winterfest-{next(SLUGS)}"  # one database may hold the worlds of a whole run
        quotas = {"weekend": 4, "friday": 2}
        spec = replace(with_policy(release, fee=fee), slug=slug, quotas=quotas)
        policy = replace(spec.preferences.cancellation, parts=True, fee_percent=percent)
        terms = replace(spec.preferences, grace_period=grace, overpaid=surplus, cancellation=policy)
        spec = replace(spec, preferences=terms)
        self.world = World(spec, make=self.make)
        self.names: list[str] = []
        self.told: list[Report] = []
        self.count = 0
        self.size = 0
        self.sent: set[tuple[UUID, Letter]] = set()
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
            if part == "holder":
                self.cancel_a_part(0, False, 1, 0)
                self.news_of_refunds(0, ["accepted"], 1)
            else:
                self.staff_cancel_a_part(0, 1, True, False)

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
        self.names.append(name)

    @rule(which=WHICH)
    def buy_again_with_the_same_key(self, which: int) -> None:
        if self.names:
            name = self._name(which)
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
        _dense_and_once(feed)
        _never_oversold(feed)
        for name in self.names:
            self._order_is_lawful(self.world.orders.get(self.world.id(name)))

    def _order_is_lawful(self, order: Order) -> None:
        _money_is_whole(order, self.world.orders.history(order.id))
        receipts = [due.correlation_id for due in owed(order) if due.letter in RECEIPTS[:3]]
        assert len(receipts) == len(set(receipts))  # law 9
        again = fold(order.id, self.world.orders.history(order.id))  # law 10
        assert (again, status(again), flags(again)) == (order, status(order), flags(order))
        _nothing_is_left_to_do(order)
        _tickets_follow_seats(order, self.world.orders.history(order.id))
        settled = self.world.orders.follow(order.id, self.world.clock())
        assert settled.version == order.version  # all that follows was done at once

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


def _dense_and_once(feed: Any) -> None:
    """Laws 2 and 3."""
    assert [one.position for one in feed] == [*range(1, len(feed) + 1)]
    identities = [identity(one.correlation_id, one.stamp) for one in feed]
    assert len(identities) == len(set(identities))


def _never_oversold(feed: Sequence[Recorded]) -> None:
    """Law 8, at every position and for every quota."""
    orders: dict[UUID, Order] = {}
    totals: dict[UUID, list[int]] = {}
    for recorded in feed:
        if isinstance(recorded.stamp, QuotaSet):
            totals[quota_id(recorded.stream, recorded.stamp.slug)] = [recorded.stamp.capacity, 0]
        before = orders.get(recorded.stream, Order(id=recorded.stream))
        if before.placed is None and not isinstance(recorded.stamp, OrderPlaced):
            continue
        after = orders[recorded.stream] = evolve(before, recorded)
        changes = seat_changes(before, after)
        _sold_for_money_that_is_held(after, recorded, changes)
        for change in changes:
            totals[change.quota][1] += change.held + change.sold
        assert all(0 <= taken <= capacity for capacity, taken in totals.values()), totals


def _left_of(order: Order, payment: Attempt) -> int:
    """Cents of one payment that neither went back, nor are promised back, nor a bank took."""
    assert payment.received is not None
    gone = [
        refund.returned("EUR").amount + refund.pending("EUR").amount
        for refund in order.refunds.values()
        if refund.payment == payment.correlation_id
    ]
    taken = [
        dispute.amount.amount
        for dispute in order.disputes.values()
        if dispute.payment == payment.correlation_id and dispute.won is False and dispute.amount
    ]
    return payment.received.amount - sum(gone) - sum(taken)


def _sold_for_money_that_is_held(
    after: Order, recorded: Recorded, changes: Sequence[SeatChange]
) -> None:
    """Law 8: nothing is sold or taken again for money that came once and left again."""
    if isinstance(recorded.stamp, SeatsRetaken):
        kept = sum(_left_of(after, one) for one in after.paid_attempts)
        assert max(kept, after.reserved.amount) >= after.due.amount
    elif sum(change.sold for change in changes) > 0 and isinstance(recorded.stamp, Paid):
        came = [
            one.received.amount
            for one in after.paid_attempts
            if one.received is not None
            and (_left_of(after, one) > 0 or one.correlation_id == recorded.correlation_id)
        ]
        assert sum(came) >= after.due.amount


def _nothing_is_left_to_do(order: Order) -> None:
    """A dead order of which nothing is held, promised or kept ready has no open case of money."""
    if order.alive or order.disputed or order.refund_pending or order.reservations():
        return
    if not any(_left_of(order, one) for one in order.paid_attempts):
        kinds = {one.kind for one in troubles(order)}
        assert kinds <= {CaseKind.LETTER_FAILED, CaseKind.LETTER_UNKNOWN}, kinds


def _tickets_follow_seats(order: Order, history: Sequence[Recorded[object]]) -> None:
    """R4: one set. Each piece is one seat and one ticket here: as many are valid as are sold."""
    issued = [one.stamp for one in history if isinstance(one.stamp, TicketsIssued)]
    assert len(issued) <= 1
    if issued:
        assert len(order.valid_tickets) == sum(sold for _, sold in order.seats.values())
        assert not order.tickets_wanted


def _money_is_whole(order: Order, history: Any) -> None:
    """Law 7: integers, and never more asked back than was held when it was asked."""
    so_far = Order(id=order.id)
    for recorded in history:
        stamp = recorded.stamp
        if isinstance(stamp, PaymentWithdrawn):
            assert stamp.amount == so_far.held_by(stamp.payment)
        if isinstance(stamp, CreateRefundRequest | ManualRefund):
            assert 0 < stamp.amount.amount <= so_far.held_by(stamp.payment).amount
        _reservations_are_whole(so_far, recorded)
        if isinstance(stamp, ReceiptSendStarted) and stamp.letter in RECEIPTS[:3]:
            owing = {(due.correlation_id, due.letter) for due in owed(so_far)}
            assert (recorded.correlation_id, stamp.letter) in owing
        _parts_are_whole(so_far, recorded)
        so_far = evolve(so_far, recorded)
    assert isinstance(order.received.amount, int)


def _parts_are_whole(before: Order, recorded: Recorded) -> None:
    """Laws 7 and 8: never more pieces than were bought, for their price, their seats once."""
    stamp, cause = recorded.stamp, recorded.correlation_id
    if isinstance(stamp, OrderAmended):
        assert cause not in before.amendments
        bought = [before.lines[some.line] for some in stamp.pieces]
        pairs = [*zip(bought, stamp.pieces, strict=True)]
        assert all(0 < some.quantity <= line.quantity for line, some in pairs)
        price = sum(line.unit_price.amount * some.quantity for line, some in pairs)
        assert (stamp.amount + stamp.fee).amount == price
        assert min(stamp.amount.amount, stamp.fee.amount) >= 0
        refund = before.refunds.get(cause)
        assert (stamp.amount.amount > 0) == (refund is not None)
        left = [line.quantity for line in evolve(before, recorded).lines]
        assert sum(left) > 0
    elif isinstance(stamp, SeatsReleased) and stamp.pieces:
        assert stamp.pieces == before.amendments[cause].pieces
        assert cause not in before.freed


def _reservations_are_whole(before: Order, recorded: Recorded) -> None:
    """Law 7, SPEC G1: at most what is authorized, and captured or given up, never both at once."""
    asked = recorded.stamp
    if isinstance(asked, CreateCaptureRequest):
        attempt = before.attempts[recorded.correlation_id]
        assert attempt.reserved is not None
        assert 0 < asked.amount.amount <= attempt.reserved.amount
        assert before.covered + asked.amount <= before.due
        assert before.alive
        assert attempt.authorization is not None
        assert not attempt.authorization.voids
    if isinstance(asked, CreateVoidRequest):
        attempt = before.attempts[asked.payment]
        assert attempt.reserved is not None
        assert not attempt.capture_unanswered
        assert not attempt.void_unanswered


def test_the_laws_hold_whatever_happens():
    run_state_machine_as_test(Ledger, settings=examples(120, stateful_step_count=50))


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
