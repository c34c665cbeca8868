"""However long somebody looks at one moment of the database, work touches no more pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from adapters.postgres.statements import statement
from adapters.postgres.views.owner import KEPT, OwnedViews
from tests.kits.histories import write

NAME = "projections"
AT_WORK: list[tuple[str, list[Any]]] = [
    ("views_claim_epoch", [NAME, 1]),
    ("views_newest_step", [NAME]),
    ("views_insert_step", [NAME, 10**9, 1]),
    ("views_sweep_steps", [NAME, 0, 1]),
    ("views_read_checkpoints", []),
    ("views_end_silent_owner", [NAME, 3600]),
]


@contextmanager
def looking(url: str) -> Iterator[None]:
    """Somebody who sees all of the time as it is, and nothing of what comes."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("select count(*) from views.steps")
        yield


def pages(url: str, name: str, parameters: list[Any]) -> int:
    """How many pages a statement touches. What it changes is undone."""
    with psycopg.connect(url, cursor_factory=psycopg.RawCursor) as connection:
        connection.execute("set enable_seqscan = off")
        explain = b"explain (analyze, buffers, format json) " + statement(name)
        (([told],),) = connection.execute(explain, parameters).fetchall()
        connection.rollback()
    plan = told["Plan"]
    touched: int = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return touched


@pytest.mark.parametrize("steps", [3 * KEPT, pytest.param(40_000, marks=pytest.mark.slow)])
def test_checkpoints_touch_as_many_pages_after_an_hour_of_an_open_snapshot(
    database, owned: OwnedViews, steps
):
    beat_often(owned, 50)
    with looking(database.owner):
        before = {name: pages(database.owner, name, given) for name, given in AT_WORK}
        beat_often(owned, steps)
        after = {name: pages(database.owner, name, given) for name, given in AT_WORK}
        ((kept,),) = rows(database.owner, "select count(*) from views.steps")
    assert {name: after[name] for name in after if after[name] > before[name] + 5} == {}
    assert kept <= 2 * KEPT


@pytest.mark.slow
def test_appends_touch_as_many_pages_after_an_hour_of_an_open_snapshot(database, ledger):
    write(ledger, orders=100)
    with looking(database.owner):
        before = appending(database.owner)
        write(ledger, orders=10_000, seed=2)
        after = appending(database.owner)
    assert {name: after[name] for name in after if after[name] > before[name] + 5} == {}


def beat_often(owned: OwnedViews, times: int) -> None:
    for _ in range(times):
        owned.beat()


def appending(url: str) -> dict[str, int]:
    """What a commit looks up about a series that is drawn from, a stream and the head."""
    ((series,), (stream,)) = rows(
        url,
        "(select max(series) from ledger.numbers) union all"
        " (select stream::text from ledger.stamps order by position limit 1)",
    )
    asked = {"read_head": [], "read_numbers": [[series]], "read_versions": [[stream]]}
    return {name: pages(url, name, given) for name, given in asked.items()}


def rows(url: str, asked: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(asked).fetchall()
