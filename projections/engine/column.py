"""Whole numbers as a column holds them, also those of an old ledger that are larger."""

_LARGEST = 2**63 - 1


def column(value: int) -> int:
    """A whole number, or the nearest that a column holds.

    >>> column(3500), column(10**30) == 2**63 - 1
    (3500, True)
    """
    return max(-_LARGEST, min(value, _LARGEST))
