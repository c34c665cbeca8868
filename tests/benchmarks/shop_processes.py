"""The product as it runs in production, part by part, with what each has spent of the processor."""

import base64
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import psycopg

from adapters.embedded_postgres import APP, EmbeddedPostgres
from ledger.kernel.money import Money
from ledger.shop.shop import ShopSpec
from tests.benchmarks.lag import helper, postmaster_of, spent
from tests.benchmarks.webhooks import SECRET, running
from tests.end_to_end.houses import ports_in_a_row
from tests.kits.databases import migrated_template
from tests.kits.worlds import SPEC
from web.wiring.composition import Works, assembled
from web.wiring.settings import read_settings

KEY = "sk_test_benchmark"
# Seconds, and the share of one core below which nobody works.
_GLANCE, _QUIET, _PATIENCE = 0.4, 0.25, 180.0
Spent = Mapping[str, float]


@dataclass(kw_only=True)
class Running:
    """Everything, running; `works` are parts of our own over the same ledger."""

    port: int
    works: Works
    trees: dict[str, psutil.Process]
    url: str
    another_worker: Callable[[], psutil.Process]
    killed: dict[str, float] = field(default_factory=dict)

    def spent(self) -> dict[str, float]:
        """Seconds of processor time by part, those of ended processes too."""
        return {name: spent(tree) + self.killed.get(name, 0) for name, tree in self.trees.items()}

    def worker_sleeps(self) -> None:
        """What it does is counted apart."""
        self.trees["worker"].suspend()

    def worker_goes_on(self) -> None:
        self.trees["worker"].resume()

    def at_rest(self) -> None:
        """Until the worker has caught up and sent its letters.

        Raises `TimeoutError` if it does not: what is counted then would be counted twice.
        """
        until = time.monotonic() + _PATIENCE
        while not self._caught_up():
            if time.monotonic() > until:
                raise TimeoutError(f"the worker was still busy after {_PATIENCE:.0f} seconds")
            time.sleep(0.2)

    def wakeups(self) -> dict[str, int]:
        """How often a thread of each part has gone to sleep; a busy machine changes nothing."""
        return {name: _slept(tree) for name, tree in self.trees.items()}

    def _caught_up(self) -> bool:
        asked = (
            "select coalesce(max(s.position), 0) from ledger.stamps s",
            "select position from views.steps order by number desc limit 1",
        )
        before = sum(self.spent().values())
        with psycopg.connect(self.url) as connection:
            head, row = (connection.execute(one).fetchone() for one in asked)
        time.sleep(_GLANCE)
        quiet = sum(self.spent().values()) - before < _QUIET * _GLANCE
        return bool(head and row and head[0] == row[0]) and quiet

    def kill(self) -> None:
        """The worker and one web process, at once; others start in their place."""
        self.trees["web"].children()[0].kill()
        self.killed["worker"] = spent(self.trees["worker"])
        self.trees["worker"].kill()
        self.trees["worker"] = self.another_worker()


def shop_of(seats: int, now: Any) -> ShopSpec:
    """The last weekend tickets; and things without ticket files of which there are plenty."""
    starts = replace(SPEC.preferences, starts_at=now.replace(year=now.year + 1))
    paid = replace(SPEC.products[0], slug="plenty", quotas=("plenty",), tickets=0)
    free = replace(paid, slug="free", price=Money(0, "EUR"))
    quotas = {"weekend": seats, "friday": seats, "plenty": 10_000_000}
    return replace(SPEC, preferences=starts, quotas=quotas, products=(*SPEC.products, paid, free))


@contextmanager
def open_shop(
    server: EmbeddedPostgres, name: str, *, seats: int, serve: Sequence[str] = ()
) -> Iterator[Running]:
    """Web, worker, provider and mail server over a database of this name."""
    with ExitStack() as stack:
        enter = stack.enter_context
        home = enter(tempfile.TemporaryDirectory(prefix="bench"))
        server.create_database(name, template=migrated_template(server))
        mail = enter(helper("lag_mail"))
        port = ports_in_a_row()
        told = environment(server.url(name, role=APP), home, port=port, smtp=int(mail.told))
        works = enter(assembled(read_settings(told), readers=4))
        now = works.parts.clock()
        works.parts.shops.import_shop(shop_of(seats, now), actor="benchmark", at=now)
        enter(provider(home, port))
        before = {one.pid for one in psutil.Process().children()}
        enter(running("web.cli", "serve", "--port", str(port), *serve, port=port, environment=told))
        (web,) = (one for one in psutil.Process().children() if one.pid not in before)

        def another_worker() -> psutil.Process:
            return enter(_started("web.cli", "worker", environment=told))

        worker = another_worker()
        trees = {"web": web, "worker": worker, "PostgreSQL": postmaster_of(server)}
        url = server.url(name, role=APP)
        yield Running(port=port, works=works, trees=trees, url=url, another_worker=another_worker)


def environment(url: str, home: str, *, port: int, smtp: int) -> dict[str, str]:
    """Each buyer comes from an address of their own, as behind a proxy."""
    return os.environ | {
        "STAMPLEDGER_HOME": home,
        "STAMPLEDGER_DATABASE_URL": url,
        "STAMPLEDGER_BASE_URL": f"http://127.0.0.1:{port}",
        "STAMPLEDGER_PROXIES": "1",
        "STAMPLEDGER_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "STAMPLEDGER_SIGNING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "STAMPLEDGER_SECRET_KEY": secrets.token_hex(32),
        "STAMPLEDGER_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "STAMPLEDGER_STRIPE_API_KEY": KEY,
        "STAMPLEDGER_STRIPE_WEBHOOK_SECRET": SECRET,
        "STAMPLEDGER_STRIPE_API_BASE": f"http://127.0.0.1:{port + 1}",
    }


@contextmanager
def provider(home: str, port: int) -> Iterator[None]:
    at = ["--port", str(port + 1), "--home", str(Path(home) / "sandbox"), "--api-key", KEY]
    news = ["--webhook-url", f"http://127.0.0.1:{port}/webhooks/stripe", "--webhook-secret", SECRET]
    with _started("adapters.sandbox", *at, *news, environment=os.environ):
        yield


@contextmanager
def _started(
    module: str, *options: str, environment: Mapping[str, str]
) -> Iterator[psutil.Process]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *options],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(20)


def _slept(tree: psutil.Process) -> int:
    """Voluntary switches of all threads of a process and its children; 0 where none tells."""
    total = 0
    for one in (tree, *tree.children(recursive=True)):
        for status in Path(f"/proc/{one.pid}/task").glob("*/status"):
            with suppress(OSError):
                told = dict(line.split(":", 1) for line in status.read_text().splitlines())
                total += int(told["voluntary_ctxt_switches"])
    return total


def per_request(before: Spent, after: Spent, many: int) -> dict[str, float]:
    """Milliseconds of processor for one request, by part."""
    return {name: round(1000 * (after[name] - before[name]) / max(many, 1), 2) for name in before}
