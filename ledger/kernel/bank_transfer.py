"""A bank transfer in the forms that payers' banks read: references, and Finland's bar code."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ledger.kernel.money import Money

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_FINNISH = re.compile(r"FI[0-9]{16}")
# ISO 11649: a creditor's reference begins with these letters and its own check digits.
_CREDITOR = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")
# The most that six digits of euros and two of cents can say; more is left for the payer to type.
_MOST_CENTS = 99_999_999


def is_iban(account: str) -> bool:
    """Whether an account's check digits fit (ISO 13616); it is written without spaces.

    >>> is_iban("FI3715903000000776"), is_iban("FI3715903000000777"), is_iban("FI37")
    (True, False, False)
    """
    if not _IBAN.fullmatch(account) or (account.startswith("FI") and not is_finnish(account)):
        return False
    return _remainder(account[4:] + account[:4]) == 1


def is_finnish(account: str) -> bool:
    """Whether an account is one of a bank in Finland."""
    return bool(_FINNISH.fullmatch(account))


def creditor_reference(reference: str) -> str:
    """A national reference as banks of other countries take it (ISO 11649).

    >>> creditor_reference("2348236")
    'RF332348236'
    """
    return f"RF{98 - _remainder(f'{reference}RF00'):02d}{reference}"


def virtual_bar_code(account: str, *, amount: Money, reference: str, due: date) -> str:
    """The 54 digits that a Finnish bank takes for a whole invoice (pankkiviivakoodi).

    Version 4 holds a national reference, version 5 a creditor reference of digits: Finance
    Finland's guide to the bank bar code, edition 5.3. Only for euros and Finnish accounts.

    >>> from datetime import date
    >>> account = "FI3715903000000776"
    >>> virtual_bar_code(
    ...     account, amount=Money(1225, "EUR"), reference="11112", due=date(2016, 12, 21)
    ... )
    '437159030000007760000122500000000000000000011112161221'
    >>> virtual_bar_code(
    ...     account, amount=Money(110, "EUR"), reference="RF9811112", due=date(2017, 1, 1)
    ... )
    '537159030000007760000011098000000000000000011112170101'
    """
    assert is_finnish(account), "asked only where there is such a code"
    assert amount.currency == "EUR", "asked only where there is such a code"
    cents = amount.amount if amount.amount <= _MOST_CENTS else 0
    if _CREDITOR.fullmatch(reference):
        version, written = "5", f"{reference[2:4]}{reference[4:]:0>21}"
    else:
        version, written = "4", f"000{reference:0>20}"
    return f"{version}{account[2:]}{cents:08d}{written}{due:%y%m%d}"


def bar_code_of(
    account: str, *, amount: Money, reference: str, due: datetime, timezone: str
) -> str:
    """The virtual bar code of a Finnish account, for euros; empty where there is none."""
    if amount.currency != "EUR" or not is_finnish(account):
        return ""
    day = due.astimezone(ZoneInfo(timezone)).date()
    return virtual_bar_code(account, amount=amount, reference=reference, due=day)


def _remainder(text: str) -> int:
    """ISO 7064, MOD 97-10: letters count from ten."""
    return int("".join(str(int(letter, 36)) for letter in text)) % 97


def as_written_here(reference: str) -> str:
    """A payer's reference in its national form, without spaces and the zeros that banks add.

    >>> as_written_here("RF33 2348 236"), as_written_here("00 2348236")
    ('2348236', '2348236')
    >>> as_written_here("RF34 2348236")
    'RF342348236'
    """
    plain = "".join(reference.split()).upper()
    if _CREDITOR.fullmatch(plain) and _remainder(plain[4:] + plain[:4]) == 1:
        plain = plain[4:]
    return plain.lstrip("0")


def in_fours(account: str) -> str:
    """An IBAN as people read it.

    >>> in_fours("FI3715903000000776")
    'FI37 1590 3000 0007 76'
    """
    return " ".join(account[place : place + 4] for place in range(0, len(account), 4))
