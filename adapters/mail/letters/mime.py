"""A letter as an e-mail message. Whoever writes into a header is refused.

Python's e-mail package parses what it is about to write, which costs more than all else about a
letter. It writes what is the same for many letters, and what is unusual; the rest is plain enough.
"""

import re
from base64 import encodebytes
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterator
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from uuid import UUID

import idna

from adapters.mail.letters.letter import Picture, RenderedLetter
from ledger.order.stamps import Letter

_INTERNATIONAL = SMTP.clone(utf8=True)
# Quoted-printable never holds an equals sign before an underscore (RFC 2045, section 6.7).
_BOUNDARY, _INNER = b"=_letter", b"=_page"
_PLAIN_ADDRESS = re.compile(r"[\w+-]+(\.[\w+-]+)*@[a-z\d-]+(\.[a-z\d-]+)+", re.ASCII | re.I)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
# RFC 5322: lines of at most 78. RFC 2047: encoded words of at most 75, here of so many octets.
_LINE, _WORD = 78, 39


class Unwritable(ValueError):
    """Some part of the letter cannot stand in a header."""


def message_id(correlation_id: UUID, letter: Letter, *, mail_from: str) -> str:
    """The name of a letter, the same at every try, so that a repeated one can be recognised."""
    domain = parseaddr(mail_from)[1].rpartition("@")[2]
    return f"<{correlation_id}.{letter}@{domain}>"


def compose(letter: RenderedLetter, message_id: str, *, mail_from: str, at: datetime) -> bytes:
    """Text and HTML under one set of headers, as any mail server can carry them.

    Raises `Unwritable`. The same letter of the same moment is the same bytes.
    """
    for value in (letter.subject, letter.to, letter.reply_to, letter.from_name, message_id):
        if _CONTROL.search(value):
            raise Unwritable("control character")
    try:
        return b"".join((*_headers(letter, message_id, mail_from, at), *_parts(letter)))
    except (MessageError, ValueError, LookupError) as error:  # what the standard library raises
        raise Unwritable(type(error).__name__) from None


def _headers(
    letter: RenderedLetter, message_id: str, mail_from: str, at: datetime
) -> Iterator[bytes]:
    yield _mailbox("From", letter.from_name, parseaddr(mail_from)[1])
    yield _recipient(letter.to)
    if letter.reply_to:
        yield _mailbox("Reply-To", letter.from_name, letter.reply_to)
    yield _text("Subject", letter.subject)
    yield _text("Date", format_datetime(at))
    yield _name(message_id)
    yield b"Auto-Submitted: auto-generated\r\n"  # RFC 3834: no holiday replies, please
    yield b"MIME-Version: 1.0\r\n"
    yield b'Content-Type: multipart/alternative;\r\n boundary="' + _BOUNDARY + b'"\r\n'


def _parts(letter: RenderedLetter) -> Iterator[bytes]:
    yield from _words_of(_BOUNDARY, b"plain", letter.text)
    if letter.pictures:
        yield b"\r\n--" + _BOUNDARY + b"\r\nContent-Type: multipart/related;\r\n"
        yield b' type="text/html"; boundary="' + _INNER + b'"\r\n'
        yield from _words_of(_INNER, b"html", letter.html)
        for picture in letter.pictures:
            yield from _picture(picture)
        yield b"\r\n--" + _INNER + b"--\r\n"
    else:
        yield from _words_of(_BOUNDARY, b"html", letter.html)
    yield b"\r\n--" + _BOUNDARY + b"--\r\n"


def _words_of(boundary: bytes, kind: bytes, content: str) -> Iterator[bytes]:
    yield b"\r\n--" + boundary + b"\r\nContent-Type: text/" + kind + b'; charset="utf-8"\r\n'
    yield b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    yield b2a_qp(b"\r\n".join((*content.encode().splitlines(), b"")), istext=True)


def _picture(picture: Picture) -> Iterator[bytes]:
    """Part of the page and named by it (RFC 2392), so that no program fetches it elsewhere."""
    name = picture.name.encode("ascii")
    yield b"\r\n--" + _INNER + b"\r\nContent-Type: image/png\r\n"
    yield b"Content-ID: <" + name + b">\r\nContent-Disposition: inline;\r\n"
    yield b' filename="' + name + b'.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    yield encodebytes(picture.png).replace(b"\n", b"\r\n")


@lru_cache(maxsize=1_000)
def _mailbox(name: str, display_name: str, address: str) -> bytes:
    """The same for every letter of a shop."""
    return _written(name, Address(display_name, addr_spec=address))


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


def _recipient(address: str) -> bytes:
    """One address and nothing else. Letters beyond ASCII are checked as if they were plain."""
    if len(address) < _LINE - len("To: ") and _PLAIN_ADDRESS.fullmatch(address):
        return f"To: {address}\r\n".encode()
    checked = Address(addr_spec="".join(c if c.isascii() else "x" for c in address))
    if address.isascii():
        return _written("To", checked)
    local, _, domain = address.rpartition("@")
    return _written("To", Address(username=local, domain=domain))


def _name(message_id: str) -> bytes:
    """However long, it stands on one line: there is no other way to write it."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Unwritable("Message-ID")
    return f"Message-ID: {message_id}\r\n".encode()


def _written(name: str, address: Address) -> bytes:
    """As Python's e-mail package writes it."""
    policy = SMTP if address.addr_spec.isascii() else _INTERNATIONAL
    message = EmailMessage(policy)
    message[name] = address
    return policy.fold_binary(name, message[name])


def _text(name: str, value: str) -> bytes:
    """A header without structure: as it is, or in encoded words, a line each (RFC 2047)."""
    short = len(name) + len(": ") + len(value) <= _LINE
    if short and value.isascii() and value == value.strip() and "=?" not in value:
        return f"{name}: {value}\r\n".encode()
    words = [b"=?utf-8?b?" + b2a_base64(one, newline=False) + b"?=" for one in _words(value)]
    return name.encode() + b": " + b"\r\n ".join(words) + b"\r\n"


def _words(value: str) -> Iterator[bytes]:
    """Cut between characters, never within one."""
    word = b""
    for character in value:
        octets = character.encode()
        if len(word) + len(octets) > _WORD:
            yield word
            word = b""
        word += octets
    yield word
