"""Letters handed to a mail server. An answer that never came is not a failure: it is unknown."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from threading import Lock
from time import monotonic
from urllib.parse import unquote, urlsplit
from uuid import UUID

from adapters.mail.letters.letter import RenderedLetter
from adapters.mail.letters.mime import (
    Unwritable,
    address_of,
    compose,
    deliverable,
    is_plain,
    message_id,
)
from ledger.order.stamps import Letter

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


_OK, _GO_AHEAD = range(200, 300), range(354, 355)


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail server took the letter and answers for it from here."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The letter did not go out. `permanent`: as it is, it never will."""

    code: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """The letter was handed over, but no answer came: it may have gone out."""

    code: str


Delivery = Sent | Rejected | Unknown


class _Refused(Exception):
    """The server said no. Its words stay out: they may repeat somebody's address."""

    def __init__(self, code: int, answer: bytes) -> None:
        found = re.match(rb"[245]\.\d{1,3}\.\d{1,3}", answer)
        self.code = f"{code} {found[0].decode()}" if found else str(code)
        self.permanent = 500 <= code < 600
        super().__init__(self.code)


class SmtpMail:
    """A mail server, by its address `smtp://[user:password@]host[:port]` or `smtps://…`.

    Threads that send at once have a connection each, and write one after the other. With `keeps`
    it serves for the next letter: then call `rest` when there is none, and `close` at the end.
    """

    def __init__(
        self,
        url: str,
        mail_from: str,
        *,
        timeout: float = 20.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tls: ssl.SSLContext | None = None,
        keeps: bool = False,
        starttls_required: bool = False,
    ) -> None:
        self._connections = SmtpConnections(
            url, timeout=timeout, tls=tls, keeps=keeps, starttls_required=starttls_required
        )
        self._from, self._clock = mail_from, clock
        self._pen = Lock()

    def __repr__(self) -> str:
        return f"SmtpMail({self._connections})"

    def message_id(self, correlation_id: UUID, letter: Letter) -> str:
        """The Message-ID of a letter, the same at every try."""
        return message_id(correlation_id, letter, mail_from=self._from)

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery:
        """Hand over a letter. Never raises: whatever happens is an answer."""
        if not letter.to:
            return Rejected("no-recipient", permanent=True)
        try:
            letter = replace(letter, to=deliverable(letter.to))
            with self._pen:
                message = compose(letter, message_id, mail_from=self._from, at=self._clock())
        except Unwritable:
            return Rejected("unwritable", permanent=True)
        return self._deliver(_on_the_wire(message), letter.to)

    def rest(self) -> None:
        """There is nothing to send: connections that are not used for long are closed."""
        self._connections.rest()

    def close(self) -> None:
        """Say good-bye to the server."""
        self._connections.close()

    def _deliver(self, message: bytes, to: str) -> Delivery:
        kept = self._connections.kept()
        answer = self._handed_over(kept, message, to) if kept else None
        if isinstance(answer, Sent | Unknown) or (answer and answer.permanent):
            return answer
        # A passing no may be about a connection that is used up: on a fresh one it would be heard.
        try:
            server = self._connections.fresh()
        except (OSError, smtplib.SMTPException) as error:
            # Nothing was said about the letter yet: a better day may come, or a better password.
            return Rejected(_name(error), permanent=False)
        return self._handed_over(server, message, to)

    def _handed_over(self, server: smtplib.SMTP, message: bytes, to: str) -> Delivery:
        try:
            self._announced(server, to)
        except _Refused as refused:
            self._cleared(server)
            return Rejected(refused.code, refused.permanent)
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            return Rejected(_name(error), permanent=False)
        try:
            # From here on, silence may mean that the letter is on its way.
            server.send(message)
            code, answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            return Unknown(_name(error))
        if code in _OK:
            self._connections.keep(server)
            return Sent()
        leave(server)
        no = _Refused(code, answer)
        return Rejected(no.code, no.permanent)

    def _announced(self, server: smtplib.SMTP, to: str) -> None:
        """Everything up to the server's word that it will take the letter."""
        international = not to.isascii()
        if international and not server.has_extn("smtputf8"):
            raise _Refused(550, b"5.6.7")  # RFC 6531: the server cannot carry this address
        sender = address_of(self._from)
        options = ["SMTPUTF8"] if international else []
        if server.has_extn("pipelining"):
            _asked_at_once(server, sender, to, options)
        else:
            _agreed(_OK, server.mail(sender, options))
            _agreed(_OK, server.rcpt(to))
            _agreed(_GO_AHEAD, server.docmd("DATA"))

    def _cleared(self, server: smtplib.SMTP) -> None:
        """After a no the server forgets this letter, and the connection serves for the next."""
        try:
            code, _ = server.rset()
        except (OSError, smtplib.SMTPException):
            code = -1
        if code in _OK:
            self._connections.keep(server)
        else:
            leave(server)


def _asked_at_once(server: smtplib.SMTP, sender: str, to: str, options: Sequence[str]) -> None:
    """Sender, recipient and letter in one go, where the server offers it (RFC 2920): one wait.

    One that wants the letter though it takes no recipient gets an empty one, which goes nowhere.
    """
    asked = (
        " ".join([f"MAIL FROM:{_quoted(sender)}", *options]),
        f"RCPT TO:{_quoted(to)}",
        "DATA",
    )
    server.send("".join(f"{one}\r\n" for one in asked).encode())
    answers = _heard(server, (_OK, _OK, _GO_AHEAD))
    agreed, recipient, wanted = (code for code, _ in answers)
    if wanted in _GO_AHEAD and recipient not in _OK:
        server.send(b".\r\n")
        server.getreply()
    elif wanted in _GO_AHEAD and agreed not in _OK:
        server.close()
    for expected, answer in zip((_OK, _OK, _GO_AHEAD), answers, strict=True):
        _agreed(expected, answer)


def _quoted(address: str) -> str:
    """As it stands in the envelope; to look closely at every address takes a while."""
    return f"<{address}>" if is_plain(address) else smtplib.quoteaddr(address)


def _heard(server: smtplib.SMTP, expected: Sequence[range]) -> Sequence[tuple[int, bytes]]:
    """An answer for each; who hangs up after a no has said all there is to say."""
    answers: list[tuple[int, bytes]] = []
    for _ in expected:
        try:
            answers.append(server.getreply())
        except (OSError, smtplib.SMTPException):
            for before, told in zip(expected, answers, strict=False):
                _agreed(before, told)
            raise
    return answers


def _agreed(wanted: range, answered: tuple[int, bytes]) -> None:
    code, answer = answered
    if code == -1:
        raise smtplib.SMTPServerDisconnected
    if code not in wanted:
        raise _Refused(code, answer)


def _on_the_wire(message: bytes) -> bytes:
    """RFC 5321: lines that begin with a dot get another; a dot alone ends the letter.

    The first line is a header's; every line has its end.
    """
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _name(error: Exception) -> str:
    """What happened, without anybody's words or secrets."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__
