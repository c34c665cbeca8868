"""The story of an order in the order in which one thing led to another.

Providers tell late, twice and backwards: a refund may be reported as returned before the answer
that it was accepted has come. What must have come first is told first.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.order import stamps

# Within one attempt or refund, whatever has a lower step came before one of a higher step.
_STEPS: Mapping[type, int] = {
    stamps.CreatePaymentRequest: 0,
    stamps.CreatePaymentSuccess: 1,
    stamps.PaymentPending: 2,
    stamps.PaymentFailed: 2,
    stamps.Authorized: 3,
    stamps.CreateCaptureRequest: 4,
    stamps.Paid: 5,
    stamps.Disputed: 6,
    stamps.DisputeClosed: 7,
    stamps.CreateRefundRequest: 10,
    stamps.CreateRefundSuccess: 11,
    stamps.Refunded: 12,
    stamps.RefundFailed: 13,
}
_REFUNDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A stamp in its place, and when people may be told that it happened."""

    recorded: Recorded[object]
    at: datetime


def in_causal_order(history: Sequence[Recorded[object]]) -> list[Told]:
    """The stamps, causes before effects, at times that never run backwards."""
    ordered = [*_ordered(history)]
    times = [min(one.happened_at, one.recorded_at) for one in ordered]
    for place in range(len(ordered) - 1, 0, -1):
        # When an effect is known to have happened, so had its cause, whoever told of it later.
        if ordered[place - 1].version > ordered[place].version:
            times[place - 1] = min(times[place - 1], times[place])
    told, latest = [], None
    for one, at in zip(ordered, times, strict=True):
        latest = at if latest is None else max(latest, at)
        told.append(Told(recorded=one, at=latest))
    return told


def _ordered(history: Sequence[Recorded[object]]) -> Iterator[Recorded[object]]:
    """As they were recorded, but whatever waits for its cause lets that pass."""
    chains: dict[tuple[UUID, bool], list[Recorded[object]]] = defaultdict(list)
    for one in history:
        chains[_chain(one)].append(one)
    emitted: set[int] = set()
    for one in history:
        step = _STEPS.get(type(one.stamp))
        causes = [] if step is None else [c for c in chains[_chain(one)] if _step(c) < step]
        for each in (*sorted(causes, key=_step), one):
            if each.version not in emitted:
                emitted.add(each.version)
                yield each


def _chain(one: Recorded[object]) -> tuple[UUID, bool]:
    """One attempt or one refund: a correlation id may be that of both."""
    return one.correlation_id, _step(one) >= _REFUNDS


def _step(one: Recorded[object]) -> int:
    """What has no step leads to nothing, and nothing waits for it."""
    return _STEPS.get(type(one.stamp), 99)
