"""What passkeys are called, for pages and archives that only list them."""

from ledger.accounts.passkey import Passkey
from web.wiring.parts import Parts


def name_of(parts: Parts, passkey: Passkey) -> str:
    """What its owner calls it; empty once they are erased."""
    return (parts.keyring.open_note(passkey.subject, passkey.sealed_name) or b"").decode()
