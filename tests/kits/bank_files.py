"""Files as banks write them, of transfers that really happened: camt.053 in two versions, MT940."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

ACCOUNT = "FI3715903000000776"


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A movement on the account; `cents` below zero went out. `name` is the bank's own."""

    cents: int
    reference: str = ""
    day: date = date(2027, 1, 12)
    name: str = ""
    reversal: bool = False
    text: str = ""
    payer: str = "Aino Virtanen"
    currency: str = "EUR"
    end_to_end: str = "NOTPROVIDED"
    pending: bool = False
    strange: bool = False

    @property
    def credit(self) -> bool:
        return self.cents > 0


def euros(cents: int) -> str:
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def camt(
    entries: Sequence[Booked], *, version: str = "08", account: str = ACCOUNT, closing: int = 0
) -> bytes:
    """A statement that begins at zero; `closing` falsifies what it ends with."""
    ends = sum(one.cents for one in entries if not one.pending) + closing
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    body = "".join(_ntry(one, version) for one in entries)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{namespace}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2027-01-13T02:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>S1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_bal('OPBD', 0)}{_bal('CLBD', ends)}{body}</Stmt></BkToCstmrStmt></Document>"
    )
    return text.encode()


def _bal(code: str, cents: int) -> str:
    side = "CRDT" if cents >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{euros(cents)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        "<Dt><Dt>2027-01-12</Dt></Dt></Bal>"
    )


def _ntry(one: Booked, version: str) -> str:
    side = "CRDT" if one.credit else "DBIT"
    word = "PDNG" if one.pending else "BOOK"
    state = word if version == "02" else f"<Cd>{word}</Cd>"
    named = f"<Nm>{escape(one.payer)}</Nm>"
    party = named if version == "02" else f"<Pty>{named}</Pty>"
    role = "Dbtr" if one.credit else "Cdtr"
    told = f"<Ustrd>{escape(one.text)}</Ustrd>" if one.text else ""
    if one.reference:
        ref = f"<Strd><CdtrRefInf><Ref>{one.reference}</Ref></CdtrRefInf></Strd>"
        told += ref
    name = f"<AcctSvcrRef>{one.name}</AcctSvcrRef>" if one.name else ""
    reversal = "<RvslInd>true</RvslInd>" if one.reversal else ""
    return (
        f'<Ntry><Amt Ccy="{one.currency}">{euros(one.cents)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"{reversal}<Sts>{state}</Sts><BookgDt><Dt>{one.day}</Dt></BookgDt>{name}"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{one.end_to_end}</EndToEndId></Refs>"
        f"<RltdPties><{role}>{party}</{role}></RltdPties><RmtInf>{told}</RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
    )


def mt940(
    entries: Sequence[Booked], *, account: str = ACCOUNT, names: bool = True, closing: int = 0
) -> bytes:
    """The same in SWIFT's fields, which have room for sixteen characters of the bank's name."""
    lines = [":20:STATEMENT", f":25:{account}EUR", ":28C:1/1", ":60F:C270111EUR0,00"]
    for one in entries:
        mark = ("R" if one.reversal else "") + ("C" if one.credit != one.reversal else "D")
        reference = one.reference if one.reference.isdigit() else ""
        name = f"//{one.name[:16]}" if names and one.name else ""
        amount = euros(one.cents).replace(".", ",")
        day = f"{one.day:%y%m%d}{one.day:%m%d}"
        lines.append(f":61:{day}{mark}{amount}NTRF{reference or 'NONREF'}{name}")
        kref = f"KREF+{one.reference}" if one.reference and not reference else ""
        eref = "" if one.end_to_end == "NOTPROVIDED" else f"EREF+{one.end_to_end}"
        told = f"{eref}{kref}SVWZ+{one.text}" if one.text or kref or eref else "TRANSFER"
        lines += [f":86:{told[:65]}", *([told[65:]] if told[65:] else [])]
    ends = sum(one.cents for one in entries) + closing
    lines += [f":62F:{'C' if ends >= 0 else 'D'}270112EUR{euros(ends).replace('.', ',')}", "-"]
    return "\r\n".join(lines).encode("latin-1")
