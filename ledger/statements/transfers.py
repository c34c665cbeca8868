"""Refunds that go out by a file for the bank: each in one file, and seen when its debit comes."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from ledger.kernel.money import Money

VERSIONS = ("09", "03")
_END_TO_END = re.compile(r"SL[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFile:
    """The refunds between two positions, of the shops that are paid to one account.

    `number` counts the files of the account; `version` is that of pain.001.001.
    """

    account: str
    number: int
    after: int
    until: int
    version: str
    holder: str
    bic: str
    shops: tuple[str, ...]
    made_at: datetime
    made_by: str

    @property
    def name(self) -> str:
        """What the bank knows it by; sixteen characters, as MT940 has no room for more."""
        return f"SL{self.account[-8:]}-{self.number:05d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTransfer:
    """One refund as the bank is asked for it."""

    refund: UUID
    order: UUID
    number: int
    position: int
    amount: Money
    payee: str = field(repr=False)
    account: str = field(repr=False)

    @property
    def end_to_end(self) -> str:
        """Our name of it, which comes back with its debit."""
        return end_to_end_of(self.refund)


def end_to_end_of(refund: UUID) -> str:
    """34 characters, of 35 that the bank takes."""
    return f"SL{refund.hex}"


def refund_named(end_to_end: str) -> UUID | None:
    """The refund that a debit names, if it is one of ours.

    >>> refund_named("SL172B1A350FA7FA721C680333660DFDDE")
    UUID('172b1a35-0fa7-fa72-1c68-0333660dfdde')
    """
    plain = "".join(end_to_end.split())
    plain = plain[:2].upper() + plain[2:].lower()
    return UUID(plain[2:]) if _END_TO_END.fullmatch(plain) else None


def sent_key(refund: UUID) -> str:
    """Under what it is kept that the debit of a refund was seen."""
    return sha256(f"sent\n{refund}".encode()).hexdigest()[:32]
