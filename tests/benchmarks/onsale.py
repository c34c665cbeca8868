"""The day of the sale over HTTP: what a request costs, and the last seats under a rush of buyers.

`./run bench onsale [--buyers 400] [--seats 100] [--requests 300] [--kill] [--without-lean]
[--without-pretix]`

First each page and call by itself, 32 at once: processor milliseconds of web and PostgreSQL for
one, then what the worker and PostgreSQL add afterwards. Then the rush: every buyer looks, buys,
pays and looks again, for fewer seats than there are buyers; nobody may be sold a seat too many and
nothing may be said but "sold out". `--kill` ends the worker and one web process in the middle.
Then the leanest peer that we know how to write (FastAPI, asyncpg, SQL by hand) and pretix, each in
an environment of its own, do the same on the same PostgreSQL; or they are absent.
"""

import argparse
import asyncio
import json
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.sandbox.outbox import signature
from tests.benchmarks.command import a_server, report_of
from tests.benchmarks.measuring import Figures, report, summary
from tests.benchmarks.onsale_crowd import AT_ONCE, all_once, make_room, most_at_once
from tests.benchmarks.onsale_lean import NAME as LEAN
from tests.benchmarks.onsale_lean import beside as lean_beside
from tests.benchmarks.onsale_lean import shape
from tests.benchmarks.onsale_pretix import NAME as PRETIX
from tests.benchmarks.onsale_pretix import beside as pretix_beside
from tests.benchmarks.onsale_table import paid_orders_per_second, table
from tests.benchmarks.shop_processes import Running, open_shop, per_request
from tests.benchmarks.webhooks import SECRET, payment
from tests.benchmarks.wire import Answer, Wire

SHOP, API = "/winterfest", "/api/v1/shops/winterfest"
MOST_BUYERS, WARM_UP = 4_000, 24
# Seconds after which a row, or the rush, is given up: a machine that slow tells nothing.
_ROW_SECONDS, _RUSH_SECONDS = 600, 1_200
ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org", "phone": ""}
_TOKEN = re.compile(r'name="(csrf_token|key|shown|price\.\w+)"[^>]*value="([^"]*)"')
Visit = Callable[[Wire], Awaitable[object]]


@dataclass
class Buyer:
    """What one visitor does, through pages and calls."""

    wire: Wire
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    order: str = ""
    attempt: str = ""
    session: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)

    async def seen(self, name: str, asked: Awaitable[Answer], *statuses: int) -> Answer:
        """The answer, which must have one of these statuses."""
        began = time.perf_counter()
        answer = await asked
        self.took[name].append(time.perf_counter() - began)
        self.answers[name] = answer
        assert answer.status in statuses, f"{name}: {answer.status} {answer.text[:300]}"
        return answer

    async def lists(self) -> None:
        await self.seen("shop list", self.wire.get("/"), 200)

    async def products(self) -> None:
        await self.seen("product list, API", self.wire.get(f"{API}/products"), 200)

    async def shop_page(self) -> None:
        await self.seen("shop page", self.wire.get(f"{SHOP}/"), 200)

    async def places(self, product: str, *, name: str = "paid order") -> bool:
        """Whether there was room."""
        body = {"customer": ADA, "language": "en", "lines": [{"product": product, "quantity": 1}]}
        asked = self.wire.post(
            f"{API}/orders", json.dumps(body).encode(), Idempotency_Key=uuid4().hex
        )
        answer = await self.seen(name, asked, 201, 409)
        told = json.loads(answer.body)
        if answer.status == 409:
            assert told["type"].endswith("not-enough-seats"), told
            return False
        self.order = told["order"]["id"]
        if told["payment"]:
            self.attempt = told["payment"]["correlation_id"]
            self._at(told["payment"]["redirect_url"] or "")
        return True

    async def checks_out(self, product: str) -> bool:
        """The form that a link leads to, and the press on its button."""
        link = f"{SHOP}/checkout?buy.{product}=1"
        form = await self.seen("checkout by pages", self.wire.get(link), 200)
        typed = dict(_TOKEN.findall(form.text)) | {f"buy.{product}": "1"} | ADA
        asked = self.wire.form(f"{SHOP}/checkout", typed)
        answer = await self.seen("checkout by pages", asked, 303, 409)
        if answer.status == 303:
            self._at(answer.target)
        return answer.status == 303

    def _at(self, page: str) -> None:
        self.session = page.split("?", maxsplit=1)[0].rstrip("/").rpartition("/")[2]

    async def told_of_payment(self) -> None:
        """The provider's news, as its server brings it."""
        body = payment(UUID(self.order), UUID(self.attempt), session=self.session)
        signed = signature(body.decode(), SECRET, at=int(time.time()))
        asked = self.wire.post("/webhooks/stripe", body, Stripe_Signature=signed)
        await self.seen("payment news", asked, 200)

    async def looks(self) -> None:
        await self.seen("order, API", self.wire.get(f"{API}/orders/{self.order}"), 200)

    async def order_page(self) -> None:
        await self.seen("order page", self.wire.get(f"{SHOP}/orders/{self.order}"), 200)

    async def cancels(self, code: str) -> None:
        """A paid cancellation confirmed."""
        asked = self.wire.post(
            f"{API}/orders/{self.order}/cancellation", json.dumps({"code": code}).encode()
        )
        answer = await self.seen("paid cancellation", asked, 200)
        assert json.loads(answer.body)["refund"] == "accepted", answer.text


def visitor(port: int) -> Wire:
    """Somebody new, at an address of their own."""
    return Wire(port, ".".join(str(random.randint(1, 250)) for _ in range(4)))


# -- what each costs ----------------------------------------------------------------------------


def measured(
    house: Running, name: str, buyers: Sequence[Buyer], act: Callable[[Buyer], Awaitable[object]]
) -> dict[str, Any]:
    """One row: the buyers do it once each while the worker sleeps, which then catches up."""
    house.at_rest()
    house.worker_sleeps()
    before, began = house.spent(), time.monotonic()
    asyncio.run(asyncio.wait_for(all_once(buyers, act), _ROW_SECONDS))
    seconds, after = time.monotonic() - began, house.spent()
    house.worker_goes_on()
    house.at_rest()
    later = house.spent()
    web, behind = per_request(before, after, len(buyers)), per_request(after, later, len(buyers))
    waits = [wait for one in buyers for wait in one.took.pop(name, [])]
    for one in buyers:
        one.took.clear()
    print(f"{name}: web {web['web']}, PostgreSQL {web['PostgreSQL']}", file=sys.stderr, flush=True)
    return {
        "case": name,
        "callers": AT_ONCE,
        "ours": {
            **summary(waits, seconds=seconds),
            "web_ms": web["web"],
            "postgresql_ms": web["PostgreSQL"],
            "request_ms": round(web["web"] + web["PostgreSQL"], 2),
            "worker_ms": behind["worker"],
            "postgresql_later_ms": behind["PostgreSQL"],
        },
        "peers": {},
        "limit": None,
        "ratio": {},
    }


def costs(house: Running, requests: int) -> list[dict[str, Any]]:
    """Each page and call by itself."""

    def new(many: int = requests) -> list[Buyer]:
        return [Buyer(visitor(house.port)) for _ in range(many)]

    measure = partial(measured, house)
    rows = [
        measure("shop list", new(4 * requests), Buyer.lists),
        measure("product list, API", new(4 * requests), Buyer.products),
        measure("shop page", new(2 * requests), Buyer.shop_page),
        measure("free order", new(), lambda one: one.places("free", name="free order")),
    ]
    payers = new()
    rows += [
        measure("paid order", payers, lambda one: one.places("plenty")),
        measure("payment news", payers, Buyer.told_of_payment),
        measure("order, API", payers, Buyer.looks),
        measure("order page", payers, Buyer.order_page),
        measure("checkout by pages", new(), lambda one: one.checks_out("plenty")),
    ]
    return [*rows, _cancelled(house, new(max(requests // 4, 8)))]


def shapes(house: Running) -> dict[str, object]:
    """The names in what we answer: whoever is measured beside us has to answer the same."""
    asked: dict[str, Callable[[Buyer], Awaitable[object]]] = {
        "product list, API": Buyer.products,
        "free order": lambda one: one.places("free", name="free order"),
        "paid order": lambda one: one.places("plenty"),
        "payment news": Buyer.told_of_payment,
        "order, API": Buyer.looks,
    }
    buyer = Buyer(visitor(house.port))
    for act in asked.values():
        asyncio.run(all_once([buyer], act))
    return {
        name: shape(json.loads(answer.body))
        for name, answer in buyer.answers.items()
        if answer.body
    }


def _cancelled(house: Running, buyers: list[Buyer]) -> dict[str, Any]:
    """Paid at the provider, asked for the link, and confirmed: the last is what is measured."""

    async def paid(buyer: Buyer) -> None:
        await buyer.places("plenty")
        page = Wire(house.port + 1, buyer.wire.address)
        answer = await page.post(f"/sandbox/sessions/{buyer.session}/pay", b"{}")
        assert answer.status == 200, answer.text
        page.close()

    async def asks(buyer: Buyer) -> None:
        answer = await buyer.wire.post(f"{API}/orders/{buyer.order}/cancellation-requests", b"{}")
        assert answer.status == 202, answer.text

    asyncio.run(all_once(buyers, paid))
    house.at_rest()
    asyncio.run(all_once(buyers, asks))
    codes = {}
    for one in buyers:
        link = house.works.parts.orders.get(UUID(one.order)).newest_link
        assert link is not None
        assert link.code is not None
        codes[one.order] = link.code
    return measured(house, "paid cancellation", buyers, lambda one: one.cancels(codes[one.order]))


# -- the rush -----------------------------------------------------------------------------------


@dataclass
class Rush:
    """What became of everybody who came for the last seats."""

    outcomes: Counter[str] = field(default_factory=Counter)
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked_again: int = 0

    async def one(self, buyer: Buyer) -> None:
        try:
            self.outcomes[await self._tries(buyer)] += 1
        except Exception as error:
            self.outcomes[f"{type(error).__name__}: {str(error)[:200]}"] += 1
        for name, some in buyer.took.items():
            self.waits[name] += some
        self.asked_again += buyer.wire.asked_again
        buyer.wire.close()

    async def _tries(self, buyer: Buyer) -> str:
        await buyer.lists()
        await buyer.products()
        await buyer.shop_page()
        if random.random() < 0.25:
            return "ordered" if await buyer.checks_out("weekend") else "sold out"
        if not await buyer.places("weekend"):
            return "sold out"
        await buyer.told_of_payment()
        await buyer.looks()
        await buyer.order_page()
        return "paid"


def rush(house: Running, buyers: int, *, kill: bool) -> dict[str, Any]:
    """Everybody at once; raises `AssertionError` if a seat too many was sold, or an error told."""
    house.at_rest()
    came, before = Rush(), house.spent()
    began = time.monotonic()
    asyncio.run(asyncio.wait_for(_rushed(house, came, buyers, kill=kill), _RUSH_SECONDS))
    seconds = time.monotonic() - began
    house.at_rest()
    spent = per_request(before, house.spent(), buyers)
    shop = house.works.parts.shops.newest("winterfest")
    (quota,) = shop.quota_ids(shop.products["weekend"])
    ((capacity, held, sold),) = house.works.parts.seats([quota]).values()
    assert held + sold <= capacity, f"{held} held and {sold} sold of {capacity}"
    assert set(came.outcomes) <= {"sold out", "paid", "ordered"}, came.outcomes
    taken = came.outcomes["paid"] + came.outcomes["ordered"]
    assert taken == held + sold == min(capacity, buyers), (came.outcomes, capacity, held, sold)
    return {
        "buyers": buyers,
        "seats": capacity,
        "held": held,
        "sold": sold,
        "outcomes": dict(came.outcomes),
        "asked_again": came.asked_again,
        "seconds": round(seconds, 1),
        "milliseconds_per_buyer": spent,
        "killed": kill,
        "pages": {name: summary(waits, seconds=seconds) for name, waits in came.waits.items()},
    }


async def _rushed(house: Running, came: Rush, buyers: int, *, kill: bool) -> None:
    make_room(buyers)
    people = [Buyer(visitor(house.port)) for _ in range(buyers)]
    crowd = asyncio.gather(*(came.one(one) for one in people))
    if kill:
        while sum(came.outcomes.values()) < buyers // 10:
            await asyncio.sleep(0.02)
        house.kill()
    await crowd


# -- told ---------------------------------------------------------------------------------------


def run(
    server: EmbeddedPostgres, *, buyers: int, seats: int, requests: int, kill: bool, peers: Set[str]
) -> dict[str, Any]:
    """The rows, and the rush over a ledger that has some orders already; then the peers."""
    with open_shop(server, "onsale", seats=seats) as house:
        costs(house, WARM_UP)
        rows = costs(house, requests)
        processes = len(house.trees["web"].children())
        answers = shapes(house)
        rushed = rush(house, buyers, kill=kill)
    ask: dict[str, Callable[[], dict[str, Figures] | str]] = {
        LEAN: partial(
            lean_beside, server, requests, processes=processes, warm_up=WARM_UP, answers=answers
        ),
        PRETIX: partial(pretix_beside, server, requests, at_once=AT_ONCE, processes=processes),
    }
    absent: dict[str, str] = {}
    for name, beside in ask.items():
        found = beside() if name in peers else "not asked"
        if isinstance(found, str):
            absent[name] = found
        else:
            compare(rows, name, found)
    rate = paid_orders_per_second(rows, cores=os.cpu_count() or 1)
    return {"rows": rows, "rush": rushed, "absent": absent, "paid_orders_per_second": rate}


def compare(rows: Sequence[dict[str, Any]], peer: str, found: Mapping[str, Figures]) -> None:
    """Put a peer's figures beside ours, and how many times as much it takes."""
    for row in rows:
        if theirs := found.get(row["case"]):
            row["peers"][peer] = theirs
            row["ratio"][peer] = round(theirs["request_ms"] / row["ours"]["request_ms"], 2)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--buyers", type=int, default=400)
    asked.add_argument("--seats", type=int, default=100)
    asked.add_argument("--requests", type=int, default=300)
    asked.add_argument("--kill", action="store_true")
    for peer in (LEAN, PRETIX):
        asked.add_argument(f"--without-{peer}", action="store_true")
    asked.add_argument("--runs", type=int, default=1)
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    if not 0 < options.buyers <= (most := min(MOST_BUYERS, most_at_once())):
        asked.error(f"--buyers: 1 to {most}, each with a file of this process open")
    with a_server() as server:
        told = run(
            server,
            buyers=options.buyers,
            seats=options.seats,
            requests=options.requests,
            kill=options.kill,
            peers={peer for peer in (LEAN, PRETIX) if not getattr(options, f"without_{peer}")},
        )
    result = report_of("onsale", told, runs=1)
    print(table(result))
    report(result, options.json)


if __name__ == "__main__":
    main()
