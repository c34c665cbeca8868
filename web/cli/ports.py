"""Ports that are typed, and whether something may listen there."""

import errno
import socket

import click

LAST = 65_535


class PortUnusable(Exception):
    """Nothing can listen on this port, and why."""


class Port(click.IntRange):
    """A port of this machine, with room for so many more that follow it."""

    name = "port"

    def __init__(self, *, more: int = 0) -> None:
        super().__init__(1, LAST - more)


def require_usable(host: str, port: int, *, option: str = "--port") -> None:
    """Raises `PortUnusable` unless something may listen there just now."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise click.UsageError(f"--host {host!r} is no address of this machine.") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except OSError as error:
            raise PortUnusable(f"Port {port} of {host} {_why(error, option)}") from error


def _why(error: OSError, option: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"is in use: stop what listens there, or choose another with {option}."
        case errno.EACCES | errno.EPERM:
            return f"is for privileged users: choose one from 1024 on with {option}."
        case errno.EADDRNOTAVAIL:
            return "cannot be listened on: this machine does not have that address (--host)."
        case _:
            return f"cannot be listened on: {error.strerror}. Choose another with {option}."
