"""A request that promises its whole body, sends half of it, and hangs up."""

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit


def tear(url: str, body: bytes, *, headers: Mapping[str, str]) -> None:
    """Nobody waits for the answer: whoever hangs up within the body never hears one."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    try:
        connection.putrequest("POST", address.path or "/")
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body[: len(body) // 2])
    except OSError:
        # Nobody listens: torn all the same.
        return
    finally:
        connection.close()
