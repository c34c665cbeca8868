"""The projections follow the ledger; nobody but their owner moves them."""

from threading import Event, Thread
from time import monotonic

import psycopg
import pytest

from adapters.postgres.views.owner import OwnedViews, OwnershipLost
from adapters.worker.projector.projector import Projector
from projections.all import PROJECTIONS
from tests.kits.histories import write
from tests.kits.patience import PATIENCE
from tests.kits.projector import ALL, project


def test_every_order_has_a_row_that_says_where_it_stands(ledger, owned, database):
    orders = write(ledger, orders=50)
    assert project(ledger, owned, batch=37) == []
    with psycopg.connect(database.app) as connection:
        rows = connection.execute("select stream, position from views.order_pages").fetchall()
    assert {stream for stream, _ in rows} == {*orders}


def test_projections_say_how_far_they_have_come(ledger, owned, views):
    write(ledger, orders=5)
    before = views.checkpoints()
    project(ledger, owned)
    after = views.checkpoints()
    size = ledger.head()[0]
    assert {one.name for one in after} == {*PROJECTIONS}
    assert {(one.position, one.lag) for one in before} == {(0, size)}
    assert {(one.position, one.lag) for one in after} == {(size, 0)}


def test_a_small_memory_of_folds_gives_the_same_rows(ledger, owned, database):
    write(ledger, orders=30)
    project(ledger, owned, batch=11, folds=3)
    with psycopg.connect(database.app) as connection:
        count = connection.execute("select count(*) from views.order_pages").fetchone()
    assert count == (30,)


def test_a_second_owner_is_turned_away_while_the_first_lives(owned, database):
    assert OwnedViews.take(database.app, "projections", projections=ALL) is None


def test_a_dead_owner_is_replaced_at_once(owned, database):
    owned.close()
    second = OwnedViews.take(database.app, "projections", projections=ALL)
    assert second is not None
    second.close()


def test_an_owner_that_was_paused_cannot_write_when_it_wakes_up(ledger, owned, database):
    write(ledger, orders=5)
    projector = Projector(ledger, owned, on_poison=print)
    second = OwnedViews.take(database.app, "projections", projections=ALL, silence=0)
    assert second is not None
    with pytest.raises(OwnershipLost):
        projector.run_once()
    project(ledger, second)
    second.close()


def test_an_old_epoch_is_refused_even_with_a_living_session(ledger, owned, database):
    write(ledger, orders=5)
    with psycopg.connect(database.app) as connection:
        connection.execute("update views.owners set epoch = epoch + 1")
    with pytest.raises(OwnershipLost):
        project(ledger, owned)


def test_the_loop_follows_until_it_is_told_to_stop(ledger, owned, views):
    stop, projector = Event(), Projector(ledger, owned, on_poison=print)
    thread = Thread(target=projector.run, args=[stop])
    thread.start()
    write(ledger, orders=20)
    until = monotonic() + PATIENCE
    while any(one.lag for one in views.checkpoints()) and monotonic() < until:
        Event().wait(0.02)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert all(one.lag == 0 for one in views.checkpoints())
