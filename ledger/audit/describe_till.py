"""Stamps of shifts at a till, each in a sentence for auditors."""

from typing import assert_never

from ledger.kernel.money import spoken
from ledger.till import stamps as till_stamps


def of_till(one: till_stamps.TillStamp) -> str:
    """What a stamp says."""
    match one:
        case till_stamps.ShiftOpened():
            return f"A shift at the till of {one.shop_slug} opened with {spoken(one.opening)}"
        case till_stamps.SaleRung():
            return f"Sold at the door for {spoken(one.amount)}, {one.way}"
        case till_stamps.SaleVoided():
            return f"A sale for {spoken(one.amount)} was a mistake, handed back as {one.way}"
        case till_stamps.CashMoved():
            return f"Cash {'put in' if one.inward else 'taken out'}: {spoken(one.amount)}"
        case till_stamps.ShiftClosed():
            return f"The shift closed, {spoken(one.counted)} counted"
        case _:
            assert_never(one)
