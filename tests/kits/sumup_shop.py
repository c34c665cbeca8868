"""A shop that sells through SumUp: the real adapter, over HTTP, and the real door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from adapters.providers.sumup import SumupDoor, SumupPayments
from ledger.order.order import Order
from ledger.payments.ask_once import OnceInMemory
from tests.kits.api_shop import winterfest
from tests.kits.paytrail_shop import KnowingViews, reconciled
from tests.kits.product import SHOP, Product, wish
from tests.stand_ins.published import published
from tests.stand_ins.serving import serving
from tests.stand_ins.sumup import Sumup
from web.app import create_app
from web.wiring.parts import Parts

PUBLIC = "https://shop.example"


@dataclass
class SumupShop:
    """Orders on one side, SumUp on the other; messages come only when told to."""

    product: Product
    parts: Parts
    sumup: Sumup
    client: Any

    def buy(self) -> Order:
        answer: Any = self.client.post(f"{SHOP}/orders", json=wish()).json
        return self.order(UUID(answer["order"]["id"]))

    def order(self, id: UUID) -> Order:
        return self.parts.orders.get(id)

    def pay(self, order: Order) -> str:
        """The customer pays; nobody tells us. SumUp's name of the transaction."""
        (attempt,) = order.attempts.values()
        self.sumup.conclude(attempt.session, "SUCCESSFUL")
        return self.sumup.checkouts[attempt.session].tries[-1].id

    def refund(self, order: Order, cents: int) -> None:
        """Staff sends money back."""
        version = self.order(order.id).version
        body = {"amount": cents, "method": "provider", "reason": "test", "version": version}
        token = self.product.token("staff")
        answer = self.client.post(f"{SHOP}/orders/{order.id}/refunds", json=body, headers=token)
        assert answer.status_code == 200, answer.json

    def tell(self) -> None:
        """Every message so far comes."""
        news, self.sumup.news = self.sumup.news, []
        for message in news:
            answer = self.client.post("/webhooks/sumup", data=message.body)
            assert answer.status_code == 200

    def books(self, *words: str, status: int) -> dict[str, Any]:
        self.product.clock.move(minutes=1)
        return reconciled(self.parts, "sumup", *words, status=status)

    @property
    def size(self) -> int:
        return int(self.parts.store.head()[0])


@contextmanager
def sumup_shop(product: Product) -> Iterator[SumupShop]:
    sumup = Sumup(published=published("sumup"), now=product.clock)
    with serving(sumup):
        spec = winterfest()
        spec = replace(spec, preferences=replace(spec.preferences, provider="sumup"))
        product.parts.shops.import_shop(spec, actor="test", at=product.clock())
        payments = SumupPayments(
            sumup.api_key,
            merchant_code=sumup.merchant,
            api_base=sumup.url,
            public_url=PUBLIC,
            sandbox=True,
            once=OnceInMemory(),
        )
        parts = replace(
            product.parts,
            providers={"sumup": payments},
            books={"sumup": payments},
            pages={"sumup": payments},
            payouts={"sumup": payments},
            doors={"sumup": SumupDoor(payments, webhook_secret=None)},
            views=KnowingViews(product.store.ledger),
        )
        yield SumupShop(product, parts, sumup, create_app(parts).test_client())
    assert sumup.violations == []
