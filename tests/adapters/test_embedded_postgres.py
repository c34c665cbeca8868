"""Our own PostgreSQL: durable, shared, private, and never confused."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from adapters.embedded_postgres import (
    ADMIN,
    APP,
    AUDITOR,
    OWNER,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    postmaster,
)
from adapters.embedded_postgres import postmaster as watching
from adapters.embedded_postgres.failures import NoBinaries
from tests.conftest import Database
from tests.kits.patience import PATIENCE, within

ROOT = Path(__file__).parent.parent.parent
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")

NEIGHBOUR = """
import sys
from pathlib import Path
from adapters.embedded_postgres import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()
server.stop()
"""

STRANGER = """
import sys
import psycopg

try:
    psycopg.connect(sys.argv[1], connect_timeout=5)
except psycopg.OperationalError as error:
    print("refused:", error)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "home")
    yield server
    server.destroy()


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists words (word text)")
        connection.execute("insert into words values (%s)", [word])


def remembered(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("select word from words order by word")]


def owner(server: EmbeddedPostgres) -> str:
    return server.url(role=OWNER)


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("select current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def neighbour(home: Path) -> subprocess.Popen[str]:
    """Another process on the same home, up and running until its input ends."""
    process = arriving(home)
    assert address(process).startswith("postgresql://")
    return process


def arriving(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", NEIGHBOUR, str(home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def running(server: EmbeddedPostgres) -> postmaster.PidFile:
    found = postmaster.find(data_of(server))
    assert found is not None
    return found


def server_pid(server: EmbeddedPostgres) -> int:
    return running(server).pid


def data_of(server: EmbeddedPostgres) -> Path:
    return server.place.data


def test_from_nothing_it_serves_the_app_a_database(server):
    with psycopg.connect(server.start()) as connection:
        row = connection.execute("select current_user, current_database()").fetchone()
    assert row == ("stampledger_app", "stampledger")


def test_what_was_committed_is_on_the_disk(server):
    url = server.start()
    assert setting(url, "fsync") == "on"
    assert setting(url, "synchronous_commit") == "on"
    assert setting(url, "full_page_writes") == "on"
    assert setting(url, "data_checksums") == "on"


def test_letters_beyond_ascii_have_upper_and_lower_case(server):
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("select upper('ä'), 'Ä' ilike 'ä'").fetchone() == ("Ä", True)


def test_no_port_is_opened(server):
    assert setting(server.start(), "listen_addresses") == ""


def test_errors_in_the_log_show_no_data(server):
    url = server.start()
    with pytest.raises(psycopg.errors.InvalidTextRepresentation), psycopg.connect(url) as ours:
        ours.execute("select 'Aino Virtanen'::uuid, 'mailto:aino@example.org'")
    logs = "".join(log.read_text() for log in (data_of(server) / "log").iterdir())
    assert "mailto:aino@example.org" not in logs


def test_a_second_start_is_fast_and_keeps_the_data(server):
    server.start()
    remember(owner(server), "kept")
    server.stop()
    with within(5):
        server.start()
    assert remembered(owner(server)) == ["kept"]


def test_starting_twice_is_one_server(server):
    server.start()
    first = server_pid(server)
    server.start()
    assert server_pid(server) == first


def test_stopping_leaves_no_process(server):
    server.start()
    pid = server_pid(server)
    server.stop()
    server.stop()
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_two_processes_share_one_server_and_the_last_one_stops_it(server, tmp_path):
    other = neighbour(tmp_path / "home")
    server.start()
    pid = server_pid(server)
    leave(other)
    assert server_pid(server) == pid
    server.stop()
    assert postmaster.find(data_of(server)) is None


def test_the_first_one_may_leave_first(server, tmp_path):
    server.start()
    pid = server_pid(server)
    other = neighbour(tmp_path / "home")
    server.stop()
    assert server_pid(server) == pid
    leave(other)
    assert postmaster.find(data_of(server)) is None


def test_many_first_starts_at_once_make_one_server(server, tmp_path):
    others = [arriving(tmp_path / "home") for _ in range(4)]
    (one_address,) = {address(other) for other in others}
    assert one_address
    for other in others:
        leave(other)


def test_a_killed_user_does_not_keep_the_server_up(server, tmp_path):
    server.start()
    other = neighbour(tmp_path / "home")
    other.kill()
    other.communicate()
    server.stop()
    assert postmaster.find(data_of(server)) is None


def test_a_server_whose_last_user_was_killed_is_taken_over(server, tmp_path):
    other = neighbour(tmp_path / "home")
    other.kill()
    other.communicate()
    server.start()
    remember(owner(server), "taken over")
    server.stop()
    assert postmaster.find(data_of(server)) is None


def test_after_a_kill_9_nothing_is_lost(server):
    server.start()
    remember(owner(server), "before")
    server.crash()
    assert postmaster.find(data_of(server)) is None
    server.start()
    assert remembered(owner(server)) == ["before"]


def test_a_kill_9_of_the_postmaster_alone_is_survived(server):
    server.start()
    with psycopg.connect(owner(server)) as busy:
        busy.execute("create table words as select 'x' as word")
        busy.commit()
        psutil.Process(server_pid(server)).kill()
        server.start()
    assert remembered(owner(server)) == ["x"]


def test_a_server_that_dies_while_it_is_watched_comes_back_under_its_address(server):
    server.start()
    remember(owner(server), "before")
    with server.watched():
        for _ in range(2):
            psutil.Process(server_pid(server)).kill()
            assert back(server) == ["before"]
    server.crash()
    time.sleep(2 * watching.LOOK)
    assert postmaster.find(data_of(server)) is None, "nobody watches any more"


def back(server: EmbeddedPostgres) -> list[str]:
    """What a server remembers that has just been killed, once it serves again."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return remembered(owner(server))
        except psycopg.OperationalError:
            assert time.monotonic() < until, "nobody started it again"
            time.sleep(0.1)


@pytest.mark.parametrize(
    "error",
    [NoBinaries(version=18), OSError("full"), psycopg.OperationalError("not yet")],
    ids=repr,
)
def test_a_start_that_fails_is_tried_again(error):
    class Broken:
        tries = 0

        def start(self) -> None:
            self.tries += 1
            if self.tries < 3:
                raise error

    broken = Broken()
    with watching.watched(runs=lambda: broken.tries == 3, start=broken.start, look=0.01):
        until = time.monotonic() + PATIENCE
        while broken.tries < 3:
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.1)
    assert broken.tries == 3


@pytest.mark.parametrize("name", ["sleep", "postgres"])
def test_a_stranger_with_the_old_process_id_is_let_alone(server, tmp_path, name):
    server.start()
    remember(owner(server), "mine")
    pid_file = data_of(server) / "postmaster.pid"
    stale = pid_file.read_text().splitlines()
    server.crash()
    program = tmp_path / name
    program.symlink_to(shutil.which("sleep"))
    stranger = subprocess.Popen([program, "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *stale[1:]]) + "\n")
        server.start()
        assert remembered(owner(server)) == ["mine"]
        server.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


class SecretiveProcess(psutil.Process):
    """A process into whose working folder we may not look, as in a container."""

    def cwd(self):
        raise psutil.AccessDenied(self.pid)


def test_without_a_working_folder_the_time_of_birth_tells(server):
    server.start()
    told = running(server)
    secretive = SecretiveProcess(told.pid)
    assert postmaster.is_server(secretive, told, data=data_of(server))
    older = postmaster.PidFile(
        pid=told.pid, started=told.started - 60, sockets=told.sockets, ready=True
    )
    assert not postmaster.is_server(secretive, older, data=data_of(server))


def test_an_interrupted_first_start_is_begun_anew(server):
    server.start()
    data = data_of(server)
    server.stop()
    data.rename(data.with_name("data.part"))
    (data.with_name("data.part") / "PG_VERSION").unlink()
    server.start()
    assert (data / "PG_VERSION").read_text() == "18\n"


def test_a_very_long_home_with_odd_letters_works(tmp_path):
    home = tmp_path / ("long ' \" $HOME " * 8) / "äö" / ("x" * 100)
    server = EmbeddedPostgres(home)
    try:
        server.start()
        server.stop()
        assert setting(server.start(), "cluster_name") == ""
    finally:
        server.destroy()


def test_postgresql_16_is_there_too_and_data_is_not_mixed_up(tmp_path):
    server = EmbeddedPostgres(tmp_path, version=16)
    try:
        assert setting(server.start(), "server_version").startswith("16.")
        assert setting(server.url(), "data_checksums") == "on"
        server.stop()
        with pytest.raises(EmbeddedPostgresError, match="written by PostgreSQL 16"):
            EmbeddedPostgres(tmp_path).start()
    finally:
        server.destroy()


def test_an_unknown_version_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(EmbeddedPostgresError, match="No PostgreSQL 12 came with"):
        EmbeddedPostgres(tmp_path, version=12).start()


@as_root
def test_a_home_whose_data_is_gone_says_so(server, tmp_path):
    server.start()
    server.stop()
    shutil.rmtree(data_of(server).parent)
    with pytest.raises(EmbeddedPostgresError, match="is gone: restore it there"):
        server.start()


def test_the_app_owns_nothing_and_is_no_superuser(database: Database):
    question = "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = %s"
    with psycopg.connect(database.app) as connection:
        assert connection.execute(question, [APP]).fetchone() == (False,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create schema mine")


def test_the_owner_makes_schemas(database: Database):
    with psycopg.connect(database.owner) as connection:
        connection.execute("create schema mine")


def test_the_auditor_reads_only(database: Database):
    assert setting(database.auditor, "default_transaction_read_only") == "on"
    assert f"{AUDITOR}@" in database.auditor


def test_a_database_is_ensured_once(server):
    server.start()
    server.ensure_database("second")
    server.ensure_database("second")
    with psycopg.connect(server.url("second", role=ADMIN)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.fixture
def stranger() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


@pytest.fixture
def strangers_python(stranger: pwd.struct_passwd) -> list[str]:
    """A Python that an ordinary user can run with our packages; ours may be below /root."""
    minor = f"python3.{sys.version_info[1]}"
    for program in (sys.executable, shutil.which(minor, path="/usr/bin:/usr/local/bin")):
        if program and succeeds(stranger, [program, "-c", "import psycopg, psutil"]):
            return [program]
    pytest.skip("no Python here is open to an ordinary user")


def as_user(user: pwd.struct_passwd, command: list[str]) -> subprocess.CompletedProcess[str]:
    packages = os.pathsep.join([str(ROOT), *(path for path in sys.path if "site-packages" in path)])
    return subprocess.run(
        command,
        cwd="/",
        env={"PATH": os.defpath, "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"},
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def succeeds(user: pwd.struct_passwd, command: list[str]) -> bool:
    try:
        return as_user(user, command).returncode == 0
    except OSError:
        return False


@as_root
def test_another_user_of_the_machine_cannot_connect(server, stranger, strangers_python):
    server.start()
    told = as_user(stranger, [*strangers_python, "-c", STRANGER, server.url()])
    assert told.stdout.startswith("refused:"), told


@as_root
def test_even_with_the_socket_open_the_kernel_tells_another_user(
    server, stranger, strangers_python
):
    server.start()
    sockets = running(server).sockets
    sockets.chmod(0o755)
    (sockets / ".s.PGSQL.5432").chmod(0o777)
    told = as_user(stranger, [*strangers_python, "-c", STRANGER, server.url()])
    sockets.chmod(0o700)
    assert "Peer authentication failed" in told.stdout, told


@as_root
def test_an_ordinary_user_serves_a_home_of_its_own(stranger, strangers_python):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chown(folder, stranger.pw_uid, stranger.pw_gid)
        command = [*strangers_python, "-c", NEIGHBOUR, f"{folder}/home"]
        told = as_user(stranger, command)
        assert told.stdout.startswith("postgresql://stampledger_app@%2Ftmp"), told
        assert told.returncode == 0, told
        assert (Path(folder) / "home/postgres/data").owner() == "nobody"
        # Root may look after a user's home; it then serves as that user.
        with EmbeddedPostgres(Path(folder) / "home") as server:
            assert psutil.Process(server_pid(server)).username() == "nobody"
            assert setting(server.url(), "fsync") == "on"
        assert as_user(stranger, command).returncode == 0


@as_root
def test_the_data_of_root_is_closed_to_others(stranger, strangers_python):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        server = EmbeddedPostgres(home)
        server.start()
        home.chmod(0o755)
        told = as_user(stranger, [*strangers_python, "-c", NEIGHBOUR, str(home)])
        server.destroy()
        assert "belongs to another user" in told.stderr, told
