"""A crowd that is larger than what a process may hold open waits, and nobody's process dies."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
from time import monotonic, sleep

import httpx2
import pytest

from tests.end_to_end.houses import ports_in_a_row
from tests.kits.patience import PATIENCE
from web.wiring.open_files import MOST, OTHERS, connections_allowed

ROOT = Path(__file__).parents[3]
FILES, CROWD = 300, 400
SERVER = f"""
import os, sys
from resource import RLIMIT_NOFILE, setrlimit
from web.wiring.gunicorn import Server

setrlimit(RLIMIT_NOFILE, ({FILES} // 2, {FILES}))

def answer(environ, start):
    told = str(os.getpid()).encode()
    start("200 OK", [("Content-Length", str(len(told)))])
    return [told]

Server(lambda _: answer, host="127.0.0.1", port=int(sys.argv[1])).run()
"""


@pytest.fixture
def base() -> Iterator[str]:
    port = ports_in_a_row()
    with subprocess.Popen([sys.executable, "-c", SERVER, str(port)], cwd=ROOT) as server:
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def process_of(base: str) -> str:
    """Who answers."""
    until = monotonic() + PATIENCE
    while True:
        with suppress(httpx2.TransportError):
            return httpx2.get(base, timeout=PATIENCE, trust_env=False).raise_for_status().text
        assert monotonic() < until, "nobody answers"
        sleep(0.05)


def test_a_crowd_beyond_the_files_of_a_process_waits_and_is_answered(base: str) -> None:
    before = process_of(base)
    address = ("127.0.0.1", int(base.rpartition(":")[2]))
    with ExitStack() as stack:
        for _ in range(CROWD):
            stack.enter_context(socket.create_connection(address, timeout=PATIENCE))
        sleep(1)  # as many as it takes are taken by now
    assert process_of(base) == before


def test_a_process_has_all_the_files_that_it_may_have() -> None:
    allowed = connections_allowed(least=1)
    soft, hard = getrlimit(RLIMIT_NOFILE)
    assert soft == hard or hard == RLIM_INFINITY
    assert allowed == min(MOST, soft - OTHERS) or soft == RLIM_INFINITY
    assert connections_allowed(least=MOST + 5) == MOST + 5
