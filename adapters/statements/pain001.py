"""pain.001, the customer's order of credit transfers (ISO 20022), versions 001.09 and 001.03.

As the European Payments Council's guidelines for SEPA transfers have it: euros, shared charges,
names in the characters that every bank takes. The same file is the same bytes.
"""

import re
from collections.abc import Sequence
from datetime import UTC
from unicodedata import normalize
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from ledger.kernel.money import Money
from ledger.statements.transfers import RefundTransfer, TransferFile

_OUTSIDE = re.compile(r"[^0-9A-Za-z/?:().,'+ -]")
_LONGEST_NAME, _LONGEST_TEXT = 70, 140
_SPECIAL = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "đ": "d", "ł": "l"})


def pain001(file: TransferFile, transfers: Sequence[RefundTransfer]) -> bytes:
    """The file for the bank. All amounts are in euros."""
    namespace = f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{file.version}"
    register_namespace("", namespace)
    document = Element(f"{{{namespace}}}Document")
    root = _add(document, "CstmrCdtTrfInitn")
    header = _add(root, "GrpHdr")
    _add(header, "MsgId", file.name)
    made_at = file.made_at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    _add(header, "CreDtTm", made_at.isoformat())
    _totals(header, transfers)
    _add(_add(header, "InitgPty"), "Nm", plain(file.holder, longest=_LONGEST_NAME))
    payment = _add(root, "PmtInf")
    _add(payment, "PmtInfId", file.name)
    _add(payment, "PmtMtd", "TRF")
    # Each debit by itself, so that the statement tells which refund went out.
    _add(payment, "BtchBookg", "false")
    _totals(payment, transfers)
    _add(_add(_add(payment, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    day = _add(payment, "ReqdExctnDt")
    (day if file.version == "03" else _add(day, "Dt")).text = made_at.date().isoformat()
    _add(_add(payment, "Dbtr"), "Nm", plain(file.holder, longest=_LONGEST_NAME))
    _add(_add(_add(payment, "DbtrAcct"), "Id"), "IBAN", file.account)
    _agent(_add(_add(payment, "DbtrAgt"), "FinInstnId"), file)
    _add(payment, "ChrgBr", "SLEV")
    for one in transfers:
        _transfer(payment, one)
    indent(document)
    body: bytes = tostring(document, encoding="utf-8", xml_declaration=True)
    return body


def _totals(element: Element, transfers: Sequence[RefundTransfer]) -> None:
    total = sum(one.amount.amount for one in transfers)
    _add(element, "NbOfTxs", str(len(transfers)))
    _add(element, "CtrlSum", _euros(Money(total, "EUR")))


def _agent(agent: Element, file: TransferFile) -> None:
    if file.bic:
        _add(agent, "BIC" if file.version == "03" else "BICFI", file.bic)
    else:
        _add(_add(agent, "Othr"), "Id", "NOTPROVIDED")


def _transfer(payment: Element, one: RefundTransfer) -> None:
    transfer = _add(payment, "CdtTrfTxInf")
    _add(_add(transfer, "PmtId"), "EndToEndId", one.end_to_end)
    amount = _add(_add(transfer, "Amt"), "InstdAmt", _euros(one.amount))
    amount.set("Ccy", one.amount.currency)
    _add(_add(transfer, "Cdtr"), "Nm", plain(one.payee, longest=_LONGEST_NAME))
    _add(_add(_add(transfer, "CdtrAcct"), "Id"), "IBAN", one.account)
    told = f"Refund of order {one.number:06d}"
    _add(_add(transfer, "RmtInf"), "Ustrd", plain(told, longest=_LONGEST_TEXT))


def _add(parent: Element, name: str, text: str = "") -> Element:
    namespace = parent.tag.partition("}")[0]
    child = SubElement(parent, f"{namespace}}}{name}")
    if text:
        child.text = text
    return child


def _euros(amount: Money) -> str:
    assert amount.currency == "EUR", "SEPA transfers are in euros"
    return f"{amount.amount // 100}.{amount.amount % 100:02d}"


def plain(text: str, *, longest: int) -> str:
    """In the characters that every bank takes, as far as they can be told.

    >>> plain("Åsa Mäkinen-O’Neill ☃", longest=70)
    "Asa Makinen-O'Neill"
    """
    folded = normalize("NFKD", text.replace("’", "'").translate(_SPECIAL))
    ascii_only = folded.encode("ascii", "ignore").decode()
    return " ".join(_OUTSIDE.sub(" ", ascii_only).split())[:longest].strip() or "-"
