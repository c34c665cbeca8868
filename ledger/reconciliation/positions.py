"""Where in the ledger a moment is."""

from datetime import datetime

from ledger.audit.rows import LedgerRows


def last_before(rows: LedgerRows, since: datetime) -> int:
    """A position before which everything is older: times never run backwards along positions."""
    low, high = 0, rows.head()[0]
    while low < high:
        middle = (low + high) // 2
        found = rows.rows(middle, limit=1)
        if found and found[0].recorded_at < since:
            low = middle + 1
        else:
            high = middle
    return low
