"""Keys of an embedded installation: made once, kept in the data folder, readable by its owner."""

import os
import secrets
from pathlib import Path

from web.wiring.settings import KEY_LENGTH, SettingWrong


def kept_key(home: Path, name: str) -> bytes:
    """The key of this name; made at the first call. Two starts at once agree on one key."""
    folder = home / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.key"
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_LENGTH:
        raise SettingWrong(f"The key file {path}", "is damaged: restore it from a backup")
    return key


def _make(path: Path) -> None:
    """Written beside and linked into place, so that nobody ever reads half a key."""
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
