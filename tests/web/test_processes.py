"""Several web processes over one ledger: nothing that one remembers makes another one wrong."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx2
import psutil
import pytest

from ledger.kernel.money import Money
from tests.end_to_end.houses import ports_in_a_row
from tests.kits.patience import PATIENCE
from tests.kits.processes import still_alive
from tests.kits.worlds import SPEC
from web.wiring.composition import assembled
from web.wiring.settings import read_settings

PROCESSES, SEATS = 2, 12
ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
API = "/api/v1/shops/winterfest"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Served"]:
    home = tmp_path_factory.mktemp("processes")
    settings = {
        "STAMPLEDGER_HOME": str(home),
        "STAMPLEDGER_SECRET_KEY": "processes" * 5,
        "STAMPLEDGER_PROXIES": "1",
    }
    with assembled(read_settings(settings), readers=2) as works:
        now = works.parts.clock()
        terms = replace(SPEC.preferences, starts_at=now.replace(year=now.year + 1))
        free = replace(SPEC.products[0], price=Money(0, "EUR"), quotas=("weekend",))
        shop = replace(
            SPEC, preferences=terms, quotas={"weekend": SEATS, "friday": 2}, products=(free,)
        )
        works.parts.shops.import_shop(shop, actor="test", at=now)
        with serving(settings, home) as found:
            yield found


class Served:
    """A server of several processes, asked over a new connection each time."""

    def __init__(
        self, process: psutil.Process, address: str, settings: dict[str, str], home: Path
    ) -> None:
        self.process, self.address = process, address
        self.settings, self.home = settings, home

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return httpx2.get(f"{self.address}{path}", headers=headers, timeout=30)

    def order(self, *, key: str = "", visitor: str = "192.0.2.7") -> httpx2.Response:
        body = {"customer": ADA, "lines": [{"product": "weekend", "quantity": 1}]}
        headers = {"Idempotency-Key": key or uuid4().hex, "X-Forwarded-For": visitor}
        return httpx2.post(f"{self.address}{API}/orders", json=body, headers=headers, timeout=30)

    def workers(self) -> list[psutil.Process]:
        return self.process.children()


@contextmanager
def serving(settings: dict[str, str], home: Path) -> Iterator[Served]:
    port = ports_in_a_row()
    command = [sys.executable, "-P", "-m", "web.cli", "serve", "--port", str(port)]
    with (home / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--processes", str(PROCESSES)],
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    found = Served(psutil.Process(process.pid), address, settings, home)
    try:
        until(lambda: answers(found), seconds=3 * PATIENCE)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def answers(served: Served) -> bool:
    try:
        return served.get("/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def until(done, *, seconds: float = PATIENCE) -> None:
    over = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < over, "it did not come about"
        time.sleep(0.05)


def counted(served: Served, name: str) -> float:
    found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", served.get("/metrics").text, re.MULTILINE)
    return sum(map(float, found))


def test_one_request_is_one_order_whichever_process_is_asked(served: Served):
    key = uuid4().hex
    with ThreadPoolExecutor(8) as pool:
        told = [
            one.json()["order"]["id"] for one in pool.map(lambda _: served.order(key=key), range(8))
        ]
    assert len(set(told)) == 1


def test_the_last_seats_are_sold_once_and_everybody_sees_so(served: Served):
    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: served.order(), range(2 * SEATS))]
    placed = [one for one in answers if one.status_code == 201]
    assert {one.status_code for one in answers} == {201, 409}
    assert len(placed) == SEATS - 1  # one is the order of the test above
    time.sleep(0.25)  # as long as a page may be behind the commits of another process
    for _ in range(2 * PROCESSES):
        (product,) = served.get(f"{API}/products").json()["products"]
        assert not product["available"]


def test_a_visitor_s_presses_are_counted_together(served: Served):
    left = []
    for _ in range(2 * PROCESSES):
        told = served.order(visitor="192.0.2.99").headers["RateLimit"]
        left.append(int(told.partition("r=")[2].partition(";")[0]))
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == len(left)


def test_figures_are_those_of_all_processes_and_outlive_one_that_dies(served: Served):
    name = "stampledger_requests_total"
    before = counted(served, name)
    asked = 20 * PROCESSES
    for _ in range(asked):
        served.get("/healthz")
    # Whichever process answers: one that told of its own would know half of them.
    assert min(counted(served, name) for _ in range(4 * PROCESSES)) >= before + asked
    assert counted(served, "stampledger_stamps") > 1
    gone, after = served.workers()[0], counted(served, name)
    gone.kill()
    assert not still_alive([gone])
    until(lambda: len(served.workers()) == PROCESSES and answers(served))
    assert counted(served, name) > after


def test_it_ends_when_told_and_takes_every_process_along(served: Served):
    with serving(served.settings, served.home) as another:
        workers = another.workers()
        assert len(workers) == PROCESSES
    assert not still_alive(workers)
