"""A bank's file, whichever kind it is."""

from collections.abc import Sequence

from adapters.statements.camt053 import read_camt053
from adapters.statements.mt940 import read_mt940
from ledger.statements.entry import BankStatement
from ledger.statements.faults import StatementUnreadable

LARGEST = 32 * 2**20


def read_statements(content: bytes) -> Sequence[BankStatement]:
    """The statements of a camt.053 or MT940 file. Raises `StatementUnreadable`."""
    if len(content) > LARGEST:
        raise StatementUnreadable("the file is larger than any statement")
    start = content[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    if start.startswith(b"<") or b"<\x00" in content[:4]:
        found = read_camt053(content)
    else:
        found = read_mt940(content)
    if not found:
        raise StatementUnreadable("the file has no statement in it")
    return found
