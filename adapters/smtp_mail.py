"""Letters handed to a mail server. An answer that never came is not a failure: it is unknown."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache, cached_property
from urllib.parse import unquote, urlsplit
from uuid import UUID

from adapters.letters.letter import RenderedLetter
from adapters.letters.message import Unwritable, compose, message_id
from ledger.stamps import Letter

_PORTS = {"smtp": 25, "smtps": 465}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_OK, _GO_AHEAD = range(200, 300), 354


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
    """A mail server, by its address `smtp://[user:password@]host[:port]` or `smtps://…`."""

    def __init__(
        self,
        url: str,
        mail_from: str,
        *,
        timeout: float = 20.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("the mail server's address must look like smtp://host:port")
        self._secure = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._from, self._timeout, self._clock, self._tls = mail_from, timeout, clock, tls

    def __repr__(self) -> str:
        return f"SmtpMail({self._host}:{self._port})"

    def message_id(self, correlation_id: UUID, letter: Letter) -> str:
        """The Message-ID of a letter, the same at every try."""
        return message_id(correlation_id, letter, mail_from=self._from)

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery:
        """Hand over a letter. Never raises: whatever happens is an answer."""
        if not letter.to:
            return Rejected("no-recipient", permanent=True)
        try:
            message = compose(letter, message_id, mail_from=self._from, at=self._clock())
        except Unwritable:
            return Rejected("unwritable", permanent=True)
        return self._deliver(message, letter.to)

    def _deliver(self, message: EmailMessage, to: str) -> Delivery:
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            # Nothing was said about the letter yet: a better day may come, or a better password.
            return Rejected(_name(error), permanent=False)
        try:
            return self._handed_over(server, message, to)
        finally:
            _leave(server)

    def _connected(self) -> smtplib.SMTP:
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

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Made once, where it is used: it reads every authority that this machine trusts."""
        return self._tls or ssl.create_default_context()

    def _introduced(self, server: smtplib.SMTP) -> None:
        """Say hello; with a password, only over TLS, or to a server on this machine."""
        server.ehlo_or_helo_if_needed()
        if not self._user:
            return
        if not self._secure and server.has_extn("starttls"):
            server.starttls(context=self._context)
            server.ehlo_or_helo_if_needed()
        elif not self._secure and self._host not in _LOOPBACK:
            raise smtplib.SMTPNotSupportedError("STARTTLS is not offered")
        server.login(self._user, self._password)

    def _handed_over(self, server: smtplib.SMTP, message: EmailMessage, to: str) -> Delivery:
        try:
            self._announced(server, to)
        except _Refused as refused:
            return Rejected(refused.code, refused.permanent)
        except (OSError, smtplib.SMTPException) as error:
            return Rejected(_name(error), permanent=False)
        try:
            # From here on, silence may mean that the letter is on its way.
            server.send(_on_the_wire(message))
            code, answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Unknown(_name(error))
        if code in _OK:
            return Sent()
        no = _Refused(code, answer)
        return Rejected(no.code, no.permanent)

    def _announced(self, server: smtplib.SMTP, to: str) -> None:
        """Everything up to the server's word that it will take the letter."""
        international = not to.isascii()
        if international and not server.has_extn("smtputf8"):
            raise _Refused(550, b"5.6.7")  # RFC 6531: the server cannot carry this address
        options = ["SMTPUTF8"] if international else []
        _expect(_OK, server.mail(parseaddr(self._from)[1], options))
        _expect(_OK, server.rcpt(to))
        _expect(range(_GO_AHEAD, _GO_AHEAD + 1), server.docmd("DATA"))


@cache
def _our_name() -> str:
    """How we introduce ourselves. Asked once: some machines take seconds to know their name."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"


def _expect(codes: range, reply: tuple[int, bytes]) -> None:
    code, answer = reply
    if code == -1:
        raise smtplib.SMTPServerDisconnected
    if code not in codes:
        raise _Refused(code, answer)


def _on_the_wire(message: EmailMessage) -> bytes:
    """RFC 5321: lines that begin with a dot get another; a dot alone ends the letter."""
    lines = re.sub(rb"(?m)^\.", b"..", message.as_bytes())
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _leave(server: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()


def _name(error: Exception) -> str:
    """What happened, without anybody's words or secrets."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__
