"""The leanest peer beside us on the same PostgreSQL: the same visits, and what each costs it.

It does the work that a buyer waits for, and does it right, which is looked at; it does not do the
rest of what we do (`docs/decisions/0072-the-leanest-peer.md`).
"""

import asyncio
import json
import os
import secrets
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import psycopg

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.sandbox.outbox import signature
from tests.benchmarks.lag import postmaster_of, spent
from tests.benchmarks.measuring import Figures, summary
from tests.benchmarks.onsale_crowd import all_once
from tests.benchmarks.shop_processes import KEY, provider
from tests.benchmarks.webhooks import SECRET, payment
from tests.benchmarks.wire import Answer, Wire
from tests.end_to_end.houses import ports_in_a_row
from tests.kits.cached_environment import cached_python

NAME, API = "lean", "/api/v1/shops/winterfest"
ROOT = Path(__file__).resolve().parents[2]
PINNED = ROOT / "requirements" / "lean.txt"
TABLES = Path(__file__).with_name("onsale_lean.sql")
PEER = "tests.benchmarks.onsale_lean_peer"
LEAN_FILES = [Path(__file__).with_name(f"onsale_lean_{name}.py") for name in ("peer", "answers")]
ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org", "phone": ""}
# Seconds after which it is given up, and until it must have answered once.
_ROW_SECONDS, _UP = 600, 60
_LAST_SEATS, _COMERS = 20, 64
# What sold must come to, in one look: seats by quota, orders paid more or less than once, and
# events that lack an order or are there twice.
_SOLD_RIGHT = """
select
    (select count(*) from quotas q where taken <> (
        select coalesce(sum(l.quantity), 0) from lines l join products p on p.slug = l.product
        where p.quota = q.slug)),
    (select count(*) from orders where status = 'PAID' and received <> total
        or status <> 'PAID' and received <> 0),
    (select count(*) from attempts a join orders o on o.id = a.order_id
        where (a.paid_at is null) = (o.status = 'PAID') or a.amount <> o.total),
    (select count(*) from orders o where 1 <> (
        select count(*) from outbox e where e.order_id = o.id and e.kind = 'placed')),
    (select count(*) from orders o where (o.status = 'PAID' and o.total > 0)::integer <> (
        select count(*) from outbox e where e.order_id = o.id and e.kind = 'paid'))
"""


class LeanAbsent(Exception):
    """There is none, and none could be installed."""


@dataclass
class Visitor:
    """One visitor of the peer, with what was ordered."""

    wire: Wire
    took: list[float] = field(default_factory=list)
    order: str = ""
    attempt: str = ""
    session: str = ""
    token: str = ""

    async def seen(self, asked: Awaitable[Answer], *statuses: int) -> Answer:
        began = time.perf_counter()
        answer = await asked
        self.took.append(time.perf_counter() - began)
        assert answer.status in statuses, f"{answer.status} {answer.text[:300]}"
        return answer

    async def products(self) -> Any:
        return json.loads((await self.seen(self.wire.get(f"{API}/products"), 200)).body)

    async def free_order(self) -> Any:
        return await self.places("free")

    async def paid_order(self) -> Any:
        return await self.places("plenty")

    async def places(self, product: str, *, key: str = "") -> Any:
        """What was answered; None where there was no room."""
        body = {"customer": ADA, "language": "en", "lines": [{"product": product, "quantity": 1}]}
        asked = self.wire.post(
            f"{API}/orders", json.dumps(body).encode(), Idempotency_Key=key or uuid4().hex
        )
        answer = await self.seen(asked, 201, 409)
        told = json.loads(answer.body)
        if answer.status == 409:
            assert told["type"].endswith("not-enough-seats"), told
            return None
        self.order, self.token = told["order"]["id"], told["modification_token"]
        if told["payment"]:
            self.attempt, page = told["payment"]["correlation_id"], told["payment"]["redirect_url"]
            assert page, "the provider's page is what a buyer waits for"
            self.session = page.rpartition("/")[2]
        return told

    async def told_of_payment(self) -> None:
        await self.brings(payment(UUID(self.order), UUID(self.attempt), session=self.session))

    async def brings(self, body: bytes, *, secret: str = SECRET, status: int = 200) -> None:
        signed = signature(body.decode(), secret, at=int(time.time()))
        asked = self.wire.post("/webhooks/stripe", body, Stripe_Signature=signed)
        await self.seen(asked, status)

    async def looks(self) -> Any:
        return json.loads((await self.opens(self.token, 200)).body)

    async def opens(self, token: str, *statuses: int) -> Answer:
        asked = self.wire.get(f"{API}/orders/{self.order}", Authorization=f"Bearer {token}")
        return await self.seen(asked, *statuses)


Act = Callable[[Visitor], Awaitable[object]]
# How many times as many visits as asked for, as with ours.
VISITS: dict[str, tuple[int, Act]] = {
    "product list, API": (4, Visitor.products),
    "free order": (1, Visitor.free_order),
    "paid order": (1, Visitor.paid_order),
    "payment news": (1, Visitor.told_of_payment),
    "order, API": (1, Visitor.looks),
}


def beside(
    server: EmbeddedPostgres,
    requests: int,
    *,
    processes: int,
    warm_up: int,
    answers: Mapping[str, object],
) -> dict[str, Figures] | str:
    """What each visit costs the peer, by our name of it; or why it is absent.

    Raises `AssertionError` if it sold something wrong, or answers in another shape than we do.
    """
    try:
        python = lean_python()
    except LeanAbsent as absent:
        return str(absent)
    server.create_database(NAME)
    url = server.url(NAME, role=OWNER)
    with psycopg.connect(url) as connection:
        connection.execute(TABLES.read_bytes())
        connection.execute("update quotas set size = %s where slug = 'weekend'", [_LAST_SEATS])
    with running_peer(python, url, processes=processes) as (port, peer):
        _measured(server, peer, port, requests=warm_up)
        found = _measured(server, peer, port, requests=requests)
        asyncio.run(asyncio.wait_for(_sells_right(port, answers), _ROW_SECONDS))
    with psycopg.connect(url) as connection:
        assert connection.execute(_SOLD_RIGHT).fetchone() == (0,) * 5
    return found


@cache
def lean_python() -> Path:
    """The Python of the peer's environment, which is made once; or `LeanAbsent`, with why."""
    cached = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    pins = sha256(PINNED.read_bytes()).hexdigest()[:12]
    packages = ("--require-hashes", "--requirement", str(PINNED))
    try:
        return cached_python(cached / "stampledger" / f"lean-{pins}", packages)
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, "stderr", None) or str(error)
        raise LeanAbsent(f"it cannot be installed: {str(why)[-300:]}") from None


@contextmanager
def running_peer(python: Path, url: str, *, processes: int) -> Iterator[tuple[int, psutil.Process]]:
    """Its port and its first process, as it would run in production, beside a provider."""
    port = ports_in_a_row()
    told = os.environ | {
        "LEAN_DATABASE_URL": url,
        "LEAN_BASE_URL": f"http://127.0.0.1:{port}",
        "LEAN_PROVIDER_URL": f"http://127.0.0.1:{port + 1}",
        "LEAN_API_KEY": KEY,
        "LEAN_WEBHOOK_SECRET": SECRET,
        "LEAN_MASTER_KEY": secrets.token_hex(32),
    }
    serve = ("-m", "uvicorn", f"{PEER}:app", "--app-dir", str(ROOT), "--port", str(port))
    many = ("--workers", str(processes), "--no-access-log", "--log-level", "warning")
    with tempfile.TemporaryDirectory(prefix="bench") as home, provider(home, port):
        process = subprocess.Popen([python, *serve, *many], env=told, cwd=home)
        try:
            asyncio.run(asyncio.wait_for(_until_it_answers(port), _UP))
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


async def _until_it_answers(port: int) -> None:
    while True:
        try:
            await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            await _new(port).products()
            return


def _measured(
    server: EmbeddedPostgres, peer: psutil.Process, port: int, *, requests: int
) -> dict[str, Figures]:
    trees = (peer, postmaster_of(server))
    found: dict[str, Figures] = {}
    payers = [_new(port) for _ in range(requests)]
    for name, (times, act) in VISITS.items():
        own = name in ("product list, API", "free order")
        visitors = [_new(port) for _ in range(times * requests)] if own else payers
        before, began = [spent(tree) for tree in trees], time.monotonic()
        asyncio.run(asyncio.wait_for(all_once(visitors, act), _ROW_SECONDS))
        seconds = time.monotonic() - began
        web, postgresql = (
            round(1000 * (spent(tree) - was) / len(visitors), 2)
            for tree, was in zip(trees, before, strict=True)
        )
        waits = [wait for one in visitors for wait in one.took]
        for one in visitors:
            one.took.clear()
        found[name] = {
            **summary(waits, seconds=seconds),
            "web_ms": web,
            "postgresql_ms": postgresql,
            "request_ms": round(web + postgresql, 2),
        }
    return found


def _new(port: int) -> Visitor:
    return Visitor(Wire(port, "127.0.0.1"))


# -- whether it does what we do -------------------------------------------------------------------


def shape(told: object) -> object:
    """The names in an answer, without what they say; of a list, those of its first."""
    match told:
        case dict():
            return {name: shape(of) for name, of in told.items()}
        case [first, *_]:
            return [shape(first)]
        case _:
            return None


async def _sells_right(port: int, answers: Mapping[str, object]) -> None:
    """It answers as we do, does nothing twice, and sells the last seats once."""
    one = _new(port)
    free, key = await one.free_order(), uuid4().hex
    first, again = await one.places("plenty", key=key), await one.places("plenty", key=key)
    assert first == again, "an order under the same key is the same order"
    told = {"product list, API": await one.products(), "free order": free, "paid order": first}
    await _paid_once(one)
    told["order, API"] = await one.looks()
    for name, mine in told.items():
        assert shape(mine) == answers[name], f"{name}: {shape(mine)} is not {answers[name]}"
    came: Counter[bool] = Counter()

    async def comes(visitor: Visitor) -> None:
        came[await visitor.places("weekend") is not None] += 1

    await all_once(people := [_new(port) for _ in range(_COMERS)], comes)
    assert came == {True: _LAST_SEATS, False: len(people) - _LAST_SEATS}, came
    one.wire.close()


async def _paid_once(one: Visitor) -> None:
    news = payment(UUID(one.order), UUID(one.attempt), session=one.session)
    await one.brings(news, secret="whsec_of_somebody_else", status=400)
    assert (await one.looks())["status"] == "PENDING"
    for body in (news, news, payment(UUID(one.order), UUID(one.attempt), session=one.session)):
        await one.brings(body)
        paid = await one.looks()
        assert (paid["status"], paid["money"]["received"]) == ("PAID", 3500), paid
    await one.opens("0" * 64, 404)
