"""One buyer's connection to a web server: HTTP/1.1 by hand, which costs the machine little.

Thousands of them share one thread, so that the processor is the server's.
"""

import asyncio
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

_PATIENCE, _TRIES = 60.0, 40
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(r"\r\nset-cookie: *([^=\r]+)=([^;\r]*)", re.IGNORECASE)
_TARGET = re.compile(r"\r\nlocation: *([^\r]+)", re.IGNORECASE)
_TAG = re.compile(r"\r\netag: *([^\r]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: str
    body: bytes

    @property
    def target(self) -> str:
        """Where it leads; empty if nowhere."""
        found = _TARGET.search(self.head)
        return found[1] if found else ""

    @property
    def tag(self) -> str:
        """Its entity tag; empty without one."""
        found = _TAG.search(self.head)
        return found[1] if found else ""

    @property
    def text(self) -> str:
        return self.body.decode()


class Away(Exception):
    """The server did not answer to the end, however often it was asked."""


@dataclass
class Wire:
    """A browser or a program of one visitor, who comes from an address of their own."""

    port: int
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    asked_again: int = 0
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, b"", headers)

    async def post(self, path: str, body: bytes, **headers: str) -> Answer:
        kind = {"Content-Type": "application/json"}
        return await self.ask("POST", path, body, {**kind, **headers})

    async def form(self, path: str, typed: dict[str, str]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.ask("POST", path, urlencode(typed).encode(), kind)

    async def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The answer; a connection that was cut is opened again, as a browser does it."""
        told = {
            "Host": f"127.0.0.1:{self.port}",
            "X-Forwarded-For": self.address,
            "Content-Length": str(len(body)),
            **({"Cookie": self._jar()} if self.cookies else {}),
            **headers,
        }
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
        sent = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body
        for number in range(_TRIES):
            fresh = self._streams is None
            try:
                answer = await asyncio.wait_for(self._exchange(sent), _PATIENCE)
            except (OSError, asyncio.IncompleteReadError):
                self.close()
                if fresh:
                    self.asked_again += 1
                    await asyncio.sleep(0.05 * (number + 1))
            else:
                self.cookies.update(_COOKIE.findall(answer.head))
                return answer
        raise Away(path)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    def take_over(self, other: "Wire") -> None:
        """Its connection, for the next visitor behind the same proxy."""
        self._streams, other._streams = other._streams, None

    def _jar(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def _exchange(self, sent: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head)
        body = await reader.readexactly(int(found[1])) if found else b""
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return Answer(int(head[9:12]), head.decode("latin-1"), body)
