"""Cells of a table that spreadsheets open: what somebody typed is never a formula there."""


def harmless(text: str) -> str:
    """A spreadsheet takes what begins like this for a formula.

    >>> harmless("=1+1"), harmless("Weekend")
    ("'=1+1", 'Weekend')
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
