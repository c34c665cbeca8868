"""Letters handed to a mail server. An answer that never came is not a failure: it is unknown."""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from uuid import UUID

from adapters.mail.letters.letter import RenderedLetter
from adapters.mail.letters.mime import Unwritable, compose, deliverable, message_id
from adapters.mail.smtp_connections import SmtpConnections, leave
from ledger.order.stamps import Letter

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

    Threads that send at once have a connection each. With `keeps` it serves for the next letter:
    then call `rest` when there is none, and `close` at the end.
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
        sender = parseaddr(self._from)[1]
        _agreed(_OK, server.mail(sender, ["SMTPUTF8"] if international else []))
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
