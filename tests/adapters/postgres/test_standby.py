"""A real synchronous standby: what one machine alone holds is acknowledged to nobody."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from time import monotonic, sleep

import pytest

from adapters.embedded_postgres import ADMIN, OWNER, EmbeddedPostgres
from adapters.embedded_postgres.cluster import ENVIRONMENT
from adapters.embedded_postgres.places import find_binaries, hand_over
from adapters.postgres.connections import Connections
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.migrate import migrate
from adapters.store.recorder import Committed
from ledger.kernel.store import LedgerUnavailable, OutcomeUnknown
from tests.contract.given import first
from tests.kits.databases import hasty

BINARIES = find_binaries(18)


class Pair:
    """A primary that asks for one standby, and that standby, which comes and goes."""

    def __init__(self, primary: EmbeddedPostgres) -> None:
        self.primary, self.place = primary, primary.place
        self.data = self.place.folder / "standby"

    def copy(self) -> None:
        self.data.mkdir(mode=0o700)
        hand_over(self.data, self.place.account)
        address = self.primary.url("postgres", role=ADMIN) + "?application_name=standby"
        self._run("pg_basebackup", "-D", self.data, "-R", "-c", "fast", "-d", address)
        with self.primary.admin() as admin:
            admin.execute("alter system set synchronous_standby_names = 'standby'")
            admin.execute("select pg_reload_conf()")

    def start(self) -> None:
        options = f"-c listen_addresses= -c port=6543 -c unix_socket_directories={self.data}"
        log = self.data / "start.log"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def interrupt(self, waiting: Future[object]) -> int:
        """Cancel every wait for the standby until the caller gives up; how many there were."""
        until, count = monotonic() + 60, 0
        with self.primary.admin() as admin:
            while not waiting.done():
                assert monotonic() < until, "it waits for ever"
                found = admin.execute(
                    "select pg_cancel_backend(pid) from pg_stat_activity"
                    " where wait_event = 'SyncRep'"
                ).fetchall()
                count += len(found)
                sleep(0.05)
        return count

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [str(one) for one in (BINARIES / program, *arguments)],
            cwd="/",
            env=ENVIRONMENT,
            check=True,
            stdout=subprocess.DEVNULL,
            **self.place.account.run_as,
        )


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("pair"))
    server.start()
    hasty(server)
    migrate(server.url(role=OWNER))
    made = Pair(server)
    made.copy()
    made.start()
    yield made
    made.stop()
    server.destroy()


def test_an_append_that_only_one_machine_holds_is_not_acknowledged(pair):
    recorder, later = (PostgresStampRecorder(pair.primary.url(), patience=2) for _ in range(2))
    with closing(recorder), closing(later), ThreadPoolExecutor(1) as threads:
        recorder.commit([first()])
        pair.stop()
        given = first()
        waiting = threads.submit(recorder.commit, [given])
        assert pair.interrupt(waiting) >= 2
        with pytest.raises(OutcomeUnknown):
            waiting.result()
        # It stands here, for all to see; whoever sends it again is not told so either.
        again = threads.submit(later.commit, [given])
        assert pair.interrupt(again) >= 1
        with pytest.raises(LedgerUnavailable):
            again.result()
        pair.start()
        (answer,) = recorder.commit([given])
        assert isinstance(answer, Committed)
        assert answer.repeated
        assert answer.size == 2


def test_nor_is_what_is_written_beside_it(pair):
    connections = Connections(pair.primary.url())
    with closing(connections), ThreadPoolExecutor(1) as threads:
        connections.rows("inbox_mark", [first().events[0].originator_id], "done", None, patience=1)
        pair.stop()

        def write() -> object:
            with connections.asking() as connection:
                return connection.execute(
                    "insert into working.asked_once (key_hash) values (sha256('x'))"
                )

        waiting = threads.submit(write)
        assert pair.interrupt(waiting) >= 1
        with pytest.raises(LedgerUnavailable):
            waiting.result()
        pair.start()
