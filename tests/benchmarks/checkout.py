"""Paid orders a second out of one quota: ours, beside a table with a row per ticket.

`python -m tests.benchmarks.checkout [--buyers 64] [--capacities 1000,100000,1000000] [--runs 3]`
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.store.ledger import LatelyInMemory
from ledger.cases.service import Cases
from ledger.kernel.money import Money
from ledger.kernel.refusals import NotEnoughSeats
from ledger.order.commands import PlaceOrder, ProviderAccount, Wanted
from ledger.order.service import Orders
from ledger.order.stamps import CreatePaymentSuccess, Paid
from ledger.shop.cache import ShopCache
from ledger.shop.service import Shops
from ledger.shop.shop import ShopSpec
from tests.benchmarks.command import command
from tests.benchmarks.measuring import Figures, median_of, ratio, summary
from tests.benchmarks.ways import one_core, our_ledger
from tests.kits.databases import migrated_template
from tests.kits.worlds import ADA, PREFERENCES, WEEKEND

# Buys one ticket and pays; False when there is none left.
Buy = Callable[[], bool]
# Their names, whether free tickets have an index, what share is sold when the sale is measured.
PEERS = (
    ("a row per ticket", False, 0.0),
    ("a row per ticket, half of them sold", False, 0.5),
    ("a row per ticket, half of them sold, the free ones indexed", True, 0.5),
)
FUTURE = datetime(2099, 1, 1, tzinfo=UTC)


@contextmanager
def ours(url: str, capacity: int) -> Iterator[Callable[[], Buy]]:
    """Services over the ledger: place with the request to pay, the page, the money."""
    with our_ledger(url) as ledger:
        shops = Shops(ledger, cache=ShopCache([time.monotonic]))
        orders = Orders(ledger, shops, Cases(ledger), lately=LatelyInMemory())
        slug = f"shop-{uuid4().hex}"
        spec = ShopSpec(
            slug=slug,
            preferences=replace(PREFERENCES, starts_at=FUTURE),
            quotas={"weekend": capacity},
            products=(WEEKEND,),
        )
        shops.import_shop(spec, actor="bench", at=datetime.now(UTC))
        yield lambda: lambda: _buy(orders, slug)


def _buy(orders: Orders, slug: str) -> bool:
    command = PlaceOrder(
        correlation_id=uuid4(),
        actor="visitor",
        at=datetime.now(UTC),
        order=uuid4(),
        lines=(Wanted(product="weekend", quantity=1),),
        customer=ADA,
        language="en",
        email_index="index",
        request_digest="digest",
        accounts={"stripe": ProviderAccount(name="acct_1", live=False)},
    )
    try:
        order = orders.place(slug, command)
    except NotEnoughSeats:
        return False
    (attempt,) = order.attempts
    page = CreatePaymentSuccess(
        provider_reference=f"cs_{order.id}", redirect_url="https://pay.example", expires_at=FUTURE
    )
    money = Paid(amount=Money(3500, "EUR"), provider="stripe", provider_reference=f"pi_{order.id}")
    for fact in (page, money):
        orders.record(order.id, fact, correlation_id=attempt, actor="provider:stripe")
    return True


@contextmanager
def rows(url: str, capacity: int, *, index: bool, sold: int = 0) -> Iterator[Callable[[], Buy]]:
    """A row per ticket, a row per order, both changed in place; a connection per buyer."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("drop table if exists tickets, orders")
        owner.execute("create table tickets (id bigint primary key, order_id uuid)")
        owner.execute(
            "create table orders (id uuid primary key, ticket bigint, status text, page text,"
            " reference text)"
        )
        owner.execute(
            "insert into tickets select n, case when n <= %s then gen_random_uuid() end"
            " from generate_series(1, %s) as n",
            [sold, capacity],
        )
        if index:
            owner.execute("create index on tickets (id) where order_id is null")
        owner.execute("vacuum analyze tickets")
    made: list[psycopg.Connection[Any]] = []

    def buyer() -> Buy:
        connection = psycopg.connect(url, autocommit=True)
        made.append(connection)
        return lambda: _take_row(connection)

    yield buyer
    for connection in made:
        connection.close()


def _take_row(connection: psycopg.Connection[Any]) -> bool:
    order = uuid4()
    with connection.transaction():
        found = connection.execute(
            "select id from tickets where order_id is null limit 1 for update skip locked"
        ).fetchone()
        if found is None:
            return False
        connection.execute("update tickets set order_id = %s where id = %s", [order, found[0]])
        connection.execute(
            "insert into orders (id, ticket, status) values (%s, %s, 'requested')",
            [order, found[0]],
        )
    change = "update orders set status = %s, page = %s where id = %s"
    connection.execute(change, ["pending", f"cs_{order}", order])
    connection.execute(
        "update orders set status = %s, reference = %s where id = %s",
        ["paid", f"pi_{order}", order],
    )
    return True


def rush(buyer: Callable[[], Buy], buyers: int, *, seconds: float) -> tuple[list[float], float]:
    """How long each buyer's purchases took, and all of it, until sold out or the time is over."""
    waits: list[list[float]] = [[] for _ in range(buyers)]
    buys = [buyer() for _ in range(buyers)]
    began = time.monotonic()
    until = began + seconds

    def shop(buy: Buy, mine: list[float]) -> None:
        at = time.perf_counter()
        while time.monotonic() < until and buy():
            now = time.perf_counter()
            mine.append(now - at)
            at = now

    threads = [threading.Thread(target=shop, args=pair) for pair in zip(buys, waits, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [wait for mine in waits for wait in mine], time.monotonic() - began


def once(open_shop: Callable[[], Any], buyers: int, *, seconds: float) -> Figures:
    """As many shops as it takes to sell for so long."""
    waits: list[float] = []
    took = 0.0
    while took < seconds:
        with open_shop() as buyer:
            bought, lasted = rush(buyer, buyers, seconds=seconds - took)
        waits += bought
        took += lasted
    return summary(waits, seconds=took)


def measured(
    server: EmbeddedPostgres, capacity: int, *, buyers: int, seconds: float
) -> dict[str, Figures]:
    """Ours and its peers, one after the other."""
    bare = server.url("rows", role=OWNER)
    with one_core():
        found = {"ours": once(lambda: ours(server.url("ours"), capacity), buyers, seconds=seconds)}
        for name, index, sold in PEERS:
            way = partial(rows, bare, capacity, index=index, sold=int(capacity * sold))
            found[name] = once(way, buyers, seconds=seconds)
    return found


def row(case: Mapping[str, Figures], capacity: int, *, buyers: int) -> dict[str, Any]:
    """One row of the result."""
    peers = {name: one for name, one in case.items() if name != "ours"}
    return {
        "case": f"one quota of {capacity:,} tickets",
        "callers": buyers,
        "ours": case["ours"],
        "peers": peers,
        "limit": None,
        "ratio": {name: ratio(case["ours"], one) for name, one in peers.items()},
    }


def run(
    server: EmbeddedPostgres, *, capacities: list[int], buyers: int, seconds: float, runs: int
) -> list[dict[str, Any]]:
    """A row for each number of tickets."""
    server.create_database("ours", template=migrated_template(server))
    server.create_database("rows")
    rows = []
    for capacity in capacities:
        options: dict[str, Any] = {"buyers": buyers, "seconds": seconds}
        found = [measured(server, capacity, **options) for _ in range(runs)]
        case = {name: median_of([one[name] for one in found]) for name in found[0]}
        rows.append(row(case, capacity, buyers=buyers))
    return rows


DEFAULTS = {"capacities": [1_000, 100_000, 1_000_000], "buyers": 64, "seconds": 3.0, "runs": 3}

if __name__ == "__main__":
    command("checkout", run, about=__doc__, defaults=DEFAULTS)
