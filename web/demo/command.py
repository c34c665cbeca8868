"""Everything on one machine: the shop, its worker, a sandbox provider and a mailbox."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote

import click
from rich.console import Console

from adapters.shop_file.read import read_shop_file
from ledger.cart.appraisal import quotas_of
from ledger.shop.shop import ShopSpec
from ledger.staff.role import Role
from web.cli.ports import Port
from web.cli.progress import progress_bar
from web.demo.past import make_past
from web.demo.people import log_ins
from web.demo.processes import (
    Addresses,
    House,
    Process,
    alone,
    keep_to_ourselves,
    require_free,
    running,
)
from web.demo.season import season
from web.demo.story import Story
from web.wiring.composition import assembled
from web.wiring.parts import Parts
from web.wiring.settings import Settings, read_settings

SLUG = "winterfest"
_FOLDER = Path(__file__).parent.parent / "samples"
SAMPLE = _FOLDER / f"{SLUG}.yaml"
SAMPLES = (SAMPLE, _FOLDER / "sauna.yaml")


@click.command()
@click.option(
    "--port", type=Port(more=3), default=8000, show_default=True, help="Of the shop; 3 more follow."
)
@click.option("--once", is_flag=True, help="Exit after the story.")
@click.option("--empty", is_flag=True, help="Without the orders of the past three months.")
def demo(port: int, once: bool, empty: bool) -> None:
    """Set up sample shops with a past, let one order walk the whole way, then serve."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _as_interrupt)
    settings = replace(read_settings(os.environ), database_url=None)
    with alone(settings.home):
        _shown(settings, Addresses(web=port), once=once, empty=empty)


def _shown(settings: Settings, at: Addresses, *, once: bool, empty: bool) -> None:
    require_free(at)
    console = Console(highlight=False)
    house = House(home=settings.home, at=at)
    for folder in ("mail", "sandbox"):
        keep_to_ourselves(house.home / folder)
    console.print(f"Stampledger keeps this demo in [bold]{settings.home}[/bold].")
    shops = [read_shop_file(sample) for sample in (SAMPLES if not empty else (SAMPLE,))]
    if not empty:
        _live_through(console, house, shops)
    with assembled(settings, readers=2) as works:
        parts = works.parts
        for shop in shops:
            parts.shops.import_shop(shop, actor="demo", at=parts.clock())
        tokens = {
            f"{role}_token": works.tokens.add("demo", role=role) for role in ("auditor", "staff")
        }
        people = log_ins(parts, shop=SLUG)
        with running(house) as processes:
            _tell(
                console,
                Story(
                    at,
                    lambda: _taken(works.parts),
                    lambda word, text: _line(console, word, text),
                ),
            )
            _verify(console, house)
            if not once:
                _serve(console, house, {**tokens, **_as_facts(people)}, processes)
    console.print("Everything that was started has stopped; the data is kept.")


def _live_through(console: Console, house: House, shops: Sequence[ShopSpec]) -> None:
    with progress_bar("three months of orders") as progress:
        made = make_past(house, shops, season(), progress=progress)
    if made:
        console.print(
            "Two shops have three months of orders behind them, one a line of people waiting."
        )


def _as_interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _line(console: Console, word: str, text: str) -> None:
    console.print(f"  [green]✓[/green] [bold]{word:10}[/bold] {text}")


def _tell(console: Console, story: Story) -> None:
    console.print("One order walks the whole way:")
    order = story.walk()
    console.print(f"  its page  {story.at.shop}/{SLUG}/orders/{order}", soft_wrap=True)


def _taken(parts: Parts) -> int:
    """Seats held or sold, over all quotas of the sample shop."""
    quotas = quotas_of([parts.shops.get(SLUG)])
    return sum(held + sold for _, held, sold in parts.seats(quotas).values())


def _verify(console: Console, house: House) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "web.cli", "audit", "verify"],
        env=dict(house.environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"audit verify found something:\n{done.stdout}{done.stderr}")
    _line(console, "verified", done.stdout.strip().splitlines()[-1])


def _serve(
    console: Console,
    house: House,
    tokens: Mapping[str, str],
    processes: Mapping[str, Process],
) -> None:
    facts = {
        "shop": f"{house.at.shop}/winterfest/",
        "mailbox": house.at.mail,
        "provider": f"{house.at.provider}/sandbox/chaos",
        "office": f"http://localhost:{house.at.web}/admin/",
        "entrance": f"http://localhost:{house.at.web}/door/",
        "api": f"{house.at.shop}/api/v1/openapi.json",
        "settings": str(house.home / "demo.env"),
        **tokens,
    }
    _write(house.home / "demo.env", _as_shell(house.settings()))
    _write(house.home / "demo.json", json.dumps(facts, indent=2))
    console.print()
    for name in ("shop", "office", "entrance", "mailbox", "provider", "api"):
        console.print(f"  {name:9} {facts[name]}")
    for role in Role:
        told = f"{facts[f'{role}_email']}  {facts[f'{role}_password']}"
        console.print(f"  {role:9} {told}", soft_wrap=True)
    console.print(f"  log-ins   {house.home / 'demo.json'}", soft_wrap=True)
    console.print(f"  commands  . {facts['settings']}; ./run cli reconcile -h", soft_wrap=True)
    console.print("Serving until Ctrl-C.")
    try:
        _watch(house, processes)
    except KeyboardInterrupt:
        console.print()


def _as_facts(people: Mapping[Role, tuple[str, str]]) -> Mapping[str, str]:
    return {
        f"{role}_{name}": value
        for role, log_in in people.items()
        for name, value in zip(("email", "password"), log_in, strict=True)
    }


def _as_shell(settings: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={quote(value)}" for name, value in settings.items())


def _write(path: Path, text: str) -> None:
    """It holds secrets of the demo, so only its owner may read it."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")


def _watch(house: House, processes: Mapping[str, Process]) -> None:
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                told = house.log_of(name)
                raise click.ClickException(f"The {name} has stopped. Its log tells why: {told}")
        time.sleep(0.5)
