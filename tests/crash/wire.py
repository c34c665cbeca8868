"""A wire to a database that carries one statement at a time, and asks before and after each."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from select import select
from struct import Struct
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

ROOMS = Path(__file__).parents[2] / "adapters" / "postgres"
_NAMES = {path.read_bytes().strip(): path.stem for path in ROOMS.glob("**/sql/*.sql")}
_length = Struct(">I")
_CHUNK = 1 << 16
_FLUSH = b"H\0\0\0\4"
# What ends the answer to one statement: done, empty, suspended, refused, or data is awaited.
_ENDS = b"CIsEG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A statement on its way. `name` is that of its file, or the statement's first words.

    `backend` is the process of the server that it is for; `open` says whether it stands in an
    explicit transaction, whose first and last statement count to it.
    """

    name: str
    backend: int
    open: bool


class Gate(Protocol):
    """Asked about every statement, in the thread of its connection. It may take its time."""

    def before(self, step: Step) -> None:
        """The statements before it were answered; this one has not been sent."""

    def after(self, step: Step, refused: str) -> None:
        """It was done, or refused with an error's code; nobody was told yet."""


class Wire:
    """A socket in front of a server's. `url` leads through it."""

    def __init__(self, url: str, gate: Gate) -> None:
        parts = urlsplit(url)
        # `hostname` would be folded to lower case.
        host, _, port = parts.netloc.rpartition("@")[2].partition(":")
        folder = unquote(host)
        self._target, self._gate = str(Path(folder) / f".s.PGSQL.{port}"), gate
        self._folder = tempfile.TemporaryDirectory(prefix="wire", dir="/tmp")
        self.url = url.replace(quote(folder, safe=""), quote(self._folder.name, safe=""))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(self._folder.name) / f".s.PGSQL.{port}"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(self._target)
            _Conversation(client, server, self._gate).run()


class _Ended(OSError):
    """One of the two hung up."""


class _Conversation:
    """What client and server say to each other on one connection."""

    def __init__(self, client: socket.socket, server: socket.socket, gate: Gate) -> None:
        self._client, self._server, self._gate = client, server, gate
        self._asked, self._told = b"", b""
        self._backend, self._open, self._failed = 0, False, False
        self._statements: dict[bytes, str] = {}
        self._bound, self._copying = "", ""

    def run(self) -> None:
        self._greet()
        while True:
            readable, _, _ = select([self._client, self._server], [], [])
            if self._server in readable:
                self._told += self._heard()
                for frame in self._messages():
                    self._client.sendall(frame)
            if self._client in readable:
                for kind, frame in self._frames():
                    self._forward(kind, frame)

    def _greet(self) -> None:
        """The first message has no kind; the greeting ends when the server is ready."""
        self._server.sendall(self._client.recv(_CHUNK))
        told = b""
        while b"Z\0\0\0\5I" not in told:
            told += self._heard()
        place = told.index(b"K\0\0\0")
        self._backend = _length.unpack_from(told, place + 5)[0]
        self._client.sendall(told)

    def _heard(self) -> bytes:
        data = self._server.recv(_CHUNK)
        if not data:
            raise _Ended
        return data

    def _frames(self) -> Iterator[tuple[bytes, bytes]]:
        data = self._client.recv(_CHUNK)
        if not data:
            raise _Ended
        self._asked += data
        while len(self._asked) > 4:
            end = 1 + _length.unpack_from(self._asked, 1)[0]
            if len(self._asked) < end:
                return
            frame, self._asked = self._asked[:end], self._asked[end:]
            yield frame[:1], frame

    def _forward(self, kind: bytes, frame: bytes) -> None:
        match kind:
            case b"P":
                name, text, _ = frame[5:].split(b"\0", 2)
                self._statements[name] = named(text)
            case b"B":
                self._bound = self._statements[frame[5:].split(b"\0", 2)[1]]
            case b"S":
                self._failed = False
            case b"E" if not self._failed:
                return self._step(self._bound, frame + _FLUSH)
            case b"Q":
                return self._step(named(frame[5:-1]), frame, ends=b"Z")
            case b"c":
                return self._answer(self._copying, frame + _FLUSH)
        self._server.sendall(frame)
        return None

    def _step(self, name: str, frame: bytes, *, ends: bytes = _ENDS) -> None:
        self._open = self._open or name == "begin"
        self._gate.before(self._of(name))
        self._answer(name, frame, ends=ends)

    def _of(self, name: str) -> Step:
        return Step(name=name, backend=self._backend, open=self._open)

    def _answer(self, name: str, frame: bytes, *, ends: bytes = _ENDS) -> None:
        self._server.sendall(frame)
        kinds, held, refused = self._until(ends)
        if b"G" in kinds:  # its data comes next
            self._copying = name
        else:
            self._failed = bool(refused) and ends != b"Z"
            self._gate.after(self._of(name), refused)
            if name in ("commit", "rollback"):
                self._open = False
        self._client.sendall(held)

    def _until(self, ends: bytes) -> tuple[bytes, bytes, str]:
        """The server's messages up to one of a kind, and the code of an error among them."""
        kinds, held, refused = b"", b"", ""
        while not set(kinds) & set(ends):
            readable, _, _ = select([self._client, self._server], [], [])
            if self._server not in readable:
                if not self._client.recv(1, socket.MSG_PEEK):
                    raise _Ended
                select([self._server], [], [], 0.02)
                continue
            self._told += self._heard()
            for frame in self._messages():
                kinds += frame[:1]
                held += frame
                refused = _code(frame) if frame[:1] == b"E" else refused
        return kinds, held, refused

    def _messages(self) -> Iterator[bytes]:
        while len(self._told) > 4:
            end = 1 + _length.unpack_from(self._told, 1)[0]
            if len(self._told) < end:
                return
            frame, self._told = self._told[:end], self._told[end:]
            yield frame


def _code(frame: bytes) -> str:
    fields = frame[5:].split(b"\0")
    return next((one[1:].decode() for one in fields if one[:1] == b"C"), "?")


def named(text: bytes) -> str:
    """The name of the file that a statement is from; else its first words."""
    if name := _NAMES.get(text.strip()):
        return name
    words = text.decode().replace('"', "").split("(")[0].split()
    return " ".join(words[:3]).lower().partition(";")[0]
