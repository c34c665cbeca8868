"""A stamp put before a check of the auditor, and what the check says of it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.audit.findings import Finding, Step
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.order import Order
from tests.kits.spec import ASKED, NOON, ORDER, PAGE, PAID, PLACED, WISH, order_of

BOUGHT = order_of(PLACED, ASKED, PAGE, PAID)
NOTHING = Order(id=ORDER)
SWEDISH = Money(1, "SEK")
A, B, C = b"a" * 16, b"b" * 16, b"c" * 16
Check = Callable[[Step], Iterable[Finding]]


def step(
    before: Any, stamp: Any, *, under: UUID = WISH, stream: UUID = ORDER, at: datetime = NOON
) -> Step:
    """A stamp as the next one of a stream."""
    told = Recorded[object](
        stream=stream,
        version=2,
        position=9,
        recorded_at=at,
        stamp=stamp,
        correlation_id=under,
        actor="staff:ada",
    )
    row = (9, stream.bytes, 2, type(stamp).__name__, 0, under.bytes, "", b"", None, b"", b"leaf")
    return Step(
        row=row, leaf=b"leaf", version_before=1, frame=(1, b"", b""), stamp=told, before=before
    )


def says(check: Check, before: Any, stamp: Any, **place: Any) -> list[str]:
    """The laws that are broken, each with its text; each finding names the row."""
    found = [*check(step(before, stamp, **place))]
    for one in found:
        assert (one.position, one.stream) == (9, place.get("stream", ORDER))
    return [f"{one.law}: {one.text}" for one in found]


def laws(check: Check, before: Any, stamp: Any, **place: Any) -> list[str]:
    return [one.partition(":")[0] for one in says(check, before, stamp, **place)]
