"""Seat changes, derived from the fold before and after: nobody counts them by hand (law 8)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ledger.kernel.events import Draft, Recorded
from ledger.order.evolve import folded_on
from ledger.order.order import Order

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def after_drafts(order: Order, drafts: Sequence[Draft[object]], at: datetime | None) -> Order:
    """The order as it will stand if these drafts are committed next. Only its seats are meant."""
    at = at or _LONG_AGO
    return folded_on(order, (_expected(*one, order, at) for one in enumerate(drafts, 1)))


def _expected(number: int, draft: Draft[object], order: Order, at: datetime) -> Recorded[object]:
    """As it would be recorded right after the order's last stamp."""
    return Recorded(
        stream=draft.stream,
        version=order.version + number,
        position=order.position + number,
        recorded_at=at,
        stamp=draft.stamp,
        correlation_id=draft.correlation_id,
        actor=draft.actor,
    )
