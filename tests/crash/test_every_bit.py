"""Any bit of any column of any table of the ledger: whoever bends it is found, and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as some
from psycopg import sql
from psycopg.types.json import Jsonb

from adapters.embedded_postgres import ADMIN
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.verify import verify
from tests.kits.audit import a_history
from tests.kits.examples import every, examples

# What orders the rows of a table, and where in the ledger a row of it belongs.
TABLES = {
    "stamps": ("position", "position"),
    "commits": ("first_position", "last_position"),
    "seat_totals": ("position, quota", "position"),
    "numbers": ("position, series", "position"),
    "payments": ("position, payment", "position"),
}
PLACES = some.integers(0, 10_000)


@dataclass(frozen=True)
class Disarmed:
    """A small ledger whose tables have no trigger, no constraint and no index left."""

    world: Any
    owner: Any
    columns: dict[str, list[str]]

    def rows(self, table: str) -> list[tuple[str, int]]:
        """Each row's address, and the position where it belongs."""
        order, place = TABLES[table]
        return list(
            self.owner.execute(f"select ctid, {place} from ledger.{table} order by {order}")
        )

    def located(self) -> set[int]:
        found = verify(self.world.store.stored(), known=dict([self.head]))
        return {one.position for one in found if one.position is not None}

    @property
    def head(self) -> tuple[int, bytes]:
        """The head that somebody kept from before."""
        ((size, root),) = self.owner.execute(
            "select last_position, root from kept.commits order by 1 desc limit 1"
        ).fetchall()
        return size, root

    def restore(self) -> None:
        for table in TABLES:
            self.owner.execute(f"truncate ledger.{table}")
            self.owner.execute(f"insert into ledger.{table} select * from kept.{table}")

    def near(self, position: int) -> set[int]:
        """A position, the one after it, the ends of the commit it is in and of the next one."""
        found = self.owner.execute(
            "select last_position from kept.commits where last_position >= %s order by 1 limit 2",
            [position],
        )
        return {position, position + 1, *(last for (last,) in found)}


@pytest.fixture(scope="module")
def ledger(postgres_server, module_database) -> Iterator[Disarmed]:
    address = postgres_server.url(module_database.name, role=ADMIN)
    world = a_history(lambda clock: PostgresStampRecorder(module_database.app, clock=clock))
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute("create schema kept")
        for table in TABLES:
            owner.execute(f"create table kept.{table} as table ledger.{table}")
        disarm(owner)
        yield Disarmed(world, owner, {table: columns_of(owner, table) for table in TABLES})
    world.close()


def disarm(owner: Any) -> None:
    for table in TABLES:
        owner.execute(f"alter table ledger.{table} disable trigger all")
    found = owner.execute(
        "select conrelid::regclass::text, conname from pg_constraint"
        " where connamespace = 'ledger'::regnamespace and contype in ('p', 'u', 'c')"
        " and conrelid::regclass::text = any(%s)",
        [[f"ledger.{table}" for table in TABLES]],
    ).fetchall()
    for table, name in found:
        owner.execute(f'alter table {table} drop constraint if exists "{name}" cascade')


def columns_of(owner: Any, table: str) -> list[str]:
    found = owner.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped",
        [f"ledger.{table}"],
    )
    return [name for (name,) in found]


def flipped(value: Any, bit: int) -> Any:
    """The same value with one bit the other way; something where there was nothing."""
    match value:
        case bytes():
            place = bit % max(8 * len(value), 1)
            kept = bytearray(value or b"\0")
            kept[place // 8] ^= 1 << place % 8
            return bytes(kept)
        case str():
            at = bit % max(len(value), 1)
            return value[:at] + chr(ord(value[at : at + 1] or "0") ^ 1) + value[at + 1 :]
        case int():
            return value ^ 1 << bit % 62
        case UUID():
            return UUID(int=value.int ^ 1 << bit % 128)
        case datetime():
            return value + timedelta(microseconds=1 << bit % 40)
        case dict():
            return Jsonb({name: flipped(number, bit) for name, number in value.items()})
        case _:
            return uuid4()


def bend(ledger: Disarmed, table: str, column: str, *, place: int, bit: int) -> tuple[int, Any]:
    """Flip a bit. Returns where the row belongs, and what stands there instead."""
    rows = ledger.rows(table)
    address, position = rows[place % len(rows)]
    name, at = sql.Identifier(column), sql.Identifier("ledger", table)
    ((value,),) = ledger.owner.execute(
        sql.SQL("select {} from {} where ctid = %s").format(name, at), [address]
    ).fetchall()
    changed = Jsonb({"orders": 1}) if column == "numbers" and not value else flipped(value, bit)
    ledger.owner.execute(
        sql.SQL("update {} set {} = %s where ctid = %s").format(at, name), [changed, address]
    )
    return position, changed


@pytest.mark.parametrize("table", TABLES)
def test_any_flipped_bit_is_located(ledger: Disarmed, table: str) -> None:
    @examples(60, database=None)
    @given(PLACES, some.sampled_from(ledger.columns[table]), some.integers(0, 4096))
    def try_one(place: int, column: str, bit: int) -> None:
        ledger.restore()
        position, changed = bend(ledger, table, column, place=place, bit=bit)
        where = ledger.near(position) | ({changed} if isinstance(changed, int) else set())
        assert ledger.located() & where, (position, column, changed)

    try_one()


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_every_table_counts(ledger: Disarmed, table: str) -> None:
    for column in ledger.columns[table]:
        ledger.restore()
        position, changed = bend(ledger, table, column, place=1, bit=3)
        where = ledger.near(position) | ({changed} if isinstance(changed, int) else set())
        assert ledger.located() & where, column


@pytest.mark.parametrize("table", TABLES)
def test_swapped_rows_are_located(ledger: Disarmed, table: str) -> None:
    """Two rows change places, but for what orders them."""
    key = TABLES[table][0].split(", ")
    moved = [name for name in ledger.columns[table] if name not in key]
    setting = ", ".join(f"{name} = other.{name}" for name in moved)

    @examples(20, database=None)
    @given(PLACES, PLACES)
    def try_one(one: int, other: int) -> None:
        ledger.restore()
        rows = ledger.rows(table)
        pair = [rows[one % len(rows)], rows[other % len(rows)]]
        before = whole(ledger, table)
        ledger.owner.execute(
            f"update ledger.{table} as mine set {setting} from ledger.{table} as other"
            " where (mine.ctid, other.ctid) in ((%s, %s), (%s, %s))",
            [pair[0][0], pair[1][0], pair[1][0], pair[0][0]],
        )
        if whole(ledger, table) != before:
            assert ledger.located() & {*ledger.near(pair[0][1]), *ledger.near(pair[1][1])}
        else:
            assert not ledger.located()

    try_one()


def whole(ledger: Disarmed, table: str) -> list[Any]:
    order = TABLES[table][0]
    return [*ledger.owner.execute(f"select * from ledger.{table} order by {order}")]


@pytest.mark.parametrize("table", TABLES)
def test_an_inserted_row_is_located(ledger: Disarmed, table: str) -> None:
    """A copy of a row, once where it stands already and once behind another."""
    columns = ledger.columns[table]
    copied = ["%(to)s" if name == TABLES[table][1] else name for name in columns]
    insert = (
        f"insert into ledger.{table} ({', '.join(columns)})"
        f" select {', '.join(copied)} from ledger.{table} where ctid = %(address)s"
    )
    for place, (_, position) in [*enumerate(ledger.rows(table))][:: every(4)]:
        for to in (position, position + 1):
            ledger.restore()
            address, _ = ledger.rows(table)[place]
            ledger.owner.execute(insert, {"to": to, "address": address})
            assert ledger.located() & {*ledger.near(position), *ledger.near(to)}, (position, to)


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_row_is_located(ledger: Disarmed, table: str) -> None:
    for place in range(0, len(ledger.rows(table)), every(4)):
        ledger.restore()
        address, position = ledger.rows(table)[place]
        ledger.owner.execute(f"delete from ledger.{table} where ctid = %s", [address])
        assert ledger.located() & ledger.near(position), position


def test_a_cut_tail_is_located_against_a_head_kept_from_before(ledger: Disarmed) -> None:
    size, _ = ledger.head
    commits = ledger.owner.execute("select first_position from kept.commits").fetchall()
    for (first,) in commits[:: every(4)]:
        ledger.restore()
        for table, (_, place) in TABLES.items():
            ledger.owner.execute(f"delete from ledger.{table} where {place} >= %s", [first])
        assert ledger.located() == {size}
    ledger.restore()
    assert not ledger.located()
