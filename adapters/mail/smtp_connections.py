"""Connections to a mail server: introduced once, and kept while there are letters."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property
from threading import Lock
from time import monotonic
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 25, "smtps": 465}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Seconds. Servers hang up after minutes, or sooner when they are busy; so we say good-bye first.
_KEPT, _GOOD_BYE = 10.0, 1.0


class SmtpConnections:
    """A mail server, by its address `smtp://[user:password@]host[:port]` or `smtps://…`."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        tls: ssl.SSLContext | None,
        keeps: bool,
        starttls_required: bool = False,
        now: Callable[[], float] = monotonic,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("the mail server's address must look like smtp://host:port")
        self._secure = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._timeout, self._tls, self._keeps, self._now = timeout, tls, keeps, now
        self._starttls_required = starttls_required
        self._kept: list[tuple[smtplib.SMTP, float]] = []
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"{self._host}:{self._port}"

    def kept(self) -> smtplib.SMTP | None:
        """The connection that was used last, if that was lately. It may be dead all the same."""
        self.rest()
        with self._lock:
            return self._kept.pop()[0] if self._kept else None

    def fresh(self) -> smtplib.SMTP:
        """A connection of which nothing was asked yet. Raises `OSError` or `SMTPException`."""
        if self._secure:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, _our_name(), timeout=self._timeout, context=self._context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, _our_name(), timeout=self._timeout)
        try:
            self._introduced(server)
        except BaseException:
            server.close()
            raise
        return server

    def keep(self, server: smtplib.SMTP) -> None:
        """Nothing is open on it: it may serve for another letter."""
        if not self._keeps:
            leave(server)
        else:
            with self._lock:
                self._kept.append((server, self._now()))

    def rest(self) -> None:
        """Say good-bye where nothing was said for a while."""
        with self._lock:
            old = [server for server, at in self._kept if at + _KEPT <= self._now()]
            self._kept = [one for one in self._kept if one[0] not in old]
        for server in old:
            leave(server)

    def close(self) -> None:
        """Say good-bye everywhere."""
        with self._lock:
            every, self._kept = self._kept, []
        for server, _ in every:
            leave(server)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Made once, where it is used: it reads every authority that this machine trusts."""
        return self._tls or ssl.create_default_context()

    def _introduced(self, server: smtplib.SMTP) -> None:
        """Say hello, over TLS wherever it is offered.

        A password is told over TLS only, and only to the server that we mean, or on this machine.
        """
        server.ehlo_or_helo_if_needed()
        if not self._secure:
            self._hidden(server)
        if self._user:
            server.login(self._user, self._password)

    def _hidden(self, server: smtplib.SMTP) -> None:
        must = self._starttls_required or (bool(self._user) and self._host not in _LOOPBACK)
        if server.has_extn("starttls"):
            trusting = not (must or self._user or self._tls)
            server.starttls(context=_opportunistic() if trusting else self._context)
            server.ehlo_or_helo_if_needed()
        elif must:
            raise smtplib.SMTPNotSupportedError("STARTTLS is not offered")


@cache
def _opportunistic() -> ssl.SSLContext:
    """Nobody asked for TLS: a certificate that proves nothing still beats no TLS (RFC 7435)."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def leave(server: smtplib.SMTP) -> None:
    """Say good-bye and hang up; nobody waits long for the answer."""
    with suppress(OSError, smtplib.SMTPException):
        if server.sock is not None:
            server.sock.settimeout(_GOOD_BYE)
        server.quit()
    server.close()


@cache
def _our_name() -> str:
    """How we introduce ourselves. Asked once: some machines take seconds to know their name."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"
