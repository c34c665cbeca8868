"""A letter as an e-mail message. Whoever writes into a header is refused.

The library's newer form parses every header that it is about to write, which costs more than all
else about a letter. So it writes only the addresses, and those of a shop once.
"""

import re
from binascii import b2a_qp
from collections.abc import Iterator
from datetime import datetime
from email.encoders import encode_base64
from email.errors import MessageError
from email.generator import BytesGenerator
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import SMTP, Compat32
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from io import BytesIO
from uuid import UUID

import idna

from adapters.mail.letters.letter import Attachment, Picture, RenderedLetter
from ledger.order.stamps import Letter

_PLAIN_ADDRESS = re.compile(r"[\w+-]+(\.[\w+-]+)*@[a-z\d-]+(\.[a-z\d-]+)+", re.ASCII | re.I)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_LINE = 78  # RFC 5322


class Unwritable(ValueError):
    """Some part of the letter cannot stand in a header."""


class _AsGiven(Compat32):
    """Headers stand in the message as they were written into it."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}\r\n".encode()


_POLICY = _AsGiven(linesep="\r\n")


def message_id(correlation_id: UUID, letter: Letter, *, mail_from: str) -> str:
    """The name of a letter, the same at every try, so that a repeated one can be recognised."""
    domain = address_of(mail_from).rpartition("@")[2]
    return f"<{correlation_id}.{letter}@{domain}>"


@lru_cache(maxsize=100)
def address_of(mail_from: str) -> str:
    """The bare address of a sender, who is the same for every letter."""
    return parseaddr(mail_from)[1]


def compose(letter: RenderedLetter, message_id: str, *, mail_from: str, at: datetime) -> bytes:
    """Text and HTML under one set of headers, as any mail server can carry them.

    Raises `Unwritable`. The same letter of the same moment is the same bytes.
    """
    written = (letter.subject, letter.to, letter.reply_to, letter.from_name, letter.unsubscribe)
    for value in (*written, message_id):
        if _CONTROL.search(value):
            raise Unwritable("control character")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Unwritable("Message-ID")
    try:
        message = _with_files(letter)
        for name, value in _headers(letter, message_id, mail_from, at):
            message[name] = value
        return _flat(message)
    except (MessageError, ValueError, LookupError) as error:  # what the standard library raises
        raise Unwritable(type(error).__name__) from None


class _Whole(BytesGenerator):
    """Writes a part as a whole; the library's goes line by line, a third of what a letter costs."""

    def _write_lines(self, lines: str) -> None:
        self.write(lines.replace("\r\n", "\n").replace("\n", "\r\n"))


def _flat(message: Message) -> bytes:
    written = BytesIO()
    _Whole(written, mangle_from_=False, policy=_POLICY).flatten(message)
    return written.getvalue()


def _headers(
    letter: RenderedLetter, message_id: str, mail_from: str, at: datetime
) -> Iterator[tuple[str, str]]:
    yield "From", _mailbox("From", letter.from_name, address_of(mail_from))
    yield "To", _recipient(letter.to)
    if letter.reply_to:
        yield "Reply-To", _mailbox("Reply-To", letter.from_name, letter.reply_to)
    yield "Subject", _text("Subject", letter.subject)
    yield "Date", format_datetime(at)
    yield "Message-ID", message_id
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: no holiday replies, please
    if letter.unsubscribe:
        yield "List-Unsubscribe", f"<{letter.unsubscribe}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"  # RFC 8058
    yield "MIME-Version", "1.0"


def _with_files(letter: RenderedLetter) -> Message:
    words = _several("alternative", "letter", _words(letter.text, "plain"), _page(letter))
    files = map(_file, letter.attachments)
    return _several("mixed", "files", words, *files) if letter.attachments else words


def _page(letter: RenderedLetter) -> Message:
    html = _words(letter.html, "html")
    pictures = map(_picture, letter.pictures)
    return _several("related", "page", html, *pictures) if letter.pictures else html


def _several(kind: str, boundary: str, *parts: Message) -> Message:
    """Parts in one. Quoted-printable never holds an equals sign before an underscore (RFC 2045)."""
    message = Message(_POLICY)
    message["Content-Type"] = f'multipart/{kind}; boundary="=_{boundary}"'
    message.set_payload([*parts])
    return message


def _words(content: str, kind: str) -> Message:
    message = Message(_POLICY)
    message["Content-Type"] = f'text/{kind}; charset="utf-8"'
    message["Content-Transfer-Encoding"] = "quoted-printable"
    lines = b"\r\n".join((*content.encode().splitlines(), b""))
    message.set_payload(b2a_qp(lines, istext=True).decode("ascii"))
    return message


def _picture(picture: Picture) -> Message:
    """Part of the page and named by it (RFC 2392), so that no program fetches it elsewhere."""
    message = Message(_POLICY)
    message["Content-Type"] = "image/png"
    message["Content-ID"] = f"<{picture.name}>"
    message["Content-Disposition"] = f'inline; filename="{picture.name}.png"'
    message.set_payload(picture.png)
    encode_base64(message)
    return message


def _file(attachment: Attachment) -> Message:
    message = Message(_POLICY)
    message["Content-Type"] = attachment.kind
    message["Content-Disposition"] = f'attachment; filename="{attachment.name}"'
    message.set_payload(attachment.content)
    encode_base64(message)
    return message


def deliverable(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891), as every mail server takes it."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{'.'.join(_in_ascii(label) for label in domain.split('.'))}"


def _in_ascii(label: str) -> str:
    """What the registries of today make of a label, else what those of old did."""
    if label.isascii():
        return label
    try:
        return idna.encode(label, uts46=True).decode()
    except idna.IDNAError:
        return label.encode("idna").decode()


def is_plain(address: str) -> bool:
    """Whether it is an address and nothing else, and needs no quotes."""
    return _PLAIN_ADDRESS.fullmatch(address) is not None


def _recipient(address: str) -> str:
    """One address and nothing else. Letters beyond ASCII are checked as if they were plain."""
    if len(address) < _LINE - len("To: ") and is_plain(address):
        return address
    checked = Address(addr_spec="".join(c if c.isascii() else "x" for c in address))
    if address.isascii():
        return _written("To", checked)
    local, _, domain = address.rpartition("@")
    return _written("To", Address(username=local, domain=domain))


@lru_cache(maxsize=1_000)
def _mailbox(name: str, display_name: str, address: str) -> str:
    """The same for every letter of a shop."""
    return _written(name, Address(display_name, addr_spec=address))


def _written(name: str, address: Address) -> str:
    """As the library writes it."""
    policy = SMTP if address.addr_spec.isascii() else SMTP.clone(utf8=True)
    message = EmailMessage(policy)
    message[name] = address
    folded: str = policy.fold(name, message[name])
    return folded.partition(": ")[2].removesuffix("\r\n")


def _text(name: str, value: str) -> str:
    """A header without structure: as it is, or in encoded words, a line each (RFC 2047)."""
    short = len(name) + len(": ") + len(value) <= _LINE
    if short and value.isascii() and value == value.strip() and "=?" not in value:
        return value
    return Header(value, "utf-8", _LINE, name).encode(linesep="\r\n")
