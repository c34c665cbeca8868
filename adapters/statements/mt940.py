"""MT940, the customer statement message of SWIFT, as banks hand it to their customers.

Fields 25 (account), 60F and 62F (balances), 61 (movement) and 86 (what is told of it). Field 86 is
free, and written in as many ways as there are banks; what is read of it are the words that SEPA
made common (EREF+, KREF+, SVWZ+, /EREF/, /REMI/ …) and the reference, wherever it stands.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from adapters.statements.camt053 import minor
from ledger.kernel.bank_transfer import as_written_here, is_iban
from ledger.kernel.money import Money
from ledger.order.numbers import reference_fits
from ledger.statements.entry import BankEntry, BankStatement, reference_in
from ledger.statements.faults import StatementUnreadable

_FIELD = re.compile(r"^:(\d{2}[A-Z]?):", re.MULTILINE)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,3})")
_MOVEMENT = re.compile(
    r"(\d{6})(\d{4})?(RC|RD|C|D)([A-Z])?(\d{1,15},\d{0,3})([A-Z][A-Z0-9]{3})"
    r"([^\n]*?)(?://([^\n]{1,34}))?(?:\n(.*))?",
    re.DOTALL,
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_NAMES = "EREF|KREF|SVWZ|ABWA|REMI|MREF|CRED"
_WORD = re.compile(rf"({_NAMES})[+/](.*?)(?=/?(?:{_NAMES})[+/]|$)")
_LONGEST = 500
_Field = tuple[str, str]


def read_mt940(content: bytes) -> Sequence[BankStatement]:
    """The statements of a file. Raises `StatementUnreadable`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    fields = [*_fields(text.replace("\r\n", "\n").replace("\r", "\n"))]
    starts = [place for place, (tag, _) in enumerate(fields) if tag == "20"]
    if not starts:
        raise StatementUnreadable("the file is no MT940: it has no field 20")
    ends = [*starts[1:], len(fields)]
    return [_statement(fields[a:b]) for a, b in zip(starts, ends, strict=True)]


def _fields(text: str) -> Iterator[_Field]:
    found = [*_FIELD.finditer(text)]
    ends = [*(one.start() for one in found[1:]), len(text)]
    for one, end in zip(found, ends, strict=False):
        value = text[one.end() : end]
        # What closes a message is no part of its last field.
        yield one[1], re.split(r"\n(?:-\}?|\{|\Z)", value, maxsplit=1)[0].strip("\n")


def _statement(fields: Sequence[_Field]) -> BankStatement:
    account = _account(_value(fields, "25", "25P"))
    opening, closing = _value(fields, "60F", "60M"), _value(fields, "62F", "62M")
    currency, before = _balance(opening)
    entries, moved = list[BankEntry](), Decimal()
    for place, (tag, value) in enumerate(fields):
        if tag == "61":
            told = fields[place + 1][1] if fields[place + 1 : place + 2] else ""
            free = told if fields[place + 1 : place + 2] and fields[place + 1][0] == "86" else ""
            entry, signed = _movement(value, free, account=account, currency=currency)
            entries.append(entry)
            moved += signed
    if closing and before + moved != _balance(closing)[1]:
        raise StatementUnreadable("the entries of a statement do not add up to its balances")
    return BankStatement(account=account, entries=entries)


def _value(fields: Sequence[_Field], *tags: str) -> str:
    return next((value for tag, value in fields if tag in tags), "")


def _account(told: str) -> str:
    """The IBAN; a currency may follow it without a space."""
    found = _IBAN.match("".join(told.split()).upper())
    for iban in (found[0], found[0][:-3]) if found else ():
        if is_iban(iban):
            return iban
    raise StatementUnreadable("a statement does not say of which account (IBAN) it is")


def _balance(told: str) -> tuple[str, Decimal]:
    found = _BALANCE.match(told)
    if found is None:
        raise StatementUnreadable("a statement has no opening or closing balance")
    amount = _decimal(found[4])
    return found[3], amount if found[1] == "C" else -amount


def _decimal(told: str) -> Decimal:
    return Decimal(told.replace(",", ".").rstrip("."))


def _movement(told: str, free: str, *, account: str, currency: str) -> tuple[BankEntry, Decimal]:
    found = _MOVEMENT.fullmatch(told)
    if found is None:
        raise StatementUnreadable("a movement (field 61) is not written as SWIFT says")
    mark, amount, customer = found[3], _decimal(found[5]), found[7].strip()
    credit = mark in ("C", "RD")
    words = {word: " ".join(value.split()) for word, value in _WORD.findall(_joined(free))}
    text = " ".join(_joined(free).split())[:_LONGEST]
    reference = next(filter(None, map(_checked, (customer, words.get("KREF", "")))), "")
    entry = BankEntry(
        account=account,
        booked=_day(found[1], found[2]),
        amount=_money(amount, currency),
        credit=credit,
        reversal=mark in ("RC", "RD"),
        reference=reference or reference_in("", free=text),
        bank_reference=(found[8] or "").strip(),
        end_to_end=words.get("EREF", "").replace(" ", "") if not credit else "",
        batch="" if credit or reference else customer.removeprefix("NONREF"),
        text=text,
    )
    return entry, amount if credit else -amount


def _checked(written: str) -> str:
    """A reference whose own check digit says that it is one."""
    reference = as_written_here(written)
    return reference if reference.isdigit() and reference_fits(reference) else ""


def _joined(free: str) -> str:
    """Lines of 65 characters break words; subfields begin with a question mark and two digits."""
    return re.sub(r"\?\d\d", " ", free.replace("\n", ""))


def _money(amount: Decimal, currency: str) -> Money:
    return minor(amount, currency)


def _day(value: str, booked: str | None) -> date:
    """The entry date where it is told: month and day, in the year that is nearest."""
    try:
        day = date(2000 + int(value[:2]), int(value[2:4]), int(value[4:]))
        if booked is None:
            return day
        near = [
            date(year, int(booked[:2]), int(booked[2:]))
            for year in (day.year - 1, day.year, day.year + 1)
            if booked != "0229" or year % 4 == 0
        ]
    except ValueError:
        raise StatementUnreadable("a movement (field 61) has a date that there is not") from None
    return min(near, key=lambda one: abs((one - day).days))
