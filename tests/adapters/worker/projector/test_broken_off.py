"""A rebuild that is broken off leaves everything as it was, and nothing beside it."""

from typing import Any

import psycopg
import pytest

from adapters.postgres.views.rebuild import RebuildUnderWay, ShadowViews
from adapters.worker.projector.rebuild import rebuild
from adapters.worker.projector.views import differences
from projections.all import PROJECTIONS
from tests.kits.histories import write
from tests.kits.projector import ALL, comes_true, project


def interrupting(done: int, total: int) -> None:
    raise KeyboardInterrupt


def tables(url: str) -> list[tuple[Any, ...]]:
    asked = (
        "select relnamespace::regnamespace::text, relname, oid from pg_class"
        " where relnamespace in ('views'::regnamespace, 'rebuild'::regnamespace) order by 1, 2"
    )
    with psycopg.connect(url) as connection:
        return connection.execute(asked).fetchall()


@pytest.mark.parametrize("many", [1, 2])
def test_ctrl_c_in_the_middle_leaves_everything_as_it_was(ledger, owned, database, many):
    write(ledger, orders=30)
    project(ledger, owned)
    before = tables(database.owner)
    with pytest.raises(KeyboardInterrupt):
        rebuild(ledger, database.app, projections=ALL, many=many, progress=interrupting)
    assert tables(database.owner) == before
    rebuild(ledger, database.app, projections=ALL)
    assert [*differences(ledger, database.app)] == []


def test_what_a_killed_rebuild_left_is_gone_with_the_next(ledger, owned, views, database):
    killed = ShadowViews.at(database.app, "projections", projections=ALL)
    killed.begin()
    assert {*views.rebuilding()} == {*PROJECTIONS}
    killed.close()
    comes_true(lambda: not views.rebuilding())
    rebuild(ledger, database.app, projections=[PROJECTIONS["unpaid"]])
    assert [name for schema, name, _ in tables(database.owner) if schema == "rebuild"] == []


def test_a_second_rebuild_is_refused_and_does_the_first_no_harm(ledger, owned, views, database):
    write(ledger, orders=5)
    project(ledger, owned)
    refused: list[str] = []

    def another(done: int, total: int) -> None:
        with pytest.raises(RebuildUnderWay) as told:
            rebuild(ledger, database.app, projections=ALL)
        refused.append(str(told.value))

    rebuild(ledger, database.app, projections=ALL, progress=another)
    assert all("being rebuilt already" in one for one in refused)
    assert refused
    assert views.rebuilding() == []
    assert [*differences(ledger, database.app)] == []
