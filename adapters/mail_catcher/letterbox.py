"""Caught letters, one file each, so that they outlive the process."""

import email
import email.policy
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

_NANOSECONDS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """One letter as it came in."""

    id: str
    to: str
    sender: str
    subject: str
    text: str
    html: str
    message_id: str
    received_at: datetime


class Letterbox:
    """A folder of letters."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "letters"
        self._folder.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> None:
        """Keep a letter: whole or not at all."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        draft = self._folder / f"{name}.part"
        draft.write_bytes(content)
        draft.replace(self._folder / f"{name}.eml")

    def all(self) -> list[Caught]:
        """Every letter, the newest first."""
        return [_read(file) for file in sorted(self._folder.glob("*.eml"), reverse=True)]

    def find(self, id: str) -> Caught | None:
        return next((letter for letter in self.all() if letter.id == id), None)


@lru_cache(maxsize=1000)
def _read(file: Path) -> Caught:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    since_epoch = int(file.stem.partition("-")[0]) / _NANOSECONDS
    return Caught(
        id=file.stem,
        to=_address(message, "To"),
        sender=_header(message, "From"),
        subject=_header(message, "Subject"),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        message_id=_header(message, "Message-ID"),
        received_at=datetime.fromtimestamp(since_epoch, UTC),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header's text; a header that cannot be read shows nothing rather than break the page."""
    try:
        return str(message[name] or "")
    except (ValueError, LookupError, AttributeError):
        return ""


def _address(message: EmailMessage, name: str) -> str:
    try:
        return ", ".join(one.addr_spec for one in message[name].addresses)
    except (ValueError, LookupError, AttributeError):
        return _header(message, name)


def _part(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
        content = part.get_content() if part is not None else ""
    except (ValueError, LookupError, AttributeError):
        return ""
    return content.replace("\r\n", "\n") if isinstance(content, str) else ""
