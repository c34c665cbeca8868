"""What a bank says moved on an account, and by what the same movement is known again.

Banks tell of one movement in several files and formats, with or without a name of their own for
it. So movements are counted, not named: of those that look alike (`BankEntry.key`) there are as
many as distinct names were seen, and at least as many as one statement told of at once. Both only
grow, whatever the order of the files, and repeating a file adds nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from ledger.kernel.bank_transfer import as_written_here
from ledger.kernel.money import Money
from ledger.order.numbers import reference_fits

# MT940 has room for so much of a bank's name of a movement.
_NAME_LENGTH = 16
_NAMELESS = frozenset(("", "NONREF", "NOTPROVIDED"))
_DIGITS = re.compile(r"(?<![0-9A-Za-z])\d(?:[ \d]{1,40}\d)?(?![0-9A-Za-z])")
_CREDITOR = re.compile(r"(?<![0-9A-Za-z])RF\d{2}(?: ?[0-9A-Za-z]){1,21}", re.IGNORECASE)
# How the ledger's own names of transfers begin: with the year.
BANK = "BANK2"
# Year, seven digits, check digit.
_OURS = re.compile(r"20\d{10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BankEntry:
    """One movement that is booked. `amount` is positive; `credit` tells that it came in.

    `reference` is the payer's, in its national form; `end_to_end` and `batch` are ours on
    transfers that we sent. Who paid, and what they wrote, is personal.
    """

    account: str
    booked: date
    amount: Money
    credit: bool
    reversal: bool = False
    reference: str = ""
    bank_reference: str = ""
    end_to_end: str = ""
    batch: str = ""
    payer: str = field(default="", repr=False)
    payer_account: str = field(default="", repr=False)
    text: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """The same for movements that cannot be told apart by what they are."""
        kind = ("C" if self.credit else "D") + ("R" if self.reversal else "")
        parts = (self.account, self.booked.isoformat(), kind, str(self.amount.amount))
        told = (*parts, self.amount.currency, self.reference)
        return sha256("\n".join(told).encode()).hexdigest()[:32]

    @property
    def name(self) -> str:
        """The bank's name of it, as far as every format tells it; empty where there is none."""
        plain = "".join(filter(str.isalnum, self.bank_reference)).upper()
        return "" if plain in _NAMELESS else plain[:_NAME_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStatement:
    """What happened on one account in a time."""

    account: str
    entries: Sequence[BankEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One of the movements that look alike: the `number`th of its key, from 1."""

    entry: BankEntry
    number: int

    @property
    def transfer(self) -> str:
        """What the ledger calls it, for ever."""
        return f"BANK{self.entry.booked:%Y%m%d}{self.entry.key[:20].upper()}N{self.number}"


def marks(statement: BankStatement) -> Mapping[str, frozenset[str]]:
    """By key, what a statement adds to what is known: names, and how many it told of at once."""
    found: dict[str, set[str]] = {}
    counted: dict[str, int] = {}
    for one in statement.entries:
        counted[one.key] = counted.get(one.key, 0) + 1
        own = found.setdefault(one.key, set())
        own.add(f"n{counted[one.key]}")
        if one.name:
            own.add(f"={one.name}")
    return {key: frozenset(own) for key, own in found.items()}


def how_many(known: Iterable[str]) -> int:
    """How many movements of one key there are, by all that was ever seen of it.

    >>> how_many({"n1", "n2", "=A"}), how_many({"n1", "=A", "=B", "=C"})
    (2, 3)
    """
    seen = [*known]
    named = sum(one.startswith("=") for one in seen)
    return max(named, len(seen) - named)


def movements(
    statements: Sequence[BankStatement], known: Mapping[str, Iterable[str]]
) -> Iterator[Movement]:
    """Every movement of these statements, in their order; `known` is all that was seen of each."""
    shown: dict[str, list[BankEntry]] = {}
    for statement in statements:
        for one in statement.entries:
            shown.setdefault(one.key, []).append(one)
    for key, entries in shown.items():
        for number in range(1, how_many(known[key]) + 1):
            yield Movement(entry=entries[min(number, len(entries)) - 1], number=number)


def reference_in(told: str, *, free: str = "") -> str:
    """The reference that a payer gave, or the one of ours in what they wrote freely.

    >>> reference_in("RF33 2348 236"), reference_in("00 2026 0000 0428")
    ('2348236', '202600000428')
    >>> reference_in("", free="Ticket 2026 00000 428, thanks!")
    '202600000428'
    """
    plain = as_written_here(told)
    if plain:
        return plain
    written = [as_written_here(one) for one in (*_CREDITOR.findall(free), *_DIGITS.findall(free))]
    ours = {one for one in written if _OURS.fullmatch(one) and reference_fits(one)}
    return ours.pop() if len(ours) == 1 else ""


def is_ours(reference: str) -> bool:
    """Whether a reference has the form of those that we give out."""
    return bool(_OURS.fullmatch(reference)) and reference_fits(reference)
