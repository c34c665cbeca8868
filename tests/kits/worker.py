"""Given for the worker: a ledger with a shop, orders in every state, and the reactors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID, uuid4

from adapters.keys.evidence import Waiting
from adapters.keys.key_ring import Keyring
from adapters.keys.ticket_codes import drawn
from adapters.mail.letters import RenderedLetter
from adapters.store.ledger import StampLedger
from adapters.store.memory import MemoryStampRecorder
from adapters.worker.open_cases import Desk
from adapters.worker.reactor import Patience, Progress, Reactor
from adapters.worker.reactors.deliver_letter import DeliveryPolicy, Post, Render
from adapters.worker.reactors.follow_orders import Following, MemoryCursor
from adapters.worker.reactors.letters import Letters
from adapters.worker.reactors.mailings import declined
from adapters.worker.reactors.open_payments import Payments
from adapters.worker.reactors.unpaid_orders import Timeouts
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseOpened
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.news.reader import NewsReaders
from ledger.order.batch_service import Together
from ledger.order.commands import (
    CancelUnpaid,
    ConfirmCancellation,
    PlaceOrder,
    ProviderAccount,
    RequestCancellation,
    Wanted,
)
from ledger.order.due import Due
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.order.stamps import (
    CreatePaymentSuccess,
    Customer,
    OrderPlaced,
    Paid,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
)
from ledger.payments.payment_pages import OpenPages
from ledger.shop.service import Shops
from ledger.shop.shop import ProductSpec, ShopSpec
from ledger.shop.stamps import CancellationPolicy, Preferences, Seller
from tests.kits.worker_fakes import Clock, FakeMail, FakeProvider

PRICE = Money(3500, "EUR")
POSTAL = (ReceiptSendStarted, ReceiptSent, ReceiptFailed, ReceiptUnknown)


def plain_letter(order: Order, due: Due, number: int | None) -> RenderedLetter:
    """A letter that is quick to make."""
    customer = order.terms.customer
    return RenderedLetter(
        subject=f"{due.letter} {number}",
        text="text",
        html="<p>text</p>",
        to=customer.email if customer else "",
        reply_to="tickets@winterfest.example",
        from_name="Winterfest",
    )


@dataclass(frozen=True)
class Run:
    """A batch of the feed."""

    stamps: dict[UUID, list[Recorded]]
    last: int


@dataclass(frozen=True)
class LedgerFeed:
    """The feed of a ledger, by stream."""

    store: StampLedger

    def next(self, after: int, *, limit: int) -> Run:
        stamps: dict[UUID, list[Recorded]] = {}
        for one in (found := self.store.feed(after, limit=limit)):
            stamps.setdefault(one.stream, []).append(one)
        return Run(stamps, found[-1].position if found else after)


def reading(
    kept: "Keeps", act: Callable[[Waiting], Progress], clock: Callable[[], datetime]
) -> Reactor[Waiting]:
    """The reactor of the messages that wait in an inbox."""
    return Reactor(
        name="inbox",
        find=kept.unfinished,
        each=act,
        after=Patience(clock),
        key=lambda message: message.id,
    )


class Keeps(Protocol):
    """An inbox, as far as it tells what waits."""

    def unfinished(self) -> Sequence[Waiting]: ...


class World:
    """Everything around a worker; in memory unless another ledger is given."""

    def __init__(
        self, *, store: StampLedger | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        self.clock, self.mail, self.provider = Clock(), FakeMail(), FakeProvider()
        self.store = store or memory_ledger(self.clock)
        self.render: Render = plain_letter
        self.keyring, self._now = self.store.keyring, now or self.clock
        self.shops, self.cases = Shops(self.store), Cases(self.store)
        self.orders = Orders(self.store, self.shops, self.cases)
        self.cursor = MemoryCursor()
        self.shops.import_shop(shop_spec(self._now()), actor="test", at=self._now())

    def all_orders(self) -> Sequence[UUID]:
        return [one.stream for one in self.stamps() if isinstance(one.stamp, OrderPlaced)]

    def stamps(self) -> Sequence[Recorded]:
        return self.store.feed(0, limit=10_000)

    def place(self, quantity: int = 1) -> Order:
        wish = place_order(uuid4(), at=self._now(), quantity=quantity)
        return self.orders.place("winterfest", wish)

    def placed_and_paid(self, amount: Money = PRICE, *, quantity: int = 1) -> Order:
        order = self.place(quantity)
        self.opened(order)
        return self.pay(order, amount * quantity)

    def opened(self, order: Order) -> Order:
        attempt = next(iter(order.attempts))
        ask = CreatePaymentSuccess(
            provider_reference=f"cs_{attempt}",
            redirect_url="https://pay.example/page",
            expires_at=self._now() + timedelta(hours=23),
        )
        return self.orders.record(order.id, ask, correlation_id=attempt, actor="web")

    def pay(self, order: Order, amount: Money = PRICE, *, evidence: str | None = None) -> Order:
        attempt = next(iter(order.attempts))
        fact = Paid(amount=amount, provider="stripe", provider_reference=f"pi_{attempt}")
        return self.orders.record(
            order.id,
            fact,
            correlation_id=attempt,
            actor="provider:stripe",
            evidence=evidence,
        )

    def ask_for_link(self, order: Order) -> UUID:
        cause = uuid4()
        wish = RequestCancellation(correlation_id=cause, actor="web", at=self.clock(), code="c")
        self.orders.handle(order.id, wish)
        return cause

    def confirm(self, order: Order, link: UUID) -> Order:
        wish = ConfirmCancellation(
            correlation_id=link, actor="web", at=self.clock(), code="c", quote=PRICE
        )
        return self.orders.handle(order.id, wish)

    def time_out(self, order: Order) -> Order:
        wish = CancelUnpaid(correlation_id=uuid4(), actor="worker", at=self.clock())
        return self.orders.handle(order.id, wish)

    def opened_cases(self) -> list[CaseOpened]:
        return [one.stamp for one in self.stamps() if isinstance(one.stamp, CaseOpened)]

    def posted(self) -> list[str]:
        """What became of letters, in the ledger's order."""
        return [type(one.stamp).__name__ for one in self.stamps() if isinstance(one.stamp, POSTAL)]

    def letters(self, policy: DeliveryPolicy | None = None) -> Letters:
        policy = policy or DeliveryPolicy()
        return Letters(
            orders=self.orders,
            together=Together(self.store, self.orders),
            find=self.all_orders,
            post=self.post(policy),
            draw=lambda order: drawn(order.tickets_wanted, keyed_hash=self.keyring.keyed_hash),
            desk=Desk(self.cases),
            clock=self.clock,
            policy=policy,
            patience=Patience(self.clock),
        )

    def post(self, policy: DeliveryPolicy) -> Post:
        return Post(
            mail=self.mail,
            render=self.render,
            keyed_hash=self.keyring.keyed_hash,
            mail_domain="winterfest.example",
            clock=self.clock,
            lease=policy.lease,
            declined=partial(declined, readers=NewsReaders(self.store)),
        )

    def payments(self) -> Reactor[UUID]:
        act = Payments(
            orders=self.orders,
            providers={"stripe": self.provider},
            pages=self.pages(),
            desk=Desk(self.cases),
            return_url=lambda order: f"https://shop.example/{order.id}",
            clock=self.clock,
        )
        return self.reactor("payments", act)

    def pages(self) -> OpenPages:
        return OpenPages(providers={"stripe": self.provider})

    def timeouts(self, **more: Any) -> Reactor[UUID]:
        act = Timeouts(
            orders=self.orders,
            pages=self.pages(),
            desk=Desk(self.cases),
            clock=self.clock,
            **more,
        )
        return self.reactor("timeouts", act)

    def reactor(self, name: str, act: Callable[[UUID], Progress]) -> Reactor[UUID]:
        """One that looks at every order."""
        return Reactor(name=name, find=self.all_orders, each=act, after=Patience(self.clock))

    def following(self) -> Following:
        return Following(
            orders=self.orders,
            feed=LedgerFeed(self.store),
            cursor=self.cursor,
            desk=Desk(self.cases),
            clock=self.clock,
            patience=Patience(self.clock),
        )


def memory_ledger(clock: Clock) -> StampLedger:
    recorder = MemoryStampRecorder(clock=clock)
    keyring = Keyring(b"m" * 32, ledger=recorder.ledger_id, store=recorder.keys)
    return StampLedger(recorder, keyring=keyring)


def shop_spec(now: datetime) -> ShopSpec:
    nothing = Money(0, "EUR")
    return ShopSpec(
        slug="winterfest",
        preferences=Preferences(
            name={"en": "Winterfest"},
            seller=Seller(name="Winterfest ry", email="tickets@winterfest.example"),
            currency="EUR",
            timezone="Europe/Helsinki",
            starts_at=now + timedelta(days=40),
            provider="stripe",
            unpaid_after=3 * 24 * 3600,
            cancellation=CancellationPolicy(period_days=14, fee_fixed=nothing, parts=True),
            terms_url={},
        ),
        quotas={"weekend": 100},
        products=(
            ProductSpec(
                slug="weekend",
                title={"en": "Weekend ticket"},
                description={},
                price=PRICE,
                vat_percent="13.5",
                quotas=("weekend",),
                tickets=1,
                max_per_order=10,
            ),
        ),
    )


def place_order(cause: UUID, *, at: datetime, quantity: int = 1) -> PlaceOrder:
    return PlaceOrder(
        correlation_id=cause,
        actor="web",
        at=at,
        order=uuid4(),
        lines=(Wanted(product="weekend", quantity=quantity),),
        customer=Customer(first_name="Aino", last_name="Virta", email="aino@example.com"),
        language="en",
        email_index="index",
        request_digest="digest",
        accounts={"stripe": ProviderAccount(name="acct_1", live=False)},
    )
