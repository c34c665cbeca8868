"""A report as CSV (RFC 4180): numbers with a point, times with their offset, no formulas."""

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO

from adapters.report_files.flat_table import FlatTable, Plain, harmless


def comma_separated(table: FlatTable, titles: Sequence[str]) -> bytes:
    """In UTF-8 with a mark, so that spreadsheets know."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(one) for one in titles])
    writer.writerows([_written(one) for one in row] for row in (*table.rows, *table.totals))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _written(value: Plain) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)
