"""Rows that other processes derive are the rows that we would derive, whatever befalls them."""

import subprocess
import sys
from itertools import pairwise
from time import monotonic, sleep
from uuid import uuid4

import psutil
import psycopg
import pytest

from adapters.postgres.views.owner import OwnedViews, OwnershipLost
from adapters.worker.projector.catch_up import CatchingUp
from adapters.worker.projector.processes import Beside, Moved
from adapters.worker.projector.projector import Projector
from adapters.worker.projector.rebuild import rebuild
from adapters.worker.projector.views import differences
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.order.stamps import Cancelled, Cause
from tests.kits.histories import placed, write
from tests.kits.patience import PATIENCE
from tests.kits.projector import ALL, append, project

CASE = CaseOpened(kind=CaseKind.DISPUTE, severity=Severity.WARNING, text="a dispute")
ASKING = """
import sys
from time import sleep
from adapters.worker.projector.processes import Beside
from projections.all import PROJECTIONS

Beside(sys.argv[1], PROJECTIONS.values(), many=1)
print("asking", flush=True)
sleep(60)
"""


def hurrying(owned: OwnedViews, *, part: int) -> CatchingUp:
    return CatchingUp(owned, far=1, part=part, many=2)


def test_what_others_derive_from_behind_is_what_follows(ledger, owned, views, database):
    write(ledger, orders=40)
    assert project(ledger, owned, catching_up=hurrying(owned, part=23)) == []
    assert all(one.lag == 0 for one in views.checkpoints())
    assert [*differences(ledger, database.app)] == []


@pytest.mark.parametrize(("quick", "shrinks"), [(0.0, True), (3600.0, False)])
def test_parts_are_smaller_where_writing_is_slow(ledger, owned, database, quick, shrinks):
    write(ledger, orders=15)
    hurrying = CatchingUp(owned, far=1, part=16, many=2, quick=quick)
    project(ledger, owned, catching_up=hurrying)
    positions = [position for (position,) in steps(database.app)]
    sizes = {after - before for before, after in pairwise(positions)}
    assert (1 in sizes) is shrinks
    assert [*differences(ledger, database.app)] == []


def steps(url: str) -> list[tuple[int]]:
    with psycopg.connect(url) as connection:
        return connection.execute("select position from views.steps order by number").fetchall()


def test_what_stumbles_far_behind_stops_alone(ledger, owned, views, database):
    write(ledger, orders=10)
    bad, refused = uuid4(), uuid4()
    append(ledger, bad, placed(), CASE, Cancelled(cause=Cause.STAFF))
    write(ledger, orders=10, seed=2)
    append(ledger, refused, placed(language="\0"))
    write(ledger, orders=10, seed=3)
    stopped = project(ledger, owned, batch=5, most=5, catching_up=hurrying(owned, part=20))
    assert [one.stream for one in stopped] == [bad, refused]
    assert all(one.lag == 0 for one in views.checkpoints())
    assert [*differences(ledger, database.app)] == []


def test_who_lost_its_place_while_others_derive_writes_nothing_more(ledger, owned, database):
    write(ledger, orders=10)
    projector = Projector(ledger, owned, on_poison=print, catching_up=hurrying(owned, part=20))
    second = OwnedViews.take(database.app, "projections", projections=ALL, silence=0)
    assert second is not None
    with pytest.raises(OwnershipLost):
        projector.run_once()
    assert {one.position for one in second.checkpoints()} == {0}
    second.close()


def test_others_may_derive_a_rebuild(ledger, owned, views, database):
    write(ledger, orders=40)
    size = ledger.head()[0]
    bad = uuid4()
    append(ledger, bad, placed(), CASE)
    project(ledger, owned)
    with psycopg.connect(database.app) as connection:
        connection.execute("delete from views.order_pages")
    rebuild(ledger, database.app, projections=ALL, many=2)
    assert [*differences(ledger, database.app)] == []
    with psycopg.connect(database.app) as connection:
        connection.execute("delete from views.stopped_lanes")
    rebuild(ledger, database.app, projections=ALL, many=2)
    assert [(lane.stream, lane.position) for lane in views.stopped_lanes()] == [(bad, 2 + size)]
    assert [*differences(ledger, database.app)] == []


def derives_rows(process: psutil.Process) -> bool:
    """Other tests may have children of their own, and some of those have just ended."""
    try:
        return any(word.endswith("projector.process_main") for word in process.cmdline())
    except psutil.Error:
        return False


def test_a_process_that_dies_leaves_its_questions_to_us(ledger, owned, database):
    write(ledger, orders=20)
    head = ledger.head()[0]
    parts = [Moved(after=at, last=min(at + 9, head), stopped=()) for at in range(0, head, 9)]
    with Beside[Moved](database.app, ALL, many=1) as beside:
        answers = beside.answers(parts, waiting=lambda: None)
        assert next(answers)[1] is not None
        (process,) = filter(derives_rows, psutil.Process().children())
        process.kill()
        later = [changes for _, changes in answers]
    assert later[-1] is None
    assert len(later) == len(parts) - 1


def test_processes_end_with_who_asked_them(database):
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKING, database.app], stdout=subprocess.PIPE, text=True
    )
    assert asking.stdout is not None
    assert asking.stdout.readline() == "asking\n"
    (beside,) = psutil.Process(asking.pid).children()
    asking.kill()
    asking.communicate()
    until = monotonic() + PATIENCE
    while beside.is_running() and beside.status() != psutil.STATUS_ZOMBIE:
        assert monotonic() < until
        sleep(0.05)
