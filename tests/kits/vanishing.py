"""Machines that hand connections on to a database, each in a network of its own, and may vanish.

A machine that vanishes closes nothing and refuses nothing: packets to it are sent and never
answered. It takes namespaces, and so an administrator of Linux.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import randbelow
from urllib.parse import unquote, urlsplit
from uuid import uuid4

PORT = 5432


class NotAllowed(Exception):
    """Nobody lets us make networks here."""


class Machine:
    """One machine, at `address`, between us and a database that is reached by a socket."""

    def __init__(self, url: str, number: int) -> None:
        network = f"10.{213 + number}.{randbelow(256)}"
        self.address, self._here = f"{network}.2", f"{network}.1"
        self._space = f"sl{uuid4().hex[:8]}"
        self._cable, self._far = f"{self._space}a", f"{self._space}b"
        self._process: subprocess.Popen[bytes] | None = None
        parts = urlsplit(url)
        folder, _, port = parts.netloc.rpartition("@")[2].partition(":")
        self._socket = str(Path(unquote(folder)) / f".s.PGSQL.{port}")

    def appear(self) -> None:
        """Raises `NotAllowed`."""
        try:
            self._connect()
        except (OSError, subprocess.CalledProcessError) as error:
            self.remove()
            raise NotAllowed(str(error)) from error
        serve = [sys.executable, "-m", "tests.kits.vanishing", self.address, self._socket]
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", self._space, *serve], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def vanish(self) -> None:
        """Whatever is sent to it still leaves here, and is dropped there without a word."""
        there = ("-n", self._space)
        link = _ip(*there, "-o", "link", "show", "dev", self._far)
        hardware = link.partition("link/ether ")[2].split()[0]
        known = (self.address, "lladdr", hardware, "dev", self._cable)
        _ip("neigh", "replace", *known, "nud", "permanent")
        _ip(*there, "addr", "flush", "dev", self._far)

    def remove(self) -> None:
        """Nothing of it is left."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        for command in (["netns", "del", self._space], ["link", "del", self._cable]):
            with suppress(OSError, subprocess.CalledProcessError):
                _ip(*command)

    def _connect(self) -> None:
        _ip("netns", "add", self._space)
        cable = ("link", "add", self._cable, "type", "veth", "peer", "name", self._far)
        _ip(*cable, "netns", self._space)
        _ip("addr", "add", f"{self._here}/30", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        _ip("-n", self._space, "addr", "add", f"{self.address}/30", "dev", self._far)
        _ip("-n", self._space, "link", "set", self._far, "up")


@contextmanager
def machines(url: str, many: int) -> Iterator[list[Machine]]:
    """So many of them, each leading to the same database. Raises `NotAllowed`."""
    made = [Machine(url, number) for number in range(1, many + 1)]
    try:
        for machine in made:
            machine.appear()
        yield made
    finally:
        for machine in made:
            machine.remove()


def address_of(url: str, made: list[Machine]) -> str:
    """The database's address by way of these machines, tried in this order."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    hosts = ",".join(f"{one.address}:{PORT}" for one in made)
    return f"postgresql://{user}@{hosts}{parts.path}"


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=True)
    return done.stdout


async def _serve(address: str, socket: str) -> None:
    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(socket)
        await asyncio.gather(_copy(reader, ours), _copy(theirs, writer))

    server = await asyncio.start_server(hand_on, address, PORT)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
