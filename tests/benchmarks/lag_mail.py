"""A mail server that costs little, in a process of its own: it notes when each letter came.

It understands what a sender says, takes everything and keeps nothing. Prints its port; at the
end of standard input one line of JSON: arrivals by recipient, and its processor time.
"""

import asyncio
import json
import sys
import time

_EXTENSIONS = b"250-lag.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_END = b"\r\n.\r\n"


class Mailbox(asyncio.Protocol):
    """One connection. Commands may come several at once (RFC 2920)."""

    def __init__(self, arrivals: dict[str, list[float]]) -> None:
        self._arrivals, self._heard, self._to, self._in_data = arrivals, b"", "", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 lag.example\r\n")

    def data_received(self, data: bytes) -> None:
        self._heard += data
        answers = b""
        while (answer := self._letter() if self._in_data else self._command()) is not None:
            answers += answer
        self._transport.write(answers)

    def _letter(self) -> bytes | None:
        _text, end, rest = self._heard.partition(_END)
        if not end:
            return None
        self._heard, self._in_data = rest, False
        self._arrivals.setdefault(self._to, []).append(time.monotonic())
        return b"250 taken\r\n"

    def _command(self) -> bytes | None:
        line, end, rest = self._heard.partition(b"\r\n")
        if not end:
            return None
        self._heard = rest
        match line[:4].upper():
            case b"EHLO":
                return _EXTENSIONS
            case b"RCPT":
                self._to = line.partition(b"<")[2].partition(b">")[0].decode()
            case b"DATA":
                self._in_data = True
                return b"354 go on\r\n"
            case b"QUIT":
                self._transport.close()
        return b"250 ok\r\n"


async def serve() -> dict[str, list[float]]:
    """Until standard input ends."""
    arrivals: dict[str, list[float]] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Mailbox(arrivals), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    return arrivals


def main() -> None:
    arrivals = asyncio.run(serve())
    print(json.dumps({"arrivals": arrivals, "cpu": time.process_time()}), flush=True)


if __name__ == "__main__":
    main()
