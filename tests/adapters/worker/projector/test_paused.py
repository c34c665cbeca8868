"""An owner in a process of its own that is stopped, and later wakes up."""

import signal
import subprocess
import sys
from time import monotonic, sleep

import pytest

from adapters.postgres.views.owner import OwnedViews
from adapters.worker.projector.projector import Projector
from adapters.worker.projector.views import differences
from tests.kits.histories import write
from tests.kits.patience import PATIENCE, within
from tests.kits.projector import ALL, everything

OWNER = """
import sys
from threading import Event
from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.views.owner import OwnedViews, OwnershipLost
from adapters.store.ledger import StampLedger
from adapters.worker.projector.projector import Projector
from projections.all import PROJECTIONS

recorder = PostgresStampRecorder(sys.argv[1])
keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
owned = OwnedViews.take(sys.argv[1], "projections", projections=PROJECTIONS.values())
print("owner", flush=True)
try:
    Projector(StampLedger(recorder, keyring=keyring), owned, on_poison=print).run(Event())
except OwnershipLost:
    print("lost", flush=True)
"""


def replaced_within(database, seconds: float) -> OwnedViews:
    until = monotonic() + PATIENCE
    with within(seconds):
        while (second := OwnedViews.take(database.app, "projections", projections=ALL)) is None:
            assert monotonic() < until, "nobody took over"
            sleep(0.1)
    return second


@pytest.mark.parametrize("asleep", [0, pytest.param(60, marks=pytest.mark.slow)])
def test_a_stopped_owner_is_replaced_in_five_seconds_and_gives_way(ledger, views, database, asleep):
    first = subprocess.Popen(
        [sys.executable, "-c", OWNER, database.app], stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "owner\n"
        sleep(1.5)
        assert OwnedViews.take(database.app, "projections", projections=ALL) is None
        first.send_signal(signal.SIGSTOP)
        second = replaced_within(database, 5)
        moved = Projector(ledger, second, on_poison=print)
        for seed in range(asleep + 1):
            write(ledger, orders=3, seed=seed)
            assert moved.run_once() > 0
            sleep(1 if asleep else 0)
        before = everything(database.app)
        first.send_signal(signal.SIGCONT)
        assert first.stdout.readline() == "lost\n"
        assert everything(database.app) == before
        second.close()
    finally:
        first.kill()
        first.communicate()
    assert all(one.lag == 0 for one in views.checkpoints())
    assert [*differences(ledger, database.app)] == []


def test_a_killed_owner_is_replaced_in_five_seconds(database):
    first = subprocess.Popen(
        [sys.executable, "-c", OWNER, database.app], stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "owner\n"
    first.kill()
    first.communicate()
    replaced_within(database, 5).close()
