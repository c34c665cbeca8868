"""The keys that this ledger is sealed with: the right ones, or nothing starts."""

from adapters.keys.key_ring import Keyring
from adapters.keys.master_key import SealBroken, Wrapping
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from web.wiring.settings import Settings, SettingWrong


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
