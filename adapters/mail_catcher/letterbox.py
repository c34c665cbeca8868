"""Caught letters, one file each, so that they outlive the process."""

import email
import email.policy
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

_NANOSECONDS = 10**9
_ID = re.compile(r"\d{20}-[0-9a-f]{8}")


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
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)

    def put(self, content: bytes) -> None:
        """Keep a letter: whole or not at all."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        draft = self._folder / f"{name}.part"
        draft.write_bytes(content)
        draft.replace(self._folder / f"{name}.eml")

    def count(self) -> int:
        """How many letters there are, without a look into any."""
        return sum(1 for _ in self._folder.glob("*.eml"))

    def newest(self, most: int | None = None, *, before: str = "") -> list[Caught]:
        """So many letters, or all, the newest first; with `before`, only those older than it."""
        files = self._folder.glob("*.eml")
        older = sorted((one for one in files if not before or one.stem < before), reverse=True)
        return [_read(file) for file in older[:most]]

    def find(self, id: str) -> Caught | None:
        """The letter of this id, if there is one."""
        file = self._folder / f"{id}.eml"
        return _read(file) if _ID.fullmatch(id) and file.exists() else None


@lru_cache(maxsize=10_000)
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
