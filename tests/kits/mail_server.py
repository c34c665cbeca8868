"""A mail server that says what it is told to, and remembers what it heard on each connection."""

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

# What to answer to a command (or to a letter, "."), on which connection; None hangs up.
Answer = Callable[[int, str], str | None]
OK, GO_AHEAD, BYE = "250 ok", "354 go ahead", "221 bye"


def agreeable(connection: int, command: str) -> str | None:
    """Takes everything."""
    match command[:4].upper():
        case "DATA":
            return GO_AHEAD
        case "QUIT":
            return BYE
        case _:
            return OK


class TalkingServer:
    """Serves until it is closed. `heard` are the commands of each connection, by first word.

    Without a sender and a recipient it wants no letter (RFC 5321, 4.1.4), unless it is `careless`.
    """

    def __init__(
        self,
        answer: Answer = agreeable,
        *,
        extensions: Sequence[str] = ("PIPELINING",),
        careless: bool = False,
    ) -> None:
        self._answer, self._extensions, self._careless = answer, extensions, careless
        self._agreed: dict[int, bool] = {}
        self.heard: list[list[str]] = []
        self.letters: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"

    def hang_up(self) -> None:
        """On everybody, without a word."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def close(self) -> None:
        self._listener.close()
        self.hang_up()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                self.heard.append([])
                number = len(self.heard) - 1
                threading.Thread(target=self._serve, args=[number, connection], daemon=True).start()

    def _serve(self, number: int, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            connection.sendall(b"220 hello\r\n")
            for line in lines:
                command = line.decode().strip()
                self.heard[number].append(command.partition(" ")[0].upper())
                answer = self._said(number, command)
                if answer is None:
                    return
                connection.sendall(f"{answer}\r\n".encode())
                if answer == GO_AHEAD and not self._letter(number, connection, lines):
                    return

    def _said(self, number: int, command: str) -> str | None:
        if command[:4].upper() == "EHLO":
            return "\r\n".join(
                ["250-hello", *(f"250-{one}" for one in self._extensions), "250 HELP"]
            )
        if command == "DATA" and not (self._careless or self._agreed.get(number)):
            return "503 5.5.1 nobody to take it to"
        answer = self._answer(number, command)
        if command[:4].upper() in ("MAIL", "RCPT"):
            begun = command[:4].upper() == "MAIL" or self._agreed.get(number, False)
            self._agreed[number] = begun and answer is not None and answer.startswith("2")
        return answer

    def _letter(self, number: int, connection: socket.socket, lines: object) -> bool:
        content = b""
        assert hasattr(lines, "readline")
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return False
            content += line
        self.heard[number].append(".")
        self.letters.append(content)
        answer = self._answer(number, ".")
        if answer is not None:
            connection.sendall(f"{answer}\r\n".encode())
        return answer is not None
