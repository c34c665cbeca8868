"""The demo's past: a season of orders through the real rules, with a clock that is moved.

Everybody orders, pays, changes their mind and gets letters at the time they would have. The
provider is the demo's own, so that money of the past can be refunded, disputed and reconciled.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import httpx2

from ledger.shop.shop import ShopSpec
from web.demo.lives import Lives
from web.demo.processes import House, wait_until_ready
from web.demo.season import LASTS, Visit, Wait
from web.wiring.composition import assembled, daemon
from web.wiring.settings import Settings, read_settings


def make_past(
    house: House,
    shops: Sequence[ShopSpec],
    visits: Sequence[Visit | Wait],
    *,
    lasts: timedelta = LASTS,
    progress: Callable[[int, int], None],
) -> bool:
    """A season that ends today, in a ledger that holds nothing yet; whether one was made.

    Whoever would come later than now does not. It is lived in a process of its own, which takes
    everything with it that was opened. Raises `click.ClickException` when that does not end well.
    """
    apart = get_context("spawn")
    ours, theirs = apart.Pipe(duplex=False)
    living = apart.Process(target=_live, args=(house, shops, visits, lasts, theirs), daemon=True)
    living.start()
    theirs.close()
    made = False
    try:
        with suppress(EOFError):
            while True:
                progress(*ours.recv())
                made = True
        living.join()
    finally:
        ours.close()
        living.terminate()
        living.join()
    if living.exitcode:
        raise click.ClickException("The past could not be made; start with --empty to go without.")
    return made


def _live(
    house: House,
    shops: Sequence[ShopSpec],
    visits: Sequence[Visit | Wait],
    lasts: timedelta,
    told: Connection,
) -> None:
    with assembled(_settings(house), readers=2) as works:
        if not works.parts.store.head()[0]:
            _live_from_the_start(house, shops, visits, lasts, told)


def _settings(house: House) -> Settings:
    """Of whoever lives the past: the house's, by the clock that is moved."""
    settings, clock = read_settings(house.environment()), house.home / "past.clock"
    return replace(settings, database_url=None, clock_file=clock)


def _live_from_the_start(
    house: House,
    shops: Sequence[ShopSpec],
    visits: Sequence[Visit | Wait],
    lasts: timedelta,
    told: Connection,
) -> None:
    settings = _settings(house)
    clock = settings.clock_file
    assert clock is not None, "it was told just now"
    with _provider(house, clock) as provider, _nobodys_mailbox(house) as port:
        settings = replace(settings, smtp_url=f"smtp://127.0.0.1:{port}")
        with assembled(settings, readers=2) as works:
            end = datetime.now(UTC)
            Lives(
                parts=works.parts,
                provider=provider,
                clock=clock,
                # The desk is alarmed by the worker of today.
                worker=daemon(works).without(("alarms",)),
                first=_midnight(end - lasts) + timedelta(days=1),
                end=end,
            ).run(shops, visits, lambda day, days: told.send((day, days)))
    clock.unlink()


@contextmanager
def _provider(house: House, clock: Path) -> Iterator[httpx2.Client]:
    """The demo's own, by the moved clock; its news are fetched, since nobody takes webhooks yet."""
    port = str(house.at.web + 1)
    process = subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "adapters.sandbox", "--port", port),
            *("--home", str(house.home / "sandbox"), "--clock-file", str(clock)),
        ],
        stdout=subprocess.DEVNULL,
        env=dict(house.environment()),
    )
    try:
        wait_until_ready("provider", process, house)
        key = {"Authorization": f"Bearer {house.api_key}"}
        with httpx2.Client(base_url=house.at.provider, headers=key, trust_env=False) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _nobodys_mailbox(house: House) -> Iterator[int]:
    """A mail server whose letters nobody reads any more; its port."""
    with TemporaryDirectory(dir=house.home) as folder:
        catcher = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "adapters.mail_catcher"),
                *("--smtp-port", "0", "--web-port", "0", "--home", folder),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert catcher.stdout is not None, "it was asked for"
            ready = re.search(r"smtp://127\.0\.0\.1:(\d+)", catcher.stdout.readline())
            if ready is None:
                raise click.ClickException("The mail catcher did not start.")
            yield int(ready[1])
        finally:
            catcher.terminate()
            catcher.wait()


def _midnight(when: datetime) -> datetime:
    return when.replace(hour=0, minute=0, second=0, microsecond=0)
