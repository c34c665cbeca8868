"""A whole product in memory, with named fakes, for tests of the door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from flask import Flask

from adapters.keys import Keyring
from adapters.memory_inbox import MemoryInbox
from adapters.memory_store import MemoryStampRecorder
from adapters.stamp_ledger import StampLedger
from ledger.appends import LedgerUnavailable
from ledger.case import fold_case
from ledger.case_stamps import CaseOpened
from ledger.cases import Cases
from ledger.doors import Unreadable
from ledger.money import Money
from ledger.payments import Accepted, NoAnswer, PaymentAnswer, PaymentAsk, RefundAnswer, RefundAsk
from ledger.policy import CancellationPolicy, Seller
from ledger.recorded import Recorded
from ledger.reports import Report
from ledger.service import Orders
from ledger.shop import ProductSpec, ShopSpec
from ledger.shop_stamps import Preferences, shop_id
from ledger.shops import Shops
from ledger.stamps import CreatePaymentSuccess, CreateRefundFailure, CreateRefundSuccess, Paid
from projections.cases import CaseRow, cases
from web.access import Token, digest_of
from web.app import create_app
from web.parts import Parts
from web.settings import Settings

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
SIGNED = {"X-Signature": "right", "Content-Type": "application/json"}
ADA = {"first_name": "Ada", "last_name": "O'Neill", "email": "ada@example.org", "phone": ""}


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
    """A provider that does what it is told; `mood` is accepts, refuses or silent."""

    name: str = "stripe"
    account: str = "acct_test"
    live: bool = False
    mood: str = "accepts"
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

    def expire_payment(self, reference: str) -> bool:
        self.expired.append(reference)
        return True

    def refund(self, ask: RefundAsk) -> RefundAnswer:
        self.asked.append(ask)
        if self.mood == "silent":
            return NoAnswer("time-out")
        if self.mood == "refuses":
            return CreateRefundFailure(code="declined", try_number=ask.try_number)
        reference = f"re_{ask.correlation_id}"
        return Accepted(
            outcome=CreateRefundSuccess(
                payment=ask.payment,
                amount=ask.amount,
                provider_reference=reference,
                try_number=ask.try_number,
            )
        )

    def find_refund(self, ask: RefundAsk) -> RefundAnswer | None:
        return None


@dataclass
class DoorInMemory:
    """Reads `{"order", "attempt", "amount"}` as a payment; the signature is the word "right"."""

    provider: str = "stripe"

    def read(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[Report]:
        if headers.get("X-Signature") != "right":
            raise Unreadable("the signature is wrong")
        return self.reread(body)

    def reread(self, body: bytes) -> Sequence[Report]:
        try:
            told = msgspec.json.decode(body)
            money = Money(told["amount"], "EUR")
            return [self._paid(UUID(told["order"]), UUID(told["attempt"]), money)]
        except Exception:
            raise Unreadable("not a payment") from None

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
    """Counts for ever; `tight` lets nobody through."""

    tight: bool = False

    def hit(self, key: str, *, per_seconds: int, limit: int) -> bool:
        return not self.tight


@dataclass(frozen=True)
class Checkpoint:
    """How far behind a projection is, in stamps."""

    name: str
    lag: int


@dataclass
class ViewsInMemory:
    """The lists that a database would keep, worked out from the ledger at each look."""

    ledger: StampLedger

    def order_of(self, provider: str, reference: str) -> UUID | None:
        return None

    def cases(self, state: str = "open") -> Sequence[CaseRow]:
        opened = [one for one in self._all() if isinstance(one.stamp, CaseOpened)]
        folded = [fold_case(one.stream, self.ledger.read(one.stream)) for one in opened]
        return [row for case in folded for row in cases(case) if row.state == state]

    def checkpoints(self) -> Sequence[Checkpoint]:
        return [Checkpoint(name="order_pages", lag=0)]

    def pending_migrations(self) -> Sequence[str]:
        return []

    def _all(self) -> Sequence[Recorded]:
        return self.ledger.feed(0, limit=100_000)


@dataclass
class Switch:
    """A ledger that can be cut off."""

    ledger: StampLedger
    cut: bool = False

    def __getattr__(self, name: str) -> Any:
        if self.cut:
            raise LedgerUnavailable("cut off")
        return getattr(self.ledger, name)


@dataclass
class Product:
    """Everything a test of the door wants to hold in its hands."""

    app: Flask
    client: Any  # answers of the test client have JSON or not, as each test knows
    parts: Parts
    clock: Clock
    provider: StripeInMemory
    store: Switch
    inbox: MemoryInbox
    limits: LimitsInMemory
    tokens: TokensInMemory

    def token(self, role: str, *, shop: str | None = None) -> dict[str, str]:
        """Headers of a caller with this role."""
        secret = f"sl_{uuid4().hex}"
        self.tokens.known[digest_of(secret)] = Token(name="test", role=role, shop=shop)
        return {"Authorization": f"Bearer {secret}"}

    def place(self, *, key: str = "", **changes: Any) -> Any:
        """The answer to an order for one weekend ticket, unless told otherwise."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"{SHOP}/orders", json=wish(**changes), headers=headers)

    def placed(self, **changes: Any) -> tuple[str, str]:
        """An order's address and its first attempt."""
        answer = self.place(**changes).json
        attempt = answer["payment"]["correlation_id"] if answer["payment"] else ""
        return f"{SHOP}/orders/{answer['order']['id']}", attempt

    def paid(self) -> str:
        """The address of an order that was paid."""
        address, attempt = self.placed()
        self.tell(address, attempt)
        return address

    def tell(self, address: str, attempt: str, *, amount: int = 3500) -> Any:
        """The provider reports a payment."""
        news = {"order": address.rpartition("/")[2], "attempt": attempt, "amount": amount}
        return self.client.post("/webhooks/stripe", json=news, headers=SIGNED)

    def link(self, address: str) -> str:
        """The code in the newest cancellation letter."""
        order = self.parts.orders.get(UUID(address.rpartition("/")[2]))
        assert order.newest_link is not None
        assert order.newest_link.code is not None
        return order.newest_link.code


SHOP = "/api/v1/shops/winterfest"


def wish(**changes: Any) -> dict[str, Any]:
    """The body of an order."""
    lines = [{"product": "weekend", "quantity": 1}]
    return {"customer": ADA, "language": "en", "lines": lines, **changes}


def open_shop(*, base_url: str = "http://localhost") -> Product:
    """A product whose shop is open."""
    clock, recorder, tokens = Clock(), None, TokensInMemory()
    recorder = MemoryStampRecorder(clock=clock)
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    store = Switch(StampLedger(recorder, keyring=keyring))
    shops, held = Shops(store, lambda: [shop_id("winterfest")]), Cases(store)
    shops.import_shop(winterfest(), actor="test", at=NOON)
    provider, inbox, limits = StripeInMemory(), MemoryInbox(), LimitsInMemory()
    parts = Parts(
        settings=Settings(home=Path(), base_url=base_url, secret_key="for tests only"),
        clock=clock,
        store=store,
        orders=Orders(store, shops, held),
        shops=shops,
        cases=held,
        providers={"stripe": provider},
        doors={"stripe": DoorInMemory()},
        keyring=keyring,
        seats=lambda quotas: _seats(recorder, quotas),
        views=ViewsInMemory(store.ledger),
        inbox=inbox,
        limits=limits,
        tokens=tokens,
    )
    app = create_app(parts)
    return Product(
        app=app,
        client=app.test_client(),
        parts=parts,
        clock=clock,
        provider=provider,
        store=store,
        inbox=inbox,
        limits=limits,
        tokens=tokens,
    )


def _seats(
    recorder: MemoryStampRecorder, quotas: Sequence[UUID]
) -> Mapping[UUID, tuple[int, int, int]]:
    known = {quota: recorder._seats[quota] for quota in quotas if quota in recorder._seats}
    return {quota: (one.capacity, one.held, one.sold) for quota, one in known.items()}


def winterfest() -> ShopSpec:
    """A festival: weekend tickets, two seats in the sauna, free helpers, and next year's."""
    later = NOON + timedelta(days=365)
    return ShopSpec(
        slug="winterfest",
        preferences=Preferences(
            name={"en": "Winterfest", "fi": "Talvifestarit"},
            seller=Seller(name="Winterfest ry", email="tickets@winterfest.example"),
            currency="EUR",
            timezone="Europe/Helsinki",
            starts_at=datetime(2027, 2, 12, 10, tzinfo=UTC),
            provider="stripe",
            unpaid_after=3 * 24 * 3600,
            cancellation=CancellationPolicy(period_days=14, fee_fixed=Money(0, "EUR")),
            terms_url={},
        ),
        quotas={"weekend": 50, "sauna": 2},
        products=(
            _product("weekend", 3500, quota="weekend", title="Viikonloppulippu"),
            _product("sauna", 1000, quota="sauna"),
            _product("helper", 0, quota="weekend"),
            _product("next-year", 3500, quota="weekend", available_from=later),
        ),
    )


def _product(
    slug: str,
    price: int,
    *,
    quota: str,
    title: str = "",
    available_from: datetime | None = None,
) -> ProductSpec:
    return ProductSpec(
        slug=slug,
        title={"en": slug.capitalize(), "fi": title or slug.capitalize()},
        description={},
        price=Money(price, "EUR"),
        vat_percent="13.5",
        quotas=(quota,),
        tickets=1,
        max_per_order=5,
        available_from=available_from,
    )
