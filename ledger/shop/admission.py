"""Where and when tickets let people in: what no product can say of it."""

import re
from datetime import date

from ledger.shop import limits
from ledger.shop.faults import Fault, Faults, Path, count_faults, slug_faults, texts_faults
from ledger.shop.stamps import Admission

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def admission_faults(path: Path, one: Admission | None) -> Faults:
    """What is wrong with the days, the doors and what is handed out."""
    if one is None:
        return
    yield from count_faults((*path, "days"), len(one.days), limits.DAYS_PER_PRODUCT)
    yield from count_faults((*path, "doors"), len(one.doors), limits.DOORS_PER_PRODUCT)
    for name, listed in (("days", one.days), ("doors", one.doors)):
        twice = [word for place, word in enumerate(listed) if word in listed[:place]]
        for word in twice:
            yield Fault(path=(*path, name), found=f"{word} twice", right="each of them once")
    for day in one.days:
        if not is_day(day):
            right = "days such as 2027-02-12, in the shop's time zone"
            yield Fault(path=(*path, "days"), found=day, right=right)
    for door in one.doors:
        yield from slug_faults((*path, "doors"), door)
    yield from texts_faults((*path, "hand_out"), one.hand_out, limits.HAND_OUT)


def is_day(text: str) -> bool:
    """Whether this is a day as ISO 8601 writes it, within the times that a shop may have.

    >>> is_day("2027-02-12"), is_day("2027-02-30"), is_day("12.2.2027")
    (True, False, False)
    """
    if not _DAY.fullmatch(text):
        return False
    try:
        return limits.EARLIEST.date() <= date.fromisoformat(text) <= limits.LATEST.date()
    except ValueError:
        return False
