"""A whole house: real PostgreSQL, web, worker, provider's stand-in and mail server."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.shop_file import read_shop_file
from tests.end_to_end.journey import Journey
from web.composition import assembled
from web.demo import SAMPLE
from web.demo_house import Addresses, House, running
from web.settings import read_settings


def four_ports() -> int:
    """The first of four neighbouring ports that are free just now."""
    for first in range(20100, 29000, 10):
        with ExitStack() as probes:
            try:
                for port in range(first, first + 4):
                    probe = probes.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
                return first
            except OSError:
                continue
    raise OSError("no four ports in a row are free")


@pytest.fixture(scope="session")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """One house for all journeys; each test buys orders of its own."""
    home: Path = tmp_path_factory.mktemp("house")
    clock = home / "clock"
    clock.write_text("0")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("STAMPLEDGER_CLOCK_FILE", str(clock))
        house = House(home=home, at=Addresses(web=four_ports()))
        settings = read_settings({"STAMPLEDGER_HOME": str(home)})
        with assembled(settings, readers=2) as works:
            works.parts.shops.import_shop(
                read_shop_file(SAMPLE), actor="test", at=works.parts.clock()
            )
            with running(house) as processes:
                yield Journey(house=house, works=works, processes=processes, clock=clock)
