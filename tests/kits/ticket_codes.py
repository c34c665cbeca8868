"""Codes of tickets for tests: the same each time, and never those of another order."""

from hashlib import sha256
from uuid import UUID

from ledger.order.order import Order
from ledger.order.tickets import TicketCode
from ledger.tickets.code import CODES, code_of

NOBODY = UUID(int=0)


def codes(count: int, *, of: UUID = NOBODY) -> tuple[TicketCode, ...]:
    """So many codes."""
    seeds = (sha256(f"{of}/{number}".encode()).digest() for number in range(count))
    return tuple(
        TicketCode(code=code_of(int.from_bytes(seed) % CODES), hash=seed.hex()) for seed in seeds
    )


def wanted_by(order: Order | None) -> tuple[TicketCode, ...]:
    """As many as an order wants at this moment."""
    return codes(order.tickets_wanted, of=order.id) if order else ()
