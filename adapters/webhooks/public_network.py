"""Connections to the public internet only, whatever a name is said to mean at that moment.

A name is looked up once for a connection, each of its addresses is judged, and the connection goes
to one that was judged: nobody can name another address in between.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer, local
from time import monotonic
from typing import Any

from httpcore2 import (
    SOCKET_OPTION,
    ConnectError,
    ConnectTimeout,
    NetworkBackend,
    NetworkStream,
    ReadTimeout,
    SyncBackend,
    WriteTimeout,
)

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
# They carry an address of version 4 in them, which may be any.
_TRANSLATED = tuple(ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"))
_due = local()


class NotPublic(ConnectError):
    """The name stands for an address that nobody outside could reach."""


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system tells them. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [*dict.fromkeys(str(place[0]) for *_, place in found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedPlaces:
    """Which addresses may be connected to: public ones, and what the operator `also` allows."""

    also: tuple[_Network, ...] = ()
    resolve: Resolve = resolved

    def allows(self, address: str) -> bool:
        """Whether this one may be.

        >>> [AllowedPlaces().allows(one) for one in ("93.184.215.14", "169.254.169.254", "::1")]
        [True, False, False]
        """
        try:
            place: _Address = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(place, IPv6Address) and place.ipv4_mapped is not None:
            place = place.ipv4_mapped
        if any(place in network for network in self.also):
            return True
        hidden = any(place in network for network in _TRANSLATED)
        special = place.is_multicast or place.is_reserved or getattr(place, "is_site_local", False)
        return place.is_global and not (hidden or special)

    def found(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host, all of which may be connected to. Raises `NotPublic`."""
        try:
            addresses = self.resolve(host, port)
        except (OSError, UnicodeError):
            raise ConnectError("no such host") from None
        if not addresses or not all(map(self.allows, addresses)):
            raise NotPublic("not a public address")
        return addresses


@contextmanager
def due_within(seconds: float) -> Iterator[None]:
    """What is sent and read meanwhile, in this thread, is over by then, byte by byte or not."""
    _due.at = monotonic() + seconds
    try:
        yield
    finally:
        del _due.at


def _left(timeout: float | None) -> float:
    """Seconds; nothing is waited for without end."""
    left = float(getattr(_due, "at", monotonic() + 10)) - monotonic()
    return left if timeout is None else min(left, timeout)


class JudgedBackend(NetworkBackend):
    """What a pool of connections connects by."""

    def __init__(self, places: AllowedPlaces) -> None:
        self._places, self._sockets = places, SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        """A connection to one of the host's addresses, if all of them may be connected to."""
        trouble: Exception = ConnectTimeout("no time left")
        for address in self._places.found(host, port):
            left = _left(timeout)
            if left <= 0:
                break
            try:
                stream = self._sockets.connect_tcp(address, port, left, None, socket_options or ())
                return _DueStream(stream)
            except (ConnectError, ConnectTimeout) as error:
                trouble = error
        raise trouble


class _DueStream(NetworkStream):
    """A stream that ends in time, whoever keeps it alive by single bytes."""

    def __init__(self, stream: NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _left(timeout)
        if left <= 0:
            raise ReadTimeout("no time left")
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = _left(timeout)
        if left <= 0:
            raise WriteTimeout("no time left")
        self._stream.write(buffer, left)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> NetworkStream:
        """The handshake is one call, whose time-out is between two bytes: it is cut off, too."""
        left = _left(timeout)
        if left <= 0:
            raise ConnectTimeout("no time left")
        # The socket gives its own away to the encrypted one; a second handle stays.
        handle = self._stream.get_extra_info("socket").dup()
        patience = Timer(left, handle.shutdown, [socket.SHUT_RDWR])
        patience.daemon = True
        patience.start()
        try:
            return _DueStream(self._stream.start_tls(ssl_context, server_hostname, left))
        finally:
            patience.cancel()
            handle.close()

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
