"""pretix beside us on the same PostgreSQL: the same visits, and what each costs it."""

import asyncio
import json
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from psycopg.conninfo import conninfo_to_dict

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from tests.benchmarks.lag import postmaster_of, spent
from tests.benchmarks.measuring import Figures, summary
from tests.benchmarks.wire import Answer, Wire
from tests.end_to_end.houses import ports_in_a_row
from tests.kits.real_pretix import Pretix, PretixAbsent, running_pretix

NAME, SLOWER = "pretix", 4
# Seconds after which it is given up.
_ROW_SECONDS = 600
EVENT = "/api/v1/organizers/org/events/sale"
Act = Callable[["Visitor"], Awaitable[object]]


@dataclass
class Visitor:
    """One visitor of pretix, with what was ordered."""

    wire: Wire
    token: str
    items: dict[str, int]
    took: list[float] = field(default_factory=list)
    order: dict[str, Any] = field(default_factory=dict)

    async def seen(self, asked: Awaitable[Answer], *statuses: int) -> Answer:
        began = time.perf_counter()
        answer = await asked
        self.took.append(time.perf_counter() - began)
        assert answer.status in statuses, f"{answer.status} {answer.text[:300]}"
        return answer

    async def asks(self, path: str) -> None:
        await self.seen(self.wire.get(f"{EVENT}{path}", Authorization=f"Token {self.token}"), 200)

    async def products(self) -> None:
        await self.asks("/items/")

    async def looks(self) -> None:
        await self.asks(f"/orders/{self.order['code']}/")

    async def shop_page(self) -> None:
        await self.seen(self.wire.get("/org/sale/"), 200)

    async def order_page(self) -> None:
        path = f"/org/sale/order/{self.order['code']}/{self.order['secret']}/"
        await self.seen(self.wire.get(path), 200)

    async def free_order(self) -> None:
        await self._places("free", status="p", payment_provider="free")

    async def paid_order(self) -> None:
        await self._places("plenty", status="n", payment_provider="manual")

    async def _places(self, item: str, **how: str) -> None:
        body = {"email": "ada@example.org", "locale": "en", "sales_channel": "web", "fees": []}
        lines: dict[str, Any] = {
            "positions": [{"item": self.items[item], "variation": None, "answers": []}]
        }
        sent = json.dumps({**body, **lines, **how}).encode()
        asked = self.wire.post(f"{EVENT}/orders/", sent, Authorization=f"Token {self.token}")
        self.order = json.loads((await self.seen(asked, 201)).body)


VISITS: dict[str, Act] = {
    "product list, API": Visitor.products,
    "shop page": Visitor.shop_page,
    "free order": Visitor.free_order,
    "paid order": Visitor.paid_order,
    "order, API": Visitor.looks,
    "order page": Visitor.order_page,
}


def beside(
    server: EmbeddedPostgres, requests: int, *, at_once: int, processes: int
) -> dict[str, Figures] | str:
    """What each visit costs pretix, by our name of it; or why there is no pretix."""
    server.create_database(NAME)
    known = conninfo_to_dict(server.url(NAME, role=OWNER))
    database = {
        "backend": "postgresql",
        "name": NAME,
        "user": OWNER,
        "host": str(known["host"]),
        "port": "5432",
    }
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        try:
            port = ports_in_a_row(1)
            with running_pretix(
                Path(folder), port=port, database=database, processes=processes
            ) as pretix:
                return _measured(server, pretix, port, max(requests // SLOWER, 4), at_once)
        except PretixAbsent as absent:
            return str(absent)
        except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as trouble:
            # Whatever becomes of it, our own figures are told.
            return f"it did not get through: {type(trouble).__name__} {str(trouble)[:200]}"


def _measured(
    server: EmbeddedPostgres, pretix: Pretix, port: int, many: int, at_once: int
) -> dict[str, Figures]:
    items = _on_sale(pretix)
    trees = (psutil.Process(pretix.process.pid), postmaster_of(server))
    found: dict[str, Figures] = {}
    visitors = [Visitor(Wire(port, "127.0.0.1"), pretix.token, items) for _ in range(many)]
    for name, act in VISITS.items():
        asyncio.run(_within(_all(visitors[:4], act, at_once)))  # what it does once, it has done
        for one in visitors:
            one.took.clear()
        before, began = [spent(tree) for tree in trees], time.monotonic()
        asyncio.run(_within(_all(visitors, act, at_once)))
        seconds = time.monotonic() - began
        web, postgresql = (
            round(1000 * (spent(tree) - was) / many, 2)
            for tree, was in zip(trees, before, strict=True)
        )
        waits = [wait for one in visitors for wait in one.took]
        own = {"web_ms": web, "postgresql_ms": postgresql}
        found[name] = {
            **summary(waits, seconds=seconds),
            **own,
            "request_ms": round(web + postgresql, 2),
        }
    return found


def _on_sale(pretix: Pretix) -> dict[str, int]:
    """An event with plenty of a free thing and of one that costs; the ids of both."""
    dates = {"date_from": "2035-02-12T12:00:00Z", "timezone": "Europe/Helsinki"}
    named = {"name": {"en": "Winterfest"}, "slug": "sale", "currency": "EUR"}
    pretix.ask("events/", {**named, **dates, "plugins": []})
    items = {
        name: pretix.ask(
            "events/sale/items/",
            {"name": {"en": name}, "default_price": price, "admission": False},
        )["id"]
        for name, price in (("free", "0.00"), ("plenty", "35.00"))
    }
    quota = {"name": "all", "size": 10_000_000, "items": list(items.values())}
    pretix.ask("events/sale/quotas/", quota)
    pretix.console("Event.objects.filter(slug='sale').update(live=True)")
    return items


async def _within(visits: Awaitable[None]) -> None:
    """Raises `TimeoutError`."""
    await asyncio.wait_for(visits, _ROW_SECONDS)


async def _all(visitors: Sequence[Visitor], act: Act, at_once: int) -> None:
    waiting = iter(visitors)

    async def line() -> None:
        for one in waiting:
            await act(one)
            one.wire.close()

    await asyncio.gather(*(line() for _ in range(at_once)))
