"""A letter as an e-mail message. Whoever writes into a header is refused."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from uuid import UUID

from adapters.letters.letter import RenderedLetter
from ledger.stamps import Letter

# Bodies are encoded so that any mail server can carry them.
_POLICY = SMTP.clone(cte_type="7bit")
_INTERNATIONAL = _POLICY.clone(utf8=True)


class Unwritable(ValueError):
    """Some part of the letter cannot stand in a header."""


def message_id(correlation_id: UUID, letter: Letter, *, mail_from: str) -> str:
    """The name of a letter, the same at every try, so that a repeated one can be recognised."""
    domain = parseaddr(mail_from)[1].rpartition("@")[2]
    return f"<{correlation_id}.{letter}@{domain}>"


def compose(letter: RenderedLetter, message_id: str, *, mail_from: str, at: datetime) -> bytes:
    """Text and HTML under one set of headers; raises `Unwritable`."""
    for value in (letter.subject, letter.to, letter.reply_to, letter.from_name, message_id):
        _refuse_control_characters(value)
    try:
        return _composed(letter, message_id, mail_from, at).as_bytes()
    except (ValueError, LookupError, IndexError) as error:  # what the standard library raises
        raise Unwritable(type(error).__name__) from None


def _composed(
    letter: RenderedLetter, message_id: str, mail_from: str, at: datetime
) -> EmailMessage:
    message = EmailMessage(_POLICY if letter.to.isascii() else _INTERNATIONAL)
    message["From"] = Address(letter.from_name, addr_spec=parseaddr(mail_from)[1])
    message["To"] = _address(letter.to)
    if letter.reply_to:
        message["Reply-To"] = Address(letter.from_name, addr_spec=letter.reply_to)
    message["Subject"] = letter.subject
    message["Date"] = at
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def _address(text: str) -> Address:
    """One address and nothing else. Letters beyond ASCII are checked as if they were plain."""
    checked = Address(addr_spec="".join(c if c.isascii() else "x" for c in text))
    if text.isascii():
        return checked
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)


def _refuse_control_characters(value: str) -> None:
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in value):
        raise Unwritable("control character")
