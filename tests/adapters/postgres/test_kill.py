"""kill -9, of the client or of the server: what was acknowledged stands, and nothing is torn."""

import subprocess
import sys
from time import monotonic
from uuid import UUID

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.kernel.store import SeatChange
from tests.contract.given import append, stamp
from tests.contract.test_stamp_recorder import recomputed
from tests.kits.append_until_killed import CALLERS, QUOTA
from tests.kits.patience import PATIENCE

NO_ROOM = "no room"


@pytest.fixture
def recorder(database):
    made = PostgresStampRecorder(database.app)
    yield made
    made.close()


def open_quota(recorder, capacity: int) -> None:
    seats = [SeatChange(quota=QUOTA, capacity=capacity)]
    recorder.commit([append(stamp(UUID(int=1), type="QUOTA_SET"), seats=seats)])


class Client:
    """A process that appends, and what it told."""

    def __init__(self, database) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kits.append_until_killed", database.app],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self._out = self._process.stdout
        self.told: list[str] = []

    def hear(self, lines: int) -> None:
        self.told += [self._out.readline().strip() for _ in range(lines)]
        assert all(self.told), "the process ended early"

    def kill(self) -> None:
        self._process.kill()
        self.hear_out()

    def hear_out(self) -> None:
        """All that it still tells. A last line that is torn tells nothing."""
        self.told += [line.strip() for line in self._out if line.endswith("\n")]
        self._process.wait()
        self._out.close()


def must_be_whole(recorder, told: list[str]) -> int:
    """Acknowledged is stored, positions and numbers are dense, the root is that of the rows."""
    rows, head = at_rest(recorder)
    stored = {str(row.correlation_id) for row in rows}
    assert set(told) - {NO_ROOM} <= stored
    assert [row.numbers["order"] for row in rows[1:]] == [*range(1, len(rows))]
    assert head == (len(rows), recomputed(rows, recorder.ledger_id))
    return len(rows) - 1


def at_rest(recorder):
    """Rows and head of one moment: what a killed client had sent may still be committed."""
    until = monotonic() + PATIENCE
    while True:
        head, rows = recorder.head(), recorder.read_positions(0, limit=1_000_000)
        if head[0] == len(rows) or monotonic() > until:
            return rows, head


@pytest.mark.parametrize("enough", [1, 20, 300])
def test_a_killed_client_leaves_a_whole_ledger(database, recorder, enough):
    open_quota(recorder, 1_000_000)
    client = Client(database)
    client.hear(enough)
    client.kill()
    assert must_be_whole(recorder, client.told) >= enough


def test_a_killed_server_keeps_what_was_acknowledged(database, recorder, postgres_server):
    open_quota(recorder, 1_000_000)
    client = Client(database)
    client.hear(100)
    postgres_server.crash()
    postgres_server.start()
    client.hear(300)
    client.kill()
    must_be_whole(recorder, client.told)


def test_processes_that_race_for_the_last_seats_never_oversell(database, recorder):
    open_quota(recorder, 500)
    clients = [Client(database) for _ in range(3)]
    for client in clients:
        client.hear_out()
    told = [line for client in clients for line in client.told]
    assert told.count(NO_ROOM) == 3 * CALLERS
    assert len(told) - 3 * CALLERS == must_be_whole(recorder, told) == 500
