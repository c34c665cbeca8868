"""A whole house on free ports: real PostgreSQL, web, worker, provider's stand-in, mail server."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from adapters.shop_file.read import read_shop_file
from tests.end_to_end.journey import Journey
from web.demo.command import SAMPLE
from web.demo.processes import Addresses, House, running
from web.wiring.composition import assembled
from web.wiring.settings import read_settings

_CLOCK, _ALARMS = "STAMPLEDGER_CLOCK_FILE", "STAMPLEDGER_ALARM_MAIL"
OPERATORS = "operators@winterfest.example"


def four_ports() -> int:
    """Four neighbouring ports that are free just now; another process looks elsewhere first."""
    for number in range(890):
        first = 20100 + 10 * ((os.getpid() + number) % 890)
        with ExitStack() as probes:
            try:
                for port in range(first, first + 4):
                    probe = probes.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
                return first
            except OSError:
                continue
    raise OSError("no four ports in a row are free")


@contextmanager
def whole_house(home: Path, **told: str) -> Iterator[Journey]:
    """Everything, running; its clock is a file in `home`. All of it stops at the end.

    `told` are further settings.
    """
    clock = home / "clock"
    clock.write_text("0")
    with ExitStack() as stack:
        stack.enter_context(_told(_CLOCK, str(clock)))
        stack.enter_context(_told(_ALARMS, OPERATORS))
        for name, value in told.items():
            stack.enter_context(_told(name, value))
        house = House(home=home, at=Addresses(web=four_ports()))
        settings = read_settings({"STAMPLEDGER_HOME": str(home), _CLOCK: str(clock)})
        works = stack.enter_context(assembled(settings, readers=2))
        works.parts.shops.import_shop(read_shop_file(SAMPLE), actor="test", at=works.parts.clock())
        processes = stack.enter_context(running(house))
        yield Journey(house=house, works=works, processes=processes, clock=clock)


@contextmanager
def _told(name: str, value: str) -> Iterator[None]:
    """The house hands its surroundings on to what it starts."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
