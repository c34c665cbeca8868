"""A whole house on free ports: real PostgreSQL, web, worker, provider's stand-in, mail server."""

import fcntl
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count, islice
from pathlib import Path
from tempfile import gettempdir

from adapters.shop_file.read import read_shop_file
from tests.end_to_end.journey import Journey, ready
from web.demo.command import SAMPLE
from web.demo.processes import Addresses, House, running
from web.wiring.composition import assembled
from web.wiring.settings import read_settings

_CLOCK, _ALARMS = "STAMPLEDGER_CLOCK_FILE", "STAMPLEDGER_ALARM_MAIL"
OPERATORS = "operators@winterfest.example"
_MOST_PORTS = 5


class TwinHouse(House):
    """A house with a second web, at the fifth port, and a second worker."""

    def commands(self) -> Mapping[str, list[str]]:
        """Those of every house, and the two more."""
        once = House.commands(self)
        web = [*once["web"][:-1], str(self.at.web + 4)]
        return {**once, "web 2": web, "worker 2": once["worker"]}


# Below those that the system gives to whoever asks for any.
_FIRST_PORT, _SLOTS, _ROOM = 20100, 89, 10
_turns = count()


def ports_in_a_row(many: int = 4) -> int:
    """The first of so many neighbouring ports that are free, and that no other process is told.

    Whoever is told them binds them seconds later: to look whether they are free is not enough.
    """
    slot = _slot(os.getpid())
    for turn in islice(_turns, _ROOM):
        first = _FIRST_PORT + 10 * (slot * _ROOM + turn % _ROOM)
        with ExitStack() as probes:
            try:
                for port in range(first, first + many):
                    probe = probes.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
                return first
            except OSError:
                continue
    raise OSError(f"no {many} ports in a row are free")


@cache
def _slot(process: int) -> int:
    """A hundred ports that are this process's as long as it lives."""
    folder = Path(gettempdir(), f"stampledger-tests-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    for number in range(_SLOTS):
        slot = (process + number) % _SLOTS
        held = os.open(folder / str(slot), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
        else:
            return slot
    raise OSError("too many processes test at once")


@contextmanager
def whole_house(home: Path, kind: type[House] = House, /, **told: str) -> Iterator[Journey]:
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
        house = kind(home=home, at=Addresses(web=ports_in_a_row(_MOST_PORTS)))
        settings = read_settings({"STAMPLEDGER_HOME": str(home), _CLOCK: str(clock)})
        works = stack.enter_context(assembled(settings, readers=2))
        works.parts.shops.import_shop(read_shop_file(SAMPLE), actor="test", at=works.parts.clock())
        processes = stack.enter_context(running(house, ready))
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
