"""A shop in memory that sells through the sandbox: the real library, the real door, the rules."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import click
from click.testing import CliRunner, Result

from adapters.providers.stripe import StripeDoor, StripePayments
from adapters.providers.stripe.client import stripe_client
from adapters.sandbox import SandboxSettings, running_sandbox
from adapters.store.memory_inbox import MemoryInbox
from ledger.cases.stamps import CaseOpened
from ledger.inbox.ports import Report
from ledger.inbox.receive import receive
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import CreatePaymentSuccess, OrderPlaced
from ledger.payments.provider import PAGE_LIFETIME, NoAnswer, start_payment
from ledger.shop.shop import ShopSpec
from projections.cases import CaseRow, cases
from tests.kits.receive_again import receive_all
from tests.kits.stripe import API_KEY, LEVERS, SECRET, Provider
from tests.kits.worlds import SPEC, World

ACCOUNT = "acct_1"
RETURN = "https://shop.example/orders/1"


@dataclass
class StripeShop:
    """Orders on one side, the provider on the other; webhooks come only when told to.

    `views` say which order a reference belongs to, unless they are `blind`.
    """

    world: World
    provider: Provider
    stripe: StripePayments
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    door: StripeDoor = field(default_factory=lambda: StripeDoor(SECRET, account=ACCOUNT))
    blind: bool = False
    # Why there is no page where none was got.
    unanswered: list[NoAnswer] = field(default_factory=list)

    def order(self, name: str = "order") -> Order:
        return self.world.orders.get(self.world.id(name))

    def buy(self, name: str = "order", *lines: tuple[str, int]) -> Order:
        """An order with a payment page."""
        order = self.world.place(name, *lines)
        for attempt in order.attempts:
            self.page(order, attempt)
        return self.order(name)

    def page(self, order: Order, attempt: UUID) -> None:
        start_payment(
            self.world.orders,
            self.stripe,
            order.id,
            attempt,
            return_url=RETURN,
            unanswered=self.unanswered.append,
        )

    def buy_at_a_page_without_names(self) -> Order:
        """As a shop sold that did not tell the provider what a payment is for."""
        order = self.world.place("order")
        (attempt,) = order.attempts.values()
        made = CreatePaymentSuccess(
            provider_reference=self.bare_page(attempt.asked.amount),
            redirect_url="https://pay.example/page",
            expires_at=self.world.clock() + PAGE_LIFETIME,
        )
        return self.world.orders.record(
            order.id, made, correlation_id=attempt.correlation_id, actor="web"
        )

    def bare_page(self, amount: int) -> str:
        """A payment page that names no order; its id."""
        price = {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Something"}}
        asked: Any = {
            "mode": "payment",
            "success_url": RETURN,
            "line_items": [{"price_data": price, "quantity": 1}],
            "metadata": {"buyer": "ada@shop.example"},
        }
        client = stripe_client(
            API_KEY, account=None, api_base=self.provider.sandbox.url, patience=10, retries=0
        )
        return str(client.v1.checkout.sessions.create(params=asked).id)

    def attempt(self, name: str = "order") -> Attempt:
        return max(self.order(name).attempts.values(), key=lambda one: one.requested_at)

    def pay(self, name: str = "order") -> str:
        """The customer pays; nobody tells us. The provider's name of the payment."""
        session = self.attempt(name).session
        self.provider.lever(f"sessions/{session}/pay")
        (found,) = [s for s in self.provider.objects("checkout/sessions") if s["id"] == session]
        return str(found["payment_intent"])

    def refund(self, intent: str, **asked: Any) -> str:
        """Somebody refunds in the provider's dashboard."""
        answer = LEVERS.post(
            f"{self.provider.sandbox.url}/v1/refunds",
            data={"payment_intent": intent} | asked,
            headers={"Authorization": f"Bearer {API_KEY}"},
        )
        return str(answer.json()["id"])

    def capture(self, intent: str, amount: int) -> None:
        """Somebody captures in the provider's dashboard."""
        LEVERS.post(
            f"{self.provider.sandbox.url}/v1/payment_intents/{intent}/capture",
            data={"amount_to_capture": amount},
            headers={"Authorization": f"Bearer {API_KEY}"},
        ).raise_for_status()

    def tell(self, *types: str) -> None:
        """Every webhook so far comes, or those of some types."""
        events = self.provider.objects("events")[::-1]
        wanted = (one for one in events if not types or one["type"] in types)
        told = (self.door.reread(json.dumps(event).encode()) for event in wanted)
        receive_all(chain.from_iterable(told), self._receive)

    def keep(self, body: bytes, *, verdict: str = "signed") -> UUID:
        """A message is kept; nobody has read it yet."""
        kept = self.inbox.keep(
            "stripe",
            "stripe",
            body=body,
            headers={},
            verdict=verdict,
            provider_event_id=self.door.event_id(body),
            received_at=self.world.clock(),
        )
        return kept.id

    def keep_all(self, dice: random.Random | None = None) -> list[UUID]:
        """Every webhook so far is kept, one by one in some order, and not read."""
        events, kept = self.provider.objects("events")[::-1], list[UUID]()
        for event in dice.sample(events, len(events)) if dice else events:
            kept.append(self.keep(json.dumps(event).encode()))
            self.world.clock.pass_(milliseconds=1)
        return kept

    def _receive(self, report: Report, *, patient: bool) -> None:
        receive(
            report,
            orders=self.world.orders,
            cases=self.world.cases,
            find=self.order_of,
            evidence="ab" * 32,
            at=self.world.clock(),
            patient=patient,
        )

    def order_of(self, provider: str, reference: str) -> UUID | None:
        for order in () if self.blind else self.orders():
            for one in order.attempts.values():
                if provider == one.provider and reference in (one.session, one.reference):
                    return order.id
        return None

    def orders(self) -> list[Order]:
        feed = self.world.store.feed(0, limit=100_000)
        placed = [one.stream for one in feed if isinstance(one.stamp, OrderPlaced)]
        return [self.world.orders.get(one) for one in placed]

    def cases(self, state: str) -> list[CaseRow]:
        feed = self.world.store.feed(0, limit=100_000)
        opened = [one.stream for one in feed if isinstance(one.stamp, CaseOpened)]
        rows = [row for one in opened for row in cases(self.world.cases.get(one))]
        return [row for row in rows if row.state == state]

    @property
    def size(self) -> int:
        """How many stamps there are."""
        return self.world.store.head()[0]

    @property
    def parts(self) -> Any:
        """What commands are handed."""
        return SimpleNamespace(
            settings=SimpleNamespace(base_url="https://shop.example"),
            clock=self.world.clock,
            store=self.world.store,
            orders=self.world.orders,
            cases=self.world.cases,
            shops=self.world.shops,
            providers={"stripe": self.stripe},
            books={"stripe": self.stripe},
            reported={},
            payouts={"stripe": self.stripe},
            pages={"stripe": self.stripe},
            doors={"stripe": self.door},
            views=SimpleNamespace(
                order_of=self.order_of,
                cases=self.cases,
                unpaid_due=lambda *_: [one.id for one in self.orders()],
            ),
            inbox=self.inbox,
        )

    def run(self, command: click.Command, *words: str) -> Result:
        return CliRunner().invoke(command, [*words], obj=lambda: self.parts)


@contextmanager
def stripe_shop(home: Path, spec: ShopSpec = SPEC) -> Iterator[StripeShop]:
    """A shop whose clock and provider's clock agree."""
    world = World(spec)
    with running_sandbox(SandboxSettings(home=home, api_key=API_KEY)) as sandbox:
        provider = Provider(sandbox)
        ahead = world.clock() - datetime.now(UTC)
        provider.lever("clock", offset=ahead.total_seconds())
        yield StripeShop(world, provider, provider.another(account=ACCOUNT))
    world.close()
