"""Codes of tickets: drawn by chance, and known at the door by their keyed hash."""

import secrets
from collections.abc import Callable

from ledger.order.tickets import TicketCode
from ledger.tickets.code import CODES, code_of

KeyedHash = Callable[[bytes], str]


def drawn(count: int, *, keyed_hash: KeyedHash) -> tuple[TicketCode, ...]:
    """So many fresh codes. Nobody can tell one from another, and none can be guessed."""
    codes = [code_of(secrets.randbelow(CODES)) for _ in range(count)]
    return tuple(TicketCode(code=code, hash=hash_of(code, keyed_hash)) for code in codes)


def hash_of(code: str, keyed_hash: KeyedHash) -> str:
    """What a ledger keeps of a code in the clear: nothing to who does not have the key."""
    return keyed_hash(b"ticket/" + code.encode())
