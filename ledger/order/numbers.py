"""Which stamps draw a number in their commit, and from which series."""

from functools import lru_cache
from itertools import cycle
from operator import mul
from typing import Any
from uuid import UUID

from ledger.order.stamps import OrderPlaced, ReceiptSendStarted
from ledger.shop.stamps import SeriesResumed

PAYMENT_REFERENCES = "payment-references"


@lru_cache(maxsize=256)
def order_numbers(shop: UUID) -> str:
    """Order numbers count per shop (SPEC C5)."""
    return f"orders/{shop}"


@lru_cache(maxsize=256)
def receipt_numbers(shop: UUID) -> str:
    """Receipt numbers count per shop (SPEC R7)."""
    return f"receipts/{shop}"


def series_of(stamp: Any) -> tuple[str, ...]:
    """The series a stamp draws from. A receipt draws with its first try, so resending keeps it."""
    match stamp:
        case OrderPlaced(shop=shop):
            return (order_numbers(shop), PAYMENT_REFERENCES)
        case ReceiptSendStarted(numbered_for=UUID() as shop):
            return (receipt_numbers(shop),)
        case SeriesResumed(series=series):
            return (series,)
        case _:
            return ()


def floor_of(stamp: Any) -> int:
    """The number that a stamp draws is higher than this, whatever was drawn before."""
    return stamp.until - 1 if isinstance(stamp, SeriesResumed) else 0


def payment_reference(year: int, number: int) -> str:
    """Year, seven digits and a check digit with weights 7, 3, 1 from the right (Finnish banks).

    >>> payment_reference(2026, 42)
    '202600000428'
    """
    digits = f"{year}{number:07d}"
    return f"{digits}{_check_digit(digits)}"


def reference_fits(reference: str) -> bool:
    """Whether a payment reference is digits of which the last one checks the others.

    >>> reference_fits("202600000428"), reference_fits("202600000423"), reference_fits("2")
    (True, False, False)
    """
    digits, check = reference[:-1], reference[-1:]
    written = reference.isascii() and reference.isdigit() and bool(digits)
    return written and check == str(_check_digit(digits))


def _check_digit(digits: str) -> int:
    weighed: int = sum(map(mul, map(int, reversed(digits)), cycle((7, 3, 1))))
    return -weighed % 10
