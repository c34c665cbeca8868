"""The library's own way to project: one view of orders, moved by its `ProjectionRunner`."""

from time import perf_counter
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

from adapters.embedded_postgres import OWNER, EmbeddedPostgres


class Order(Aggregate):
    """An order of three events, each with the fields of ours that its view needs."""

    class Placed(Aggregate.Created):
        shop: str
        total: int
        currency: str
        language: str

    class Asked(Aggregate.Event):
        provider: str
        amount: int

    class Paid(Aggregate.Event):
        reference: str
        amount: int

    @event(Placed)
    def __init__(self, *, shop: str, total: int, currency: str, language: str) -> None:
        self.shop, self.total, self.currency, self.language = shop, total, currency, language

    @event(Asked)
    def ask(self, *, provider: str, amount: int) -> None:
        self.provider = provider

    @event(Paid)
    def pay(self, *, reference: str, amount: int) -> None:
        self.received = amount


class Shop(Application[UUID]):
    """Where the orders are."""


class OrderRows(PostgresTrackingRecorder):
    """One row per order, written together with how far the events were read."""

    def __init__(self, datastore: PostgresDatastore, **names: Any) -> None:
        super().__init__(datastore, **names)
        self.table = Identifier(self.datastore.schema, "stock_orders")
        self.sql_create_statements.append(
            SQL(
                "create table if not exists {} (id uuid primary key, shop text, status text,"
                " total bigint, received bigint, version bigint)"
            ).format(self.table)
        )

    def place(self, order: UUID, shop: str, total: int, *, tracking: Tracking) -> None:
        """The row of a new order."""
        insert = SQL("insert into {} values (%s, %s, 'NEW', %s, 0, 1)")
        self._write(insert, order, shop, total, at=tracking)

    def move(self, order: UUID, status: str, received: int, *, at: Tracking) -> None:
        """An order went on."""
        self._write(
            SQL("update {} set status = %s, received = %s, version = version + 1 where id = %s"),
            status,
            received,
            order,
            at=at,
        )

    def _write(self, statement: SQL, *values: Any, at: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking=at)
            cursor.execute(statement.format(self.table), values)


class OrdersProjection(Projection[OrderRows]):
    """What the rows say, event by event."""

    name = "stockorders"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        order = domain_event.originator_id
        match domain_event:
            case Order.Placed():
                self.view.place(order, domain_event.shop, domain_event.total, tracking=tracking)
            case Order.Asked():
                self.view.move(order, "PENDING", 0, at=tracking)
            case Order.Paid():
                self.view.move(order, "PAID", domain_event.amount, at=tracking)


def stock_projects(server: EmbeddedPostgres, database: str, *, orders: int) -> float:
    """Events per second of the library's runner over a ledger of its own."""
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": database,
        "POSTGRES_HOST": unquote(server.url().split("@")[1].split(":")[0]),
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": OWNER,
        "POSTGRES_PASSWORD": "",
    }
    newest = _filled(env, orders)
    began = perf_counter()
    with ProjectionRunner(
        application_class=Shop, projection_class=OrdersProjection, view_class=OrderRows, env=env
    ) as runner:
        runner.wait(newest, timeout=600)
        seconds = perf_counter() - began
    return newest / seconds


def _filled(env: dict[str, str], orders: int) -> int:
    """A ledger of orders, and its last position."""
    shop, newest = Shop(env), 0
    for start in range(0, orders, 100):
        made = [Order(shop="s", total=7000, currency="EUR", language="en") for _ in range(100)]
        for order in made:
            order.ask(provider="stripe", amount=7000)
            order.pay(reference=f"pi_{start}", amount=7000)
        newest = shop.save(*made)[-1].notification.id
    shop.close()
    return newest
