"""camt.053, the account statement of ISO 20022, in the versions 001.02 and 001.08.

Element names are those of the published message definitions. What the versions have in common is
read alike; where they differ (the state of an entry, parties), both are looked for.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from adapters.statements.safe_xml import parsed
from ledger.kernel.bank_transfer import is_iban
from ledger.kernel.money import Money, digits
from ledger.statements.entry import BankEntry, BankStatement, reference_in
from ledger.statements.faults import StatementUnreadable

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)\}Document")
VERSIONS = ("02", "08")
_LONGEST = 500


def read_camt053(content: bytes) -> Sequence[BankStatement]:
    """The statements of a file. Raises `StatementUnreadable`."""
    root = parsed(content)
    named = _NAMESPACE.fullmatch(root.tag)
    if named is None or named[1] not in VERSIONS:
        raise StatementUnreadable(f"the file is no camt.053 of version {' or '.join(VERSIONS)}")
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return [_statement(one) for one in root.iterfind("BkToCstmrStmt/Stmt")]


def _statement(stmt: Element) -> BankStatement:
    account = _text(stmt, "Acct/Id/IBAN").replace(" ", "").upper()
    if not is_iban(account):
        raise StatementUnreadable("a statement does not say of which account (IBAN) it is")
    booked = [one for one in stmt.iterfind("Ntry") if _state(one) == "BOOK"]
    entries = [entry for one in booked for entry in _entries(one, account)]
    _must_add_up(stmt, sum((_signed(one) for one in booked), Decimal()))
    return BankStatement(account=account, entries=entries)


def _state(entry: Element) -> str:
    """A word in 001.02, a code in 001.08."""
    return _text(entry, "Sts/Cd") or _text(entry, "Sts")


def _must_add_up(stmt: Element, moved: Decimal) -> None:
    """What is there after is what was there before and what moved: nothing is missing."""
    opening, closing = (_balance(stmt, code) for code in ("OPBD", "CLBD"))
    if opening is not None and closing is not None and opening + moved != closing:
        raise StatementUnreadable("the entries of a statement do not add up to its balances")


def _balance(stmt: Element, code: str) -> Decimal | None:
    found = [one for one in stmt.iterfind("Bal") if _text(one, "Tp/CdOrPrtry/Cd") == code]
    return _signed(found[0]) if len(found) == 1 else None


def _signed(element: Element) -> Decimal:
    amount = _decimal(_text(element, "Amt"))
    return amount if _is_credit(element) else -amount


def _is_credit(element: Element) -> bool:
    word = _text(element, "CdtDbtInd")
    if word not in ("CRDT", "DBIT"):
        raise StatementUnreadable("an entry does not say whether it is a credit or a debit")
    return word == "CRDT"


def _entries(entry: Element, account: str) -> Iterator[BankEntry]:
    """One, or where the bank booked several at once and tells each, those."""
    details = entry.findall("NtryDtls/TxDtls")
    amounts = [_amount_of(one) for one in details]
    whole = _money(_one(entry, "Amt"))
    told = [one for one in amounts if one is not None and one.currency == whole.currency]
    adds_up = sum(one.amount for one in told) == whole.amount
    if len(details) > 1 and len(told) == len(details) and adds_up:
        for detail, amount in zip(details, told, strict=True):
            yield _entry(entry, detail, account, amount)
        return
    alone = details[0] if len(details) == 1 else entry
    yield _entry(entry, alone, account, whole)


def _amount_of(detail: Element) -> Money | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        if (found := detail.find(path)) is not None:
            return _money(found)
    return None


def _entry(entry: Element, detail: Element, account: str, amount: Money) -> BankEntry:
    free = " ".join(_words(detail, "RmtInf/Ustrd"))
    told = next(_words(detail, "RmtInf/Strd/CdtrRefInf/Ref"), "")
    credit = _is_credit(entry)
    other = "Dbtr" if credit else "Cdtr"
    parties = "RltdPties"
    name = _text(detail, f"{parties}/{other}/Pty/Nm") or _text(detail, f"{parties}/{other}/Nm")
    return BankEntry(
        account=account,
        booked=_day(entry),
        amount=amount,
        credit=credit,
        reversal=_text(entry, "RvslInd").lower() in ("true", "1"),
        reference=reference_in(told, free=free),
        bank_reference=_text(detail, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef"),
        end_to_end=_plain(_text(detail, "Refs/EndToEndId")),
        batch=_plain(_text(detail, "Refs/PmtInfId") or _text(entry, "NtryDtls/Btch/PmtInfId")),
        payer=name,
        payer_account=_text(detail, f"{parties}/{other}Acct/Id/IBAN"),
        text=free,
    )


def _plain(name: str) -> str:
    return "" if name == "NOTPROVIDED" else name


def _day(entry: Element) -> date:
    text = _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise StatementUnreadable("an entry does not say when it was booked") from None


def _money(amount: Element) -> Money:
    currency = amount.get("Ccy", "")
    if not re.fullmatch("[A-Z]{3}", currency):
        raise StatementUnreadable("an amount has no currency")
    return minor(_decimal(amount.text or ""), currency)


def minor(amount: Decimal, currency: str) -> Money:
    """An amount of a statement in minor units. Raises `StatementUnreadable`."""
    units = amount.scaleb(digits(currency))
    if amount < 0 or units != int(units) or units > 10**15:
        raise StatementUnreadable("an amount is none of its currency")
    return Money(int(units), currency)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise StatementUnreadable("an amount is no number") from None
    if not number.is_finite() or len(text) > 30:
        raise StatementUnreadable("an amount is no number")
    return number


def _one(element: Element, path: str) -> Element:
    found = element.find(path)
    if found is None:
        raise StatementUnreadable(f"an entry has no {path}")
    return found


def _text(element: Element, path: str) -> str:
    return next(_words(element, path), "")


def _words(element: Element, path: str) -> Iterator[str]:
    for found in element.iterfind(path):
        if text := " ".join((found.text or "").split())[:_LONGEST]:
            yield text
