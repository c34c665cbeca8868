"""The worker as it runs unless told otherwise: rows are moved by a process of their own."""

from contextlib import suppress
from urllib.request import urlopen

import psutil
import psycopg

from tests.end_to_end.test_kill_worker import (  # noqa: F401 (fixtures)
    all_sent,
    eventually,
    free_port,
    postbox,
    workers,
    world,
)
from tests.kits.patience import PATIENCE


def beside(worker):
    """The processes that a worker has beside it, by what they run."""
    found = []
    for one in psutil.Process(worker.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # a zombie is one, too
            found += [one] if "--beside" in one.cmdline() else []
    return found


def rows_are_there(database, world):  # noqa: F811
    """Whether all of the ledger is in the rows."""
    asked = "select position from views.steps order by number desc limit 1"
    with psycopg.connect(database.app) as connection:
        told = connection.execute(asked).fetchone()
    return told is not None and told[0] == world.stamps()[-1].position


def test_rows_and_letters_come_and_one_of_two_metrics_tells_of_both(world, workers):  # noqa: F811
    world.placed_and_paid()
    port = free_port()
    worker = workers.start("--processes", "2", "--metrics-port", str(port))
    eventually(lambda: all_sent(world, 1))

    def told() -> str:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
            return str(answer.read(), "utf-8")

    eventually(lambda: 'reactor_items_total{outcome="done",reactor="projections"}' in told())
    assert 'reactor_items_total{outcome="done",reactor="letters"} 1.0' in told()
    (second,) = beside(worker)
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    eventually(lambda: not second.is_running())


def test_the_second_ends_with_a_first_that_is_killed(world, workers):  # noqa: F811
    worker = workers.start("--processes", "2")
    eventually(lambda: len(beside(worker)) == 1)
    (second,) = beside(worker)
    worker.kill()
    worker.wait(PATIENCE)
    eventually(lambda: not second.is_running())


def test_a_second_that_is_killed_is_started_again_and_goes_on(
    database,
    world,  # noqa: F811
    workers,  # noqa: F811
):
    worker = workers.start("--processes", "2")
    eventually(lambda: len(beside(worker)) == 1)
    (second,) = beside(worker)
    second.kill()
    world.placed_and_paid()
    eventually(lambda: all_sent(world, 1) and rows_are_there(database, world))
    assert beside(worker) not in ([], [second])


def test_one_process_does_all(world, workers):  # noqa: F811
    world.placed_and_paid()
    worker = workers.start("--processes", "1")
    eventually(lambda: all_sent(world, 1))
    assert beside(worker) == []
