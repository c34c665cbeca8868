"""The keys that this ledger is sealed with: the right ones, or nothing starts."""

import os
import secrets
from pathlib import Path

from adapters.keys.key_ring import Keyring
from adapters.keys.master_key import SealBroken, Wrapping
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from web.wiring.settings import KEY_LENGTH, Settings, SettingWrong


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


def keys_of(settings: Settings, recorder: PostgresStampRecorder) -> tuple[Keyring, Wrapping]:
    """Seals and opens; wraps anew. Raises `SettingWrong` with another ledger's master key."""
    assert settings.master_key is not None, "settings were checked before"
    master_key, also, ledger = settings.master_key, settings.master_keys_also, recorder.ledger_id
    wrapping = Wrapping(master_key, ledger=ledger, also=also)
    try:
        recorder.keys.check(wrapping)
    except SealBroken:
        rule = (
            "is not this ledger's; while it is changed, STAMPLEDGER_MASTER_KEY_ALSO has the other"
        )
        raise SettingWrong("STAMPLEDGER_MASTER_KEY", rule) from None
    return Keyring(master_key, ledger=ledger, store=recorder.keys, also=also), wrapping
