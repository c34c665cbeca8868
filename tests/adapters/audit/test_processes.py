"""Several processes find what one finds, in the same order; one that is gone is never "clean"."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import psutil
import psycopg
import pytest

from adapters.audit.processes import AuditProcesses, audit_processes
from adapters.embedded_postgres import ADMIN
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit import verify as verifying
from ledger.audit.findings import Finding, Unfinished
from ledger.audit.verify import Verification, Verified
from tests.kits.audit import a_history
from tests.kits.processes import still_alive
from tests.kits.worlds import World

# Each finds something, in several streams, and in what stands between them.
TAMPERED = [
    "update ledger.stamps set state = set_byte(state, 9, 0) where type in ('PAID', 'RECEIPT_SENT')",
    "update ledger.stamps set version = version + 1 where type = 'CANCELLED'",
    "update ledger.stamps set occurrence = 'again' where position % 3 = 0",
    "update ledger.seat_totals set sold = sold - 1 where sold > 0",
    "update ledger.numbers set number = number + 100",
    "delete from ledger.stamps where position = 12",
]


@pytest.fixture(scope="module")
def world(module_database: Any) -> Iterator[World]:
    made = a_history(lambda clock: PostgresStampRecorder(module_database.app, clock=clock))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 4)


def found(
    world: World, shares: AuditProcesses | None = None, *, hashes_only: bool = False
) -> tuple[Sequence[Finding], Verified | None]:
    verification = Verification(world.store.stored(), hashes_only=hashes_only, shares=shares)
    return [*verification], verification.verdict


@pytest.mark.parametrize("hashes_only", [True, False])
def test_a_clean_ledger_is_clean_in_several_processes(world, module_database, hashes_only):
    with audit_processes(module_database.app, 2, hashes_only=hashes_only) as shares:
        findings, verdict = found(world, shares, hashes_only=hashes_only)
    assert (findings, verdict) == found(world, hashes_only=hashes_only)
    assert findings == []
    assert verdict is not None
    assert (verdict.rows, verdict.root) == world.store.head()


def test_what_was_bent_is_told_as_one_process_tells_it(postgres_server, database):
    world = a_history(lambda clock: PostgresStampRecorder(database.app, clock=clock))
    address = postgres_server.url(database.name, role=ADMIN)
    with psycopg.connect(address, autocommit=True) as superuser:
        for table in ("stamps", "seat_totals", "numbers"):
            superuser.execute(f"alter table ledger.{table} disable trigger all")
        superuser.execute("alter table ledger.stamps drop constraint stamps_version")
        superuser.execute("alter table ledger.stamps drop constraint stamps_identity")
        for statement in TAMPERED:
            superuser.execute(statement)
    with audit_processes(database.app, 3, hashes_only=False) as shares:
        findings, verdict = found(world, shares)
    assert (findings, verdict) == found(world)
    assert {"2", "3", "8", "13", "14", "C5"} <= {one.law for one in findings}
    world.close()


def test_a_process_that_is_gone_is_an_error_and_never_clean(world, module_database):
    with audit_processes(module_database.app, 2, hashes_only=False) as shares:
        os.kill(shares.pids[1], signal.SIGKILL)
        with pytest.raises(Unfinished, match=r"status -9.*nothing is proven"):
            found(world, shares)


def test_a_process_that_ends_before_it_has_answered_is_an_error(world, module_database):
    with audit_processes(module_database.app, 1, hashes_only=True) as shares:
        (pid,) = shares.pids
        os.kill(pid, signal.SIGSTOP)
        shares.ask(0, until=4, rows=world.store.stored().vertebrae(0, limit=4))
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(Unfinished, match="nothing is proven"):
            shares.answer()


def test_a_database_that_does_not_answer_is_an_error(world, module_database):
    away = module_database.app.replace(module_database.name, "nobodys")
    assert away != module_database.app
    with (
        audit_processes(away, 1, hashes_only=True, patience=0.2) as shares,
        pytest.raises(Unfinished, match="was not checked"),
    ):
        found(world, shares, hashes_only=True)


def test_rows_that_change_between_two_looks_are_found(world, module_database):
    rows = [*world.store.stored().vertebrae(0, limit=4)]
    position, stream, at, numbers, _ = rows[2]
    rows[2] = position, stream, at, numbers, bytes(32)
    with audit_processes(module_database.app, 2, hashes_only=True) as shares:
        shares.ask(0, until=4, rows=rows)
        ((_, _, finding),) = shares.answer().found
    assert (finding.law, finding.position) == ("1", 4)


def test_no_process_outlives_its_verification(world, module_database):
    def stopped_in_the_middle() -> None:
        with audit_processes(module_database.app, 2, hashes_only=False) as shares:
            pids.extend(shares.pids)
            shares.ask(0, until=4, rows=world.store.stored().vertebrae(0, limit=4))
            raise KeyboardInterrupt

    pids: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        stopped_in_the_middle()
    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)


INTERRUPTED = """
import signal, sys, time
from adapters.audit.processes import audit_processes
signal.signal(signal.SIGINT, signal.default_int_handler)
with audit_processes(sys.argv[1], 2, hashes_only=True) as shares:
    print(*shares.pids, flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["in front", "in the background"])
def tests_run(request):
    """Who is started in the background ignores Ctrl-C, and so does whoever they start."""
    before = signal.getsignal(signal.SIGINT)
    in_front = request.param == "in front"
    signal.signal(signal.SIGINT, signal.default_int_handler if in_front else signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("tests_run")
@pytest.mark.parametrize("whom", ["everybody on the terminal", "the one who asked, for good"])
def test_ctrl_c_or_a_sudden_end_ends_them_all(module_database, whom):
    command = [sys.executable, "-P", "-c", INTERRUPTED, module_database.app]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as asking:
        assert asking.stdout is not None
        helpers = [psutil.Process(int(pid)) for pid in asking.stdout.readline().split()]
        try:
            if whom == "everybody on the terminal":
                os.killpg(asking.pid, signal.SIGINT)
            else:
                asking.kill()
            asking.wait(20)
        finally:
            asking.kill()
        assert not still_alive(helpers)
    assert len(helpers) == 2
