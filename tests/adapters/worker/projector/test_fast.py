"""What makes projections fast changes no row."""

from itertools import count, pairwise
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from adapters.postgres.views.owner import OwnedViews, OwnershipLost
from adapters.worker.projector.projector import Projector
from adapters.worker.projector.rebuild import rebuild
from adapters.worker.projector.views import differences
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.order.stamps import Cancelled, Cause
from projections.all import PROJECTIONS
from tests.kits.histories import placed, write
from tests.kits.projector import ALL, append, project

CASE = CaseOpened(kind=CaseKind.DISPUTE, severity=Severity.WARNING, text="a dispute")
INDEXES = """
    select tablename, regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON')
    from pg_indexes where schemaname = 'views' order by 1, 2
"""


@pytest.mark.parametrize(("batch", "most", "folds"), [(1, 8, 20_000), (3, 50, 2), (7, 7, 5)])
def test_however_much_is_taken_at_a_time_the_rows_are_the_same(
    ledger, owned, database, batch, most, folds
):
    write(ledger, orders=40)
    assert project(ledger, owned, batch=batch, most=most, folds=folds) == []
    write(ledger, orders=10, seed=2)
    assert project(ledger, owned, batch=batch, most=most, folds=folds) == []
    assert [*differences(ledger, database.app)] == []


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_a_lane_that_stops_far_behind_stops_alone(ledger, owned, views, database, batch):
    write(ledger, orders=5)
    bad = uuid4()
    append(ledger, bad, placed(), CASE, Cancelled(cause=Cause.STAFF))
    write(ledger, orders=20, seed=2)
    (poison,) = project(ledger, owned, batch=batch, most=40)
    assert poison.stream == bad
    assert all(one.lag == 0 for one in views.checkpoints())
    assert [*differences(ledger, database.app)] == []


def test_an_owner_that_lost_its_place_far_behind_writes_nothing_more(ledger, owned, database):
    write(ledger, orders=30)
    projector = Projector(ledger, owned, on_poison=print, batch=4, most=16)
    second = OwnedViews.take(database.app, "projections", projections=ALL, silence=0)
    assert second is not None
    with pytest.raises(OwnershipLost):
        projector.run_once()
    assert projector.position == 0
    assert {one.position for one in second.checkpoints()} == {0}
    second.close()


class Watched:
    """The owner's views, with the positions that were written."""

    def __init__(self, owned: OwnedViews) -> None:
        self._owned, self.positions = owned, [0]

    def __getattr__(self, name):
        return getattr(self._owned, name)

    def write(self, changed, *, position):
        self.positions.append(position)
        return self._owned.write(changed, position=position)


@pytest.mark.parametrize(("quick", "grows"), [(0.0, False), (3600.0, True)])
def test_batches_grow_only_while_they_are_quick(ledger, owned, quick, grows):
    write(ledger, orders=40)
    watched: Any = Watched(owned)
    Projector(ledger, watched, on_poison=print, batch=4, most=64, quick=quick).run_once()
    sizes = {after - before for before, after in pairwise(watched.positions)}
    assert (max(sizes) > 4) is grows


def test_rows_that_stay_as_they_are_are_not_written_again(ledger, owned, database):
    order = uuid4()
    append(ledger, order, placed())
    projector = Projector(ledger, owned, on_poison=print)
    projector.run_once()
    before = written(database.app)
    append(ledger, order, Cancelled(cause=Cause.STAFF), version=1)
    projector.run_once()
    after = written(database.app)
    assert before["order_pages"] != after["order_pages"]
    assert before["seats"] == after["seats"]


def written(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Which transaction wrote each row of an order."""
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(f"select xmin::text from views.{name}").fetchall()
            for name in ("order_pages", "seats")
        }


def test_a_stray_row_in_the_place_of_a_new_stream_is_replaced(ledger, owned, views, database):
    order = uuid4()
    with psycopg.connect(database.app) as connection:
        connection.execute("insert into views.unpaid values (%s, now())", [order])
    append(ledger, order, placed())
    assert project(ledger, owned) == []
    assert views.stopped_lanes() == []
    assert [*differences(ledger, database.app)] == []


def test_rebuilt_tables_have_the_keys_and_indexes_that_they_had(ledger, owned, database):
    write(ledger, orders=3)
    project(ledger, owned)
    with psycopg.connect(database.owner) as connection:
        before = connection.execute(INDEXES).fetchall()
        connection.commit()
        rebuild(ledger, database.app, projections=ALL)
        rebuild(ledger, database.app, projections=[PROJECTIONS["outbox"]])
        assert connection.execute(INDEXES).fetchall() == before
    assert len(before) > len(PROJECTIONS)


def test_projections_are_rebuilt_while_the_shop_sells(ledger, owned, views, database):
    stop, projector = Event(), Projector(ledger, owned, on_poison=print)
    write(ledger, orders=150)
    following = Thread(target=projector.run, args=[stop])
    told: list[tuple[int, int]] = []

    def sell() -> None:
        """Until it was rebuilt twice."""
        seeds = count(2)
        while len(told) < 2:
            write(ledger, orders=8, seed=next(seeds))

    selling = Thread(target=sell)
    following.start()
    selling.start()
    while selling.is_alive():
        rebuild(ledger, database.app, projections=ALL, progress=lambda *at: told.append(at))
    selling.join()
    while any(one.lag for one in views.checkpoints()):
        assert not stop.wait(0.02)
    stop.set()
    following.join()
    assert [*differences(ledger, database.app)] == []
