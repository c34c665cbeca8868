"""The leanest ticket shop that we can think of: FastAPI, asyncpg and SQL by hand.

A peer to be measured beside, in an environment of its own (`requirements/lean.txt`): it knows
nothing of ours and nothing of ours imports it. Its tables are those of `onsale_lean.sql`.
"""

import hmac
import os
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import FastAPI, Header, Request, Response
from pydantic import BaseModel, Field

from tests.benchmarks.onsale_lean_answers import Row, told_list, told_order

ENVIRONMENT = os.environ
MASTER = bytes.fromhex(ENVIRONMENT["LEAN_MASTER_KEY"])
WEBHOOK_SECRET = ENVIRONMENT["LEAN_WEBHOOK_SECRET"].encode()
BASE_URL = ENVIRONMENT["LEAN_BASE_URL"]
NONCE, TOLERANCE = 12, 300

# -- what is asked of PostgreSQL ------------------------------------------------------------------

ON_SALE = """
select s.name as shop_name, s.currency, s.timezone, s.starts_at, s.cancelled, s.notice,
    p.*, q.taken < q.size as available
from products p join shops s on s.slug = p.shop join quotas q on q.slug = p.quota
where p.shop = $1 and coalesce(p.available_from <= now(), true)
order by p.place
"""
WANTED = """
select p.*, s.currency, s.timezone, s.starts_at, s.days_to_cancel
from products p join shops s on s.slug = p.shop
where p.shop = $1 and p.slug = any($2::text[]) and not s.cancelled
    and coalesce(p.available_from <= now(), true) and coalesce(p.available_until > now(), true)
"""
# The order with its lines, its event and what is about to be asked of the provider; nothing at all
# if somebody used the key before.
PLACE = """
with placed as (
    insert into orders (id, shop, key, asked, status, total, language, placed_at, data_key,
        customer, email_index)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (key) do nothing
    returning id, number
), wanted as (
    insert into lines
    select placed.id, one.place, one.product, one.revision, one.title, one.quantity, one.price,
        one.vat
    from placed, unnest($12::text[], $13::int[], $14::text[], $15::int[], $16::int[], $17::text[])
        with ordinality as one (product, revision, title, quantity, price, vat, place)
), event as (
    insert into outbox (kind, order_id) select 'placed', id from placed
), attempt as (
    insert into attempts (id, order_id, amount, asked_at)
    select $18::uuid, id, $6, $8 from placed where $18::uuid is not null
)
select number from placed
"""
TAKE = "update quotas set taken = taken + $2 where slug = $1 and taken + $2 <= size"
ASKED = """
with answered as (
    update attempts set session = $2, page = $3 where id = $1 and page is null returning order_id
)
update orders set version = version + 1 from answered where id = answered.order_id
"""
READ = """
select o.id, o.number, o.shop, o.asked, o.status, o.version, o.total, o.received, o.language,
    o.placed_at, s.currency, s.timezone, s.starts_at, s.days_to_cancel,
    l.product, l.revision, l.title, l.quantity, l.unit_price, l.vat_percent,
    a.id as attempt, a.page
from orders o
join shops s on s.slug = o.shop
join lines l on l.order_id = o.id
left join attempts a on a.order_id = o.id
"""
READ_BY_ID = f"{READ} where o.id = $1 order by l.place"
READ_BY_KEY = f"{READ} where o.key = $1 order by l.place"
KEEP = "insert into inbox (id, body, signature) values ($1, $2, $3) on conflict do nothing"
# The message is the evidence, and the order is paid in the same commit. Told again, nothing is.
PAY = """
with news as (
    insert into inbox (id, body, signature) values ($1, $2, $3) on conflict do nothing returning id
), attempt as (
    update attempts set payment = $7, paid_at = now() from news
    where attempts.id = $4 and order_id = $5 and amount = $6 and paid_at is null
    returning order_id, amount
), paid as (
    update orders set status = 'PAID', version = version + 1, received = received + attempt.amount
    from attempt where orders.id = attempt.order_id and status = 'PENDING'
    returning orders.id
)
insert into outbox (kind, order_id) select 'paid', id from paid
"""

# -- the program ----------------------------------------------------------------------------------


class Customer(BaseModel):
    """Who orders."""

    first_name: str = Field(min_length=1, max_length=100)
    last_name: str = Field(min_length=1, max_length=100)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)
    phone: str = Field(default="", max_length=40)


class Line(BaseModel):
    """So many of a product."""

    product: str = Field(max_length=100)
    quantity: int = Field(gt=0, le=100)


class NewOrder(BaseModel):
    """What a buyer sends."""

    customer: Customer
    language: str = Field(pattern="^(en|fi|sv)$")
    lines: list[Line] = Field(min_length=1, max_length=50)


class Refused(Exception):
    """A problem that the caller is told."""

    def __init__(self, status: int, kind: str) -> None:
        super().__init__(kind)
        self.status, self.kind = status, kind


async def _kept(connection: asyncpg.Connection) -> None:
    """Sessions change nothing that the next one would have to be saved from."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = {"jit": "off", "statement_timeout": "20s"}
    app.state.pool = await asyncpg.create_pool(
        ENVIRONMENT["LEAN_DATABASE_URL"],
        min_size=5,
        max_size=5,
        reset=_kept,
        server_settings=settings,
    )
    app.state.provider = aiohttp.ClientSession(
        ENVIRONMENT["LEAN_PROVIDER_URL"],
        headers={"Authorization": f"Bearer {ENVIRONMENT['LEAN_API_KEY']}"},
        timeout=aiohttp.ClientTimeout(20),
        raise_for_status=True,
    )
    yield
    await app.state.provider.close()
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan, openapi_url=None)
BASE = "/api/v1/shops/{shop}"


def answer(told: object, status: int = 200) -> Response:
    body = orjson.dumps(told, option=orjson.OPT_UTC_Z)
    return Response(body, status, media_type="application/json")


@app.exception_handler(Refused)
async def refused(_: Request, problem: Refused) -> Response:
    return answer({"type": f"/problems/{problem.kind}", "status": problem.status}, problem.status)


# -- the list -------------------------------------------------------------------------------------


@app.get(BASE + "/products")
async def products(shop: str) -> Response:
    rows = await app.state.pool.fetch(ON_SALE, shop)
    if not rows:
        raise Refused(404, "not-found")
    return answer(told_list(rows))


# -- orders ---------------------------------------------------------------------------------------


@app.post(BASE + "/orders")
async def place(
    shop: str,
    wished: NewOrder,
    idempotency_key: Annotated[str, Header(min_length=8, max_length=255)],
) -> Response:
    asked = sha256(f"{shop} {wished.model_dump_json()}".encode()).digest()
    async with app.state.pool.acquire() as connection:
        found = await connection.fetch(WANTED, shop, [line.product for line in wished.lines])
        rows = _order_of(shop, wished, {row["slug"]: row for row in found})
        async with connection.transaction():
            is_new = await _placed(connection, rows, wished.customer, (idempotency_key, asked))
        if not is_new:
            rows = await connection.fetch(READ_BY_KEY, idempotency_key)
            if not hmac.compare_digest(rows[0]["asked"], asked):
                raise Refused(422, "idempotency-key-reused")
    order = rows[0]
    version, payment = order["version"], None
    if order["attempt"]:
        page = order["page"]
        if page is None:
            # Nothing is open while the provider thinks; whoever asks again asks under the same key.
            page = await _payment_page(rows, wished.customer.email)
            version += page is not None
        payment = {"correlation_id": str(order["attempt"]), "redirect_url": page}
    told = {
        "order": told_order(rows, version),
        "payment": payment,
        "modification_token": token_of(order["id"]),
    }
    return answer(told, 201)


def _order_of(
    shop: str, wished: NewOrder, products: Mapping[str, asyncpg.Record]
) -> list[dict[str, Any]]:
    """A new order as it will be read, a row for each line. Raises `Refused`."""
    if any(
        one.product not in products or one.quantity > products[one.product]["max_per_order"]
        for one in wished.lines
    ):
        raise Refused(422, "not-on-sale")
    total = sum(products[one.product]["price"] * one.quantity for one in wished.lines)
    order = {
        "id": uuid4(),
        "shop": shop,
        "status": "PENDING" if total else "PAID",
        "version": 1,
        "total": total,
        "received": 0,
        "language": wished.language,
        "placed_at": datetime.now(UTC),
        "attempt": uuid4() if total else None,
        "page": None,
    }
    return [
        {
            **products[one.product],
            **order,
            "product": one.product,
            "quantity": one.quantity,
            "unit_price": products[one.product]["price"],
        }
        for one in wished.lines
    ]


async def _placed(
    connection: asyncpg.Connection,
    rows: list[dict[str, Any]],
    customer: Customer,
    once: tuple[str, bytes],
) -> bool:
    """Whether it is a new one. Raises `Refused` when seats are missing: all or nothing."""
    order = rows[0]
    about = ("status", "total", "language", "placed_at")
    columns = ("product", "revision", "title", "quantity", "unit_price", "vat_percent")
    number = await connection.fetchval(
        PLACE,
        order["id"],
        order["shop"],
        *once,
        *(order[name] for name in about),
        *_sealed(order["id"], customer),
        *([row[name] for row in rows] for name in columns),
        order["attempt"],
    )
    if number is None:
        return False
    order["number"] = number
    # The row that everybody wants is locked last and in one order: shortly, and without deadlock.
    for quota in sorted({row["quota"] for row in rows}):
        seats = sum(row["quantity"] for row in rows if row["quota"] == quota)
        if await connection.execute(TAKE, quota, seats) != "UPDATE 1":
            raise Refused(409, "not-enough-seats")
    return True


def _sealed(order_id: UUID, customer: Customer) -> tuple[bytes, bytes, bytes]:
    """The order's own key under the master key, the customer under that, and what finds them."""
    key, place = AESGCM.generate_key(256), order_id.bytes
    first, second = os.urandom(NONCE), os.urandom(NONCE)
    wrapped = first + AESGCM(MASTER).encrypt(first, key, place)
    sealed = second + AESGCM(key).encrypt(second, customer.model_dump_json().encode(), place)
    return wrapped, sealed, hmac.digest(MASTER, customer.email.strip().lower().encode(), "sha256")


async def _payment_page(rows: Sequence[Row], email: str) -> str | None:
    """Where the buyer pays; None if the provider does not say, and then the worker asks again."""
    order = rows[0]
    metadata = {
        "order": order["id"],
        "order_number": order["number"],
        "shop": order["shop"],
        "correlation_id": order["attempt"],
    }
    back = f"{BASE_URL}/{order['shop']}/orders/{order['id']}"
    form = {
        "mode": "payment",
        "client_reference_id": order["id"],
        "success_url": back,
        "cancel_url": back,
        "expires_at": int(time.time()) + 3600,
        "customer_email": email,
        "locale": order["language"],
        **{f"metadata[{name}]": value for name, value in metadata.items()},
        **{f"payment_intent_data[metadata][{name}]": of for name, of in metadata.items()},
    }
    for number, line in enumerate(rows):
        item = f"line_items[{number}]"
        form[f"{item}[quantity]"] = line["quantity"]
        form[f"{item}[price_data][currency]"] = order["currency"].lower()
        form[f"{item}[price_data][unit_amount]"] = line["unit_price"]
        form[f"{item}[price_data][product_data][name]"] = line["title"]
    sent = {name: str(value) for name, value in form.items()}
    once = {"Idempotency-Key": str(order["attempt"])}
    try:
        async with app.state.provider.post(
            "/v1/checkout/sessions", data=sent, headers=once
        ) as asked:
            session = orjson.loads(await asked.read())
    except (aiohttp.ClientError, TimeoutError):
        return None
    await app.state.pool.execute(ASKED, order["attempt"], session["id"], session["url"])
    return str(session["url"])


@app.get(BASE + "/orders/{order_id}")
async def read(shop: str, order_id: UUID, authorization: Annotated[str, Header()] = "") -> Response:
    if not hmac.compare_digest(authorization.encode(), f"Bearer {token_of(order_id)}".encode()):
        raise Refused(404, "not-found")
    rows = await app.state.pool.fetch(READ_BY_ID, order_id)
    if not rows or rows[0]["shop"] != shop:
        raise Refused(404, "not-found")
    return answer(told_order(rows, rows[0]["version"]))


def token_of(order_id: UUID) -> str:
    """What opens an order, the same whenever it is told."""
    return hmac.digest(MASTER, b"token" + order_id.bytes, "sha256").hex()


# -- news of payments -----------------------------------------------------------------------------


@app.post("/webhooks/stripe")
async def news(request: Request) -> Response:
    body, signature = await request.body(), request.headers.get("stripe-signature", "")
    if not _is_signed(body, signature):
        raise Refused(400, "bad-signature")
    event = orjson.loads(body)
    page = event["data"]["object"]
    if event["type"] != "checkout.session.completed" or page["payment_status"] != "paid":
        await app.state.pool.execute(KEEP, event["id"], body, signature)
        return Response(status_code=200)
    about = page["metadata"]
    await app.state.pool.execute(
        PAY,
        event["id"],
        body,
        signature,
        UUID(about["correlation_id"]),
        UUID(about["order"]),
        page["amount_total"] if page["currency"] == "eur" else -1,
        page["payment_intent"],
    )
    return Response(status_code=200)


def _is_signed(body: bytes, signature: str) -> bool:
    parts = [part.partition("=") for part in signature.split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    if not at.isdigit() or abs(time.time() - int(at)) > TOLERANCE:
        return False
    right = hmac.digest(WEBHOOK_SECRET, at.encode() + b"." + body, "sha256").hex().encode()
    given = [value.encode() for name, _, value in parts if name == "v1"]
    return any(secrets.compare_digest(right, one) for one in given)
