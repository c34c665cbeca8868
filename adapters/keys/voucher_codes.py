"""Codes of vouchers: drawn by chance, and known by their keyed hash."""

import secrets
from collections.abc import Callable

from ledger.vouchers.code import ALPHABET, LENGTH, folded


def drawn_code(blind_index: Callable[[str], str]) -> tuple[str, str]:
    """A fresh code and its keyed hash. Nobody can guess one from another."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return code, code_index(code, blind_index)


def code_index(code: str, blind_index: Callable[[str], str]) -> str:
    """What finds the voucher of a code, however it was typed; without the key it tells nothing."""
    return blind_index("voucher/" + folded(code))
