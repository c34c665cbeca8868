"""Named fakes behind the door: a clock, a provider and its webhooks, tokens, limits, views."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.views.cases import DeskCount
from adapters.postgres.views.queries import (
    IntentCount,
    LetterCount,
    SalesCount,
    ShopOrderCount,
    StoppedLane,
)
from adapters.postgres.working.rate_limits import Hit
from adapters.store.ledger import StampLedger
from adapters.webhooks.signature import fresh_secret
from ledger.accounts.account import fold_account
from ledger.accounts.stamps import AccountOpened
from ledger.approvals.stamps import ApprovalRequested
from ledger.cases.case import fold_case
from ledger.cases.stamps import CaseOpened
from ledger.inbox.ports import Report
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.store import LedgerUnavailable
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import (
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundSuccess,
    CreateVoidFailure,
    OrderPlaced,
    Paid,
    Voided,
)
from ledger.payments.capture import CaptureAnswer, CaptureAsk, Standing, VoidAnswer, VoidAsk
from ledger.payments.provider import (
    Accepted,
    BadMessage,
    NoAnswer,
    PaymentAnswer,
    PaymentAsk,
    RefundAnswer,
    RefundAsk,
)
from ledger.shop.shop import fold_shop
from ledger.staff.stamps import StaffAdded
from ledger.vouchers.stamps import VoucherIssued
from ledger.vouchers.voucher import Voucher, fold_voucher
from ledger.waiting_list.wish import PlaceAsked
from ledger.webhooks.endpoint import Answer, Endpoint, address_fault
from projections.cases import CaseRow, cases
from projections.door import (
    DoorCount,
    DoorList,
    DoorTicket,
    DoorVisit,
    door_tickets,
    door_visits,
)
from projections.order_addresses import order_addresses
from projections.order_search import OrderPage, OrderSearch, order_pages
from projections.order_words import order_terms
from projections.persons_kept import PersonKept, of_order
from projections.product_sales import PieceCount, SeatHolder, product_sales
from projections.shop_changes import shop_changes, shop_orders
from projections.unpaid_orders import unpaid
from projections.vouchers import VoucherRow, vouchers
from tests.kits.grants import GranteesInMemory
from tests.kits.mailing_views import MailingsInMemory
from tests.kits.till_views import ShiftsInMemory
from tests.kits.waiting_views import PlacesInMemory
from web.http.access import Token
from web.wiring.derived import Difference

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class StripeInMemory:
    """A provider that does what it is told; `mood` is accepts, refuses or silent.

    `found` is what a look for an earlier refund comes to: nothing, made or silent.
    """

    name: str = "stripe"
    account: str = "acct_test"
    live: bool = False
    mood: str = "accepts"
    found: str = "nothing"
    asked: list[PaymentAsk | RefundAsk] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> PaymentAnswer:
        self.asked.append(ask)
        if self.mood == "silent":
            return NoAnswer("time-out")
        return CreatePaymentSuccess(
            provider_reference=f"cs_{ask.correlation_id}",
            redirect_url=f"https://pay.example/{ask.correlation_id}",
            expires_at=ask.expires_at,
            try_number=try_number,
        )

    recover_payment = create_payment

    def expire_payment(self, reference: str) -> bool:
        self.expired.append(reference)
        return True

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        self.asked.append(ask)
        if self.mood == "silent":
            return NoAnswer("time-out")
        if self.mood == "refuses":
            return CreateRefundFailure(code="declined", try_number=ask.try_number)
        return self._accepted(ask)

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        if self.found == "silent":
            return NoAnswer("time-out")
        return self._accepted(ask) if self.found == "made" else None

    def _accepted(self, ask: RefundAsk) -> Accepted:
        return Accepted(
            outcome=CreateRefundSuccess(
                payment=ask.payment,
                amount=ask.amount,
                provider_reference=f"re_{ask.correlation_id}",
                try_number=ask.try_number,
            )
        )


@dataclass
class CapturingStripe(StripeInMemory):
    """One that authorizes first; `captured` if it had been captured when a void was asked for."""

    voids: list[VoidAsk] = field(default_factory=list)
    captured: bool = False

    def capture(self, ask: CaptureAsk) -> CaptureAnswer:
        return Paid(amount=ask.amount, provider="stripe", provider_reference=ask.payment_reference)

    def void(self, ask: VoidAsk) -> VoidAnswer:
        self.voids.append(ask)
        if self.mood == "silent":
            return NoAnswer("time-out")
        if self.mood == "refuses":
            return CreateVoidFailure(code="not_now", try_number=ask.try_number)
        reference = ask.payment_reference
        if self.captured:
            price = Money(3500, "EUR")
            return Paid(amount=price, provider="stripe", provider_reference=reference)
        return Voided(provider_reference=reference)

    def authorization(self, payment_reference: str) -> Standing:
        return NoAnswer("time-out")


@dataclass
class DoorInMemory:
    """Reads `{"order", "attempt", "amount"}` as a payment; the signature is the word "right"."""

    provider: str = "stripe"

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        if headers.get("X-Signature") != "right":
            raise BadMessage("the signature is wrong")

    def reread(self, body: bytes) -> Sequence[Report]:
        try:
            told = msgspec.json.decode(body)
            money = Money(told["amount"], "EUR")
            return [self._paid(UUID(told["order"]), UUID(told["attempt"]), money)]
        except Exception:
            raise BadMessage("not a payment") from None

    def event_id(self, body: bytes) -> str | None:
        return None

    def _paid(self, order: UUID, attempt: UUID, amount: Money) -> Report:
        return Report(
            provider="stripe",
            account="acct_test",
            live=False,
            order=order,
            attempt=attempt,
            correlation_id=attempt,
            fact=Paid(amount=amount, provider="stripe", provider_reference=f"pi_{attempt}"),
            currency="EUR",
            amount=amount,
            reference=f"pi_{attempt}",
            occurred_at=NOON,
        )


@dataclass
class TokensInMemory:
    """Bearer tokens by digest."""

    known: dict[str, Token] = field(default_factory=dict)

    def find(self, digest: str) -> Token | None:
        return self.known.get(digest)


@dataclass
class LimitsInMemory:
    """Counts for ever; `tight` lets nobody through for 17 seconds."""

    tight: bool = False

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        return Hit(-1, 17) if self.tight else Hit(limit - 1, per_seconds)


@dataclass
class Post:
    """Takes letters with links to sign in, and keeps them; `closed` takes none."""

    letters: list[dict[str, str]] = field(default_factory=list)
    closed: bool = False

    def __call__(self, *, to: str, url: str, language: str, device: str) -> bool:
        if not self.closed:
            self.letters.append({"to": to, "url": url, "language": language, "device": device})
        return not self.closed


@dataclass
class PlacePost:
    """Takes letters that ask to confirm a place in line, and keeps them with their codes."""

    letters: list[tuple[PlaceAsked, str]] = field(default_factory=list)

    def __call__(self, asked: PlaceAsked, *, code: str) -> bool:
        self.letters.append((asked, code))
        return True


@dataclass
class Receiver:
    """Somebody who takes events; `status` is what they answer. No `.invalid` host is there."""

    status: int = 204
    taken: list[tuple[Endpoint, UUID, bytes]] = field(default_factory=list)

    def fault(self, url: str) -> str:
        there = not url.partition("?")[0].endswith(".invalid")
        return address_fault(url, plain=False) or ("" if there else "no-such-host")

    def fresh_secret(self) -> str:
        return fresh_secret()

    def __call__(self, endpoint: Endpoint, event: UUID, body: bytes) -> Answer:
        self.taken.append((endpoint, event, body))
        return Answer(status=self.status)


@dataclass(frozen=True)
class Checkpoint:
    """How far behind a projection is, in stamps."""

    name: str
    lag: int
    behind_since: datetime | None = None


@dataclass
class ViewsInMemory(GranteesInMemory, PlacesInMemory, ShiftsInMemory, MailingsInMemory):
    """The lists that a database would keep, worked out from the ledger at each look.

    How far they are behind, and what waits outside, is as it was set.
    """

    ledger: StampLedger
    lag: int = 0
    behind_since: datetime | None = None
    stopped: list[StoppedLane] = field(default_factory=list)
    letters: list[LetterCount] = field(default_factory=list)
    intents: list[IntentCount] = field(default_factory=list)

    def order_of(self, provider: str, reference: str) -> UUID | None:
        return None

    def orders(self, search: OrderSearch, *, limit: int = 50) -> Sequence[OrderPage]:
        blind = self.ledger.keyring.blind_word
        found = []
        for order in self._orders():
            (row,) = order_pages(order)
            words = {blind(term) for term in order_terms(self._opened(order.id))}
            assert row.placed_at is not None
            place = row.placed_at, row.stream
            if (
                row.shop in search.shops
                and search.status in (None, row.status)
                and {*search.products} <= {*row.products}
                and {*search.flags} <= {*row.flags}
                and {*search.words} <= words
                and search.since <= row.placed_at
                and place < search.before
            ):
                found.append((place, row))
        return [row for _, row in sorted(found, reverse=True, key=lambda one: one[0])][:limit]

    def orders_called(
        self, text: str, *, number: int | None, shops: Sequence[str], limit: int = 50
    ) -> Sequence[OrderPage]:
        return [
            row
            for order in self._orders()
            for row in order_pages(order)
            if row.shop in shops
            and (
                number == order.number
                or text in (str(order.id), order.payment_reference)
                or any(text in (at.reference, at.session) for at in order.attempts.values())
            )
        ][::-1][:limit]

    def _closed(self, stream: UUID) -> Sequence[Recorded[object]]:
        """As projections read them: what is sealed stays so."""
        return self.ledger.read_many([stream], until=2**62)[stream]

    def _opened(self, order: UUID) -> Order:
        return fold(order, self.ledger.read(order))

    def _orders(self) -> Sequence[Order]:
        placed = [one.stream for one in self._all() if isinstance(one.stamp, OrderPlaced)]
        return [fold(one, self._closed(one)) for one in placed]

    def order_of_person(self, shop: str, number: int, email_index: str) -> UUID | None:
        placed = [one.stream for one in self._all() if isinstance(one.stamp, OrderPlaced)]
        for order in (fold(one, self._closed(one)) for one in placed):
            if (order.terms.shop_slug, order.number) == (shop, number):
                return order.id if order.terms.email_index == email_index else None
        return None

    def orders_of_account(
        self,
        account: UUID,
        *,
        claimed: Sequence[UUID],
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> Sequence[tuple[UUID, datetime]]:
        found = [
            (one.placed_at, one.id)
            for one in self._orders()
            if one.placed_at and (one.terms.account == account or one.id in claimed)
        ]
        found.sort(reverse=True)
        return [(id, at) for at, id in found if after is None or (at, id) < after][:limit]

    def orders_of_nobody(self, email_index: str, *, limit: int) -> Sequence[UUID]:
        streams = {one.stream for one in self._all() if isinstance(one.stamp, AccountOpened)}
        accounts = [fold_account(one, self._closed(one)) for one in streams]
        claimed = {order for one in accounts for order in one.claimed}
        return [
            one.id
            for one in self._orders()
            if one.terms.email_index == email_index
            and one.terms.account is None
            and one.id not in claimed
        ][::-1][:limit]

    def cases(self, state: str = "open") -> Sequence[CaseRow]:
        opened = [one for one in self._all() if isinstance(one.stamp, CaseOpened)]
        folded = [fold_case(one.stream, self._closed(one.stream)) for one in opened]
        return [row for case in folded for row in cases(case) if row.state == state]

    def desk(
        self,
        state: str,
        shops: Sequence[str],
        *,
        homeless: bool,
        at: datetime,
        limit: int,
        keeper: str | None = None,
    ) -> Sequence[CaseRow]:
        known = self.cases("resolved" if state == "resolved" else "open")
        rows = [
            one
            for one in known
            if self._on_desk(one, shops, homeless)
            and (state == "resolved" or _asleep(one, at) == (state == "asleep"))
            and keeper in (None, one.keeper)
        ]
        return sorted(rows, key=lambda one: (one.severity, one.opened_at))[:limit]

    def _on_desk(self, row: CaseRow, shops: Sequence[str], homeless: bool) -> bool:
        if row.order_id is None:
            return homeless
        return fold(row.order_id, self._closed(row.order_id)).terms.shop_slug in shops

    def count_desk(
        self, shops: Sequence[str], *, homeless: bool, at: datetime
    ) -> Sequence[DeskCount]:
        counted: dict[tuple[str, str], list[CaseRow]] = {}
        for one in self.desk("open", shops, homeless=homeless, at=at, limit=1000):
            counted.setdefault((one.severity, one.kind), []).append(one)
        return [
            DeskCount(kind=kind, severity=severity, many=len(rows), since=rows[0].opened_at)
            for (severity, kind), rows in counted.items()
        ]

    def cases_about(self, order: UUID) -> Sequence[CaseRow]:
        return [one for one in self.cases() if one.order_id == order]

    def count_sales(self, shops: Sequence[str], since: datetime) -> Sequence[SalesCount]:
        rows = self.orders(OrderSearch(shops=tuple(shops), since=since), limit=10_000)
        return [
            SalesCount(
                shop=shop,
                currency=rows[0].currency,
                orders=len(mine),
                paid=sum(one.received > 0 for one in mine),
                received=sum(one.received for one in mine),
            )
            for shop in shops
            if (mine := [one for one in rows if one.shop == shop])
        ]

    def pending_refunds(self, shops: Sequence[str], limit: int) -> Sequence[UUID]:
        rows = self.orders(OrderSearch(shops=tuple(shops)), limit=10_000)
        return [one.stream for one in rows if one.refund_pending][:limit]

    def count_cases(self) -> Sequence[tuple[str, str, str, int]]:
        rows = [row for state in ("open", "resolved") for row in self.cases(state)]
        counted = Counter((row.kind, row.severity, row.state) for row in rows)
        return [(*names, many) for names, many in counted.items()]

    def count_shop_orders(self, shop: UUID) -> Sequence[ShopOrderCount]:
        changes = shop_changes(fold_shop(shop, self._closed(shop)))
        placed = [one.stream for one in self._all() if isinstance(one.stamp, OrderPlaced)]
        rows = [row for one in placed for row in shop_orders(fold(one, self._closed(one)))]
        return [
            ShopOrderCount(
                fate=row.fate,
                outcome=row.outcome,
                currency=row.currency,
                follows=row.alive
                and any(c.kind == "cancelled" or c.starts_at != row.starts_at for c in changes),
                alive=row.alive,
                many=1,
                refund=row.refund,
                by_hand=row.by_hand,
            )
            for row in rows
            if row.shop == shop
        ]

    def door_tickets(self, shop: str, hashes: Sequence[str]) -> Sequence[DoorTicket]:
        return [one for one in self._door_tickets(shop) if one.hash in hashes]

    def door_list_position(self, shop: str) -> int:
        return max((one.position for one in self._door_tickets(shop)), default=0)

    def door_list(self, shop: str, after: int) -> DoorList:
        every = sorted(self._door_tickets(shop), key=lambda one: (one.position, one.number))
        position = max((one.position for one in every), default=0)
        at = [one.recorded_at for one in self._all() if one.position == position]
        later = [one for one in every if one.position > after]
        return DoorList(position=position, as_of=at[0] if at else None, tickets=later)

    def _door_tickets(self, shop: str) -> list[DoorTicket]:
        rows = (row for order in self._orders() for row in door_tickets(order))
        return [row for row in rows if row.shop == shop]

    def count_door(self, shop: str, day: str) -> Sequence[DoorCount]:
        found: dict[tuple[str, str], list[DoorVisit]] = {}
        for order in self._orders():
            for row in door_visits(order):
                if (row.shop, row.day) == (shop, day):
                    found.setdefault((row.door, row.product), []).append(row)
        return [
            DoorCount(
                door=door,
                product=product,
                entered=sum(one.entered for one in rows),
                went=sum(one.went for one in rows),
                tickets=len(rows),
            )
            for (door, product), rows in sorted(found.items())
        ]

    def count_valid_tickets(self, shop: str) -> int:
        return sum(one.state == "valid" for one in self._door_tickets(shop))

    def count_pieces(self, shop: str) -> Sequence[PieceCount]:
        sums: dict[tuple[str, int], list[int]] = {}
        for row in (row for order in self._orders() for row in product_sales(order)):
            if row.shop == shop:
                of = sums.setdefault((row.product, row.revision), [0, 0, 0])
                of[:] = [a + b for a, b in zip(of, (row.ordered, row.held, row.sold), strict=True)]
        return [
            PieceCount(product=product, revision=revision, ordered=of[0], held=of[1], sold=of[2])
            for (product, revision), of in sums.items()
        ]

    def vouchers(self, shop: str, before: tuple[datetime, UUID], limit: int) -> list[VoucherRow]:
        rows = [row for one in self._vouchers() for row in vouchers(one) if row.shop == shop]
        found = [one for one in rows if (one.issued_at, one.stream) < before]
        return sorted(found, key=lambda one: (one.issued_at, one.stream), reverse=True)[:limit]

    def kept_seats(self, shop: str) -> Mapping[UUID, int]:
        kept: Counter[UUID] = Counter()
        for one in self._vouchers():
            if one.start.shop_slug == shop:
                kept.update({quota: held for quota, (held, _) in one.seats.items()})
        return kept

    def _vouchers(self) -> list[Voucher]:
        issued = [one.stream for one in self._all() if isinstance(one.stamp, VoucherIssued)]
        return [fold_voucher(one, self._closed(one)) for one in issued]

    def seat_holders(
        self, quota: UUID, before: tuple[datetime, UUID], limit: int
    ) -> Sequence[SeatHolder]:
        found = []
        for order in self._orders():
            held, sold = order.seats.get(quota, (0, 0))
            if (held or sold) and order.placed_at and (order.placed_at, order.id) < before:
                found.append(
                    SeatHolder(order=order.id, placed_at=order.placed_at, held=held, sold=sold)
                )
        return sorted(found, key=lambda one: (one.placed_at, one.order), reverse=True)[:limit]

    def checkpoints(self) -> Sequence[Checkpoint]:
        return [Checkpoint(name="order_pages", lag=self.lag, behind_since=self.behind_since)]

    def stopped_lanes(self) -> Sequence[StoppedLane]:
        return self.stopped

    def count_letters(self, now: datetime) -> Sequence[LetterCount]:
        return self.letters

    def count_intents(self) -> Sequence[IntentCount]:
        return self.intents

    def orders_of_address(self, email_index: str, accounts: Sequence[UUID]) -> Sequence[UUID]:
        return [
            order.id
            for order in self._orders()
            if email_index in [one.email_index for one in order_addresses(order)]
            or order.terms.account in accounts
        ]

    def cases_of(self, orders: Sequence[UUID]) -> Sequence[UUID]:
        rows = [*self.cases("open"), *self.cases("resolved")]
        return [one.stream for one in rows if one.order_id in orders]

    def persons_due(
        self, shop: str, until: datetime, *, after: tuple[datetime, UUID], limit: int
    ) -> Sequence[PersonKept]:
        rows = [row for order in self._orders() for row in of_order(order)]
        due = [one for one in rows if one.shop == shop and one.since <= until]
        later = [one for one in due if (one.since, one.stream) > after]
        return sorted(later, key=lambda one: (one.since, one.stream))[:limit]

    def count_persons_due(self, shop: str, until: datetime) -> Mapping[str, int]:
        first = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
        return Counter(one.kind for one in self.persons_due(shop, until, after=first, limit=10_000))

    def pending_migrations(self) -> Sequence[str]:
        return []

    def unpaid_due(self, now: datetime, limit: int) -> Sequence[UUID]:
        placed = [one.stream for one in self._all() if isinstance(one.stamp, OrderPlaced)]
        found = [row for one in placed for row in unpaid(fold(one, self._closed(one)))]
        return [row.stream for row in found if row.due_at <= now][:limit]

    def diff(self, *, progress: Callable[[int, int], None]) -> Iterator[Difference]:
        """What is worked out at each look is always as derived."""
        return iter(())

    def _all(self) -> Sequence[Recorded]:
        return self.ledger.feed(0, limit=100_000)


def staff_streams(store: Any) -> list[UUID]:
    """Whoever was ever added."""
    added = (one for one in store.feed(0, limit=10_000) if isinstance(one.stamp, StaffAdded))
    return [one.stream for one in added]


def approval_streams(store: Any, since: datetime) -> list[UUID]:
    """What a second person was asked for since then, the newest first."""
    asked = [one for one in store.feed(0, limit=10_000) if isinstance(one.stamp, ApprovalRequested)]
    return [one.stream for one in reversed(asked) if one.recorded_at > since]


def approvals_of(store: Any, orders: Sequence[UUID]) -> list[UUID]:
    """What a second person was ever asked for about these orders."""
    asked = [one for one in store.feed(0, limit=10_000) if isinstance(one.stamp, ApprovalRequested)]
    return [one.stream for one in asked if one.stamp.order in orders]


@dataclass
class Switch:
    """A ledger that can be cut off."""

    ledger: StampLedger
    cut: bool = False

    def __getattr__(self, name: str) -> Any:
        if self.cut:
            raise LedgerUnavailable("cut off")
        return getattr(self.ledger, name)


def _asleep(row: CaseRow, at: datetime) -> bool:
    return row.asleep_until is not None and row.asleep_until > at
