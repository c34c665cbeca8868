"""The product over PostgreSQL, with a provider that says yes; what it asked the database."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.ledger.notify import Hints
from adapters.postgres.ledger.pipeline import Exchange
from ledger.inbox.ports import Report
from ledger.kernel.money import Money
from ledger.shop.shop import ShopSpec
from tests.conftest import Database
from tests.kits.product import SIGNED
from tests.kits.web_fakes import DoorInMemory, StripeInMemory
from tests.kits.worlds import SPEC, WEEKEND
from web.app import create_app
from web.wiring.composition import assembled
from web.wiring.settings import read_settings

ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org", "phone": ""}
API = "/api/v1/shops/winterfest"
# Hints are sent by a thread of their own, and a connection that is made anew is settled first.
ASIDE = ("pg_notify", "set_config(pg_settings", "transaction_timeout")


class DoorWithPages(DoorInMemory):
    """News that names the payment page it came by, as Stripe's does."""

    def _paid(self, order: UUID, attempt: UUID, amount: Money) -> Report:
        return replace(super()._paid(order, attempt, amount), page=f"cs_{attempt}")


@dataclass
class House:
    """The product over PostgreSQL, with a provider that says yes; what it asked the database."""

    app: Any
    works: Any
    asked: list[str]
    spec: ShopSpec
    hints: int = 0

    def fewest(
        self, ask: Callable[[Any, Any], object], *, before: Callable[[Any], Any] = lambda _: None
    ) -> int:
        """Of three times: what is kept for moments may have grown old in one of them."""
        return min(self._counted(ask, before) for _ in range(3))

    def _counted(self, ask: Callable[[Any, Any], object], before: Callable[[Any], Any]) -> int:
        """The round trips of one request by somebody new, who comes with what was made `before`."""
        client = self.app.test_client()
        ready = before(client)
        self.works.parts.seats.committed()  # nobody has looked lately
        self.asked.clear()
        self.hints = 0
        ask(client, ready)
        return len(self.asked)


@contextmanager
def counted_house(database: Database, **more: str) -> Iterator[House]:
    """A shop of a dozen products, with `more` settings."""
    settings = {
        "STAMPLEDGER_DATABASE_URL": database.app,
        "STAMPLEDGER_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        **more,
    }
    asked: list[str] = []
    with assembled(read_settings(settings), readers=2) as works, pytest.MonkeyPatch.context() as at:
        now = works.parts.clock()
        several = {f"quota-{number}": 100 for number in range(12)}
        products = [
            replace(WEEKEND, slug=f"ticket-{number}", quotas=(f"quota-{number}",), tickets=0)
            for number in range(12)
        ]
        free = replace(products[0], slug="free", price=Money(0, "EUR"))
        shop = replace(
            SPEC,
            preferences=replace(SPEC.preferences, starts_at=now.replace(year=now.year + 1)),
            quotas=several,
            products=(*products, free),
        )
        works.parts.shops.import_shop(shop, actor="test", at=now)
        parts = replace(
            works.parts,
            providers={"stripe": StripeInMemory()},
            doors={"stripe": DoorWithPages()},
            pages={},
            books={},
        )
        real, asking = psycopg.Cursor.execute, Exchange.ask

        def execute(cursor: Any, query: Any, *more: Any, **named: Any) -> Any:
            text = query.decode() if isinstance(query, bytes) else str(query)
            if not any(word in text for word in ASIDE):
                asked.append(text)
            return real(cursor, query, *more, **named)

        def ask(exchange: Any, *asks: Any, **options: Any) -> Any:
            asked.append(" + ".join(name for name, _ in asks))
            return asking(exchange, *asks, **options)

        house = replace(works, parts=parts)
        made = House(app=create_app(parts), works=house, asked=asked, spec=shop)

        def send(hints: Hints) -> None:
            made.hints += 1

        at.setattr(psycopg.Cursor, "execute", execute)
        at.setattr(Exchange, "ask", ask)
        at.setattr(Hints, "send", send)
        yield made


def placed(client: Any, *products: str) -> dict[str, Any]:
    lines = [{"product": one, "quantity": 1} for one in products or ("ticket-0",)]
    body = {"customer": ADA, "language": "en", "lines": lines}
    # As from elsewhere: programs at home are not counted.
    headers = {"Idempotency-Key": uuid4().hex, "Forwarded": "for=192.0.2.1"}
    answer = client.post(f"{API}/orders", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def told(client: Any, order: dict[str, Any]) -> None:
    news = {"order": order["order"]["id"], "attempt": order["payment"]["correlation_id"]}
    answer = client.post("/webhooks/stripe", json={**news, "amount": 3500}, headers=SIGNED)
    assert answer.status_code == 200


def paid(client: Any) -> dict[str, Any]:
    told(client, order := placed(client))
    return order


def seen(client: Any, address: str) -> None:
    assert client.get(address).status_code == 200
