"""A shop that sells through Paytrail: the real adapter, over HTTP, and the real doors."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import click
from click.testing import CliRunner, Result

from adapters.providers.paytrail import PaytrailDoor, PaytrailPayments, PaytrailReports
from ledger.order.order import Order
from ledger.order.stamps import OrderPlaced
from ledger.payments.ask_once import OnceInMemory
from ledger.reconciliation.by_reference import Reported
from tests.kits.api_shop import winterfest
from tests.kits.product import SHOP, Product, wish
from tests.kits.web_fakes import ViewsInMemory
from tests.stand_ins.paytrail import Paytrail
from tests.stand_ins.paytrail_reports import written
from tests.stand_ins.published import published
from tests.stand_ins.serving import Message, serving
from web.app import create_app
from web.cli.reconcile import reconcile
from web.wiring.parts import Parts

PUBLIC = "https://shop.example"


class KnowingViews(ViewsInMemory):
    """Views that know which order a payment is of; `blind` ones lag behind."""

    blind = False

    def order_of(self, provider: str, reference: str) -> UUID | None:
        placed = [one.stream for one in self._all() if isinstance(one.stamp, OrderPlaced)]
        for order in () if self.blind else placed:
            for one in self.ledger.read(order):
                if getattr(one.stamp, "provider_reference", None) == reference:
                    return order
        return None


def reconciled(parts: Parts, provider: str, *words: str, status: int) -> dict[str, Any]:
    """The document that `reconcile` prints; what the doors tell of meanwhile stands before it."""
    asked = ["--provider", provider, "--json", *words]
    done = CliRunner().invoke(reconcile, asked, obj=lambda: parts)
    assert done.exit_code == status, (done.output, done.exception)
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{\n") :])
    return found


@dataclass
class PaytrailShop:
    """Orders on one side, Paytrail on the other; callbacks come only when told to.

    Reports are brought at once, unless `brings` is off.
    """

    product: Product
    parts: Parts
    paytrail: Paytrail
    client: Any
    brings: bool = True
    brought: int = 0

    def buy(self) -> Order:
        answer: Any = self.client.post(f"{SHOP}/orders", json=wish()).json
        return self.order(UUID(answer["order"]["id"]))

    def order(self, id: UUID) -> Order:
        return self.parts.orders.get(id)

    def page(self, order: Order) -> str:
        """Paytrail's name of the order's last page."""
        pages = [
            id for id, one in self.paytrail.payments.items() if str(order.id) in one.asked["stamp"]
        ]
        return pages[-1]

    def pay(self, order: Order, status: str = "ok") -> str:
        """The customer pays; nobody tells us. Paytrail's name of the payment."""
        page = self.page(order)
        self.paytrail.conclude(page, status)
        return page

    def somebody_pays(self, cents: int, *, reference: str = "their-1") -> str:
        """Money of another shop on the account."""
        mine = next(iter(self.paytrail.payments.values()))
        stranger = replace(
            mine,
            id=str(uuid4()),
            status="ok",
            asked={
                **mine.asked,
                "amount": cents,
                "stamp": f"theirs-{uuid4()}",
                "reference": reference,
            },
        )
        self.paytrail.payments[stranger.id] = stranger
        return stranger.id

    def refund(self, order: Order, cents: int) -> str:
        """Staff sends money back; the answer is known, no callback is told. Paytrail's name."""
        token = self.product.token("staff")
        version = self.order(order.id).version
        body = {"amount": cents, "method": "provider", "reason": "test", "version": version}
        answer = self.client.post(f"{SHOP}/orders/{order.id}/refunds", json=body, headers=token)
        assert answer.status_code == 200, answer.json
        return [*self.paytrail.refunds][-1]

    def tell(self) -> None:
        """Every callback so far comes."""
        news, self.paytrail.news = self.paytrail.news, []
        for message in news:
            self.client.get(message.target)

    def bring(self, message: Message) -> None:
        if self.brings:
            headers = dict(message.headers)
            answer = self.client.post(message.target, data=message.body, headers=headers)
            assert answer.status_code == 200, answer.text
            self.brought += 1

    def downloaded(self, kind: str) -> bytes:
        """The report of everything, with all columns, as a person gets it at Paytrail's desk."""
        wish: dict[str, Any] = {"requestType": kind, "paymentStatus": "all"}
        body, wrong = written(self.paytrail.rows(wish), wish, published=published("paytrail"))
        assert wrong == []
        return body

    def run(self, command: click.Command, *words: str) -> Result:
        return CliRunner().invoke(command, [*words], obj=lambda: self.parts)

    def books(self, *words: str, status: int) -> dict[str, Any]:
        self.product.clock.move(minutes=1)
        return reconciled(self.parts, "paytrail", *words, status=status)

    @property
    def size(self) -> int:
        return int(self.parts.store.head()[0])


@contextmanager
def paytrail_shop(product: Product, *, most_rows: int = 1000) -> Iterator[PaytrailShop]:
    paytrail = Paytrail(published=published("paytrail"), dated=product.clock)
    with serving(paytrail):
        spec = winterfest()
        spec = replace(spec, preferences=replace(spec.preferences, provider="paytrail"))
        product.parts.shops.import_shop(spec, actor="test", at=product.clock())
        known = (paytrail.account, paytrail.secret)
        payments = PaytrailPayments(
            *known,
            api_base=paytrail.url,
            public_url=PUBLIC,
            once=OnceInMemory(),
            looks_per_second=1000,
        )
        reports = PaytrailReports(
            *known, api_base=paytrail.url, public_url=PUBLIC, most_rows=most_rows
        )
        parts = replace(
            product.parts,
            providers={"paytrail": payments},
            doors={"paytrail": PaytrailDoor(*known)},
            reported={"paytrail": Reported(payments, reports)},
            views=KnowingViews(product.store.ledger),
        )
        shop = PaytrailShop(product, parts, paytrail, create_app(parts).test_client())
        paytrail.bring = shop.bring
        yield shop
    assert paytrail.violations == []
