"""Caught letters, one file each, so that they outlive the process."""

import email
import email.policy
import re
import secrets
import time
from collections.abc import Mapping
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
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtFile:
    """A file that came with a letter. `name` and `kind` are its sender's words."""

    name: str
    kind: str
    content: bytes


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

    def forget(self, address: str) -> int:
        """Delete every letter to somebody; how many there were. Address as people write it."""
        wanted, gone = address.strip().casefold(), 0
        for file in self._folder.glob("*.eml"):
            if wanted in _read(file).to.casefold().split(", "):
                file.unlink(missing_ok=True)
                gone += 1
        if gone:
            _read.cache_clear()
        return gone

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

    def attachment(self, id: str, place: int) -> CaughtFile | None:
        """The file at this place among a letter's attachments, if there is one."""
        if self.find(id) is None:
            return None
        parts = _attached(_parsed(self._folder / f"{id}.eml"))
        return _file(parts[place]) if place < len(parts) else None

    def pictures(self, id: str) -> Mapping[str, CaughtFile]:
        """The pictures in a letter, by the names that its page has for them (RFC 2392)."""
        if self.find(id) is None:
            return {}
        message = _parsed(self._folder / f"{id}.eml")
        named = ((_header(one, "Content-ID").strip().strip("<>"), one) for one in message.walk())
        return {name: _file(one) for name, one in named if name and not one.is_multipart()}


@lru_cache(maxsize=10_000)
def _read(file: Path) -> Caught:
    message = _parsed(file)
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
        attachments=tuple(_name(one) for one in _attached(message)),
    )


def _parsed(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _attached(message: EmailMessage) -> list[EmailMessage]:
    """What stands beside the words of a letter, to be saved."""
    try:
        return [one for one in message.walk() if one.get_content_disposition() == "attachment"]
    except (ValueError, LookupError, AttributeError):
        return []


def _file(part: EmailMessage) -> CaughtFile:
    content = part.get_payload(decode=True)
    found = content if isinstance(content, bytes) else b""
    return CaughtFile(name=_name(part), kind=part.get_content_type(), content=found)


def _name(part: EmailMessage) -> str:
    try:
        name = part.get_filename() or ""
        return name.encode(errors="replace").decode()
    except (ValueError, LookupError, AttributeError):
        return ""


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
