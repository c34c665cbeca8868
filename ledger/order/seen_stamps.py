"""Which stamps an order has seen, newest first. Adding one copies nothing."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from ledger.kernel.events import bound, occurrence_of

# The stamps before it, its correlation id, the stamp.
Seen = tuple["Seen", UUID, Any] | None


def known(seen: Seen, correlation_id: UUID, one: Any) -> tuple[Any, ...] | None:
    """The binding values of the stamp with this identity; None if there is none (law 3)."""
    occurrence = occurrence_of(one)
    for cause, stamp in _each(seen):
        alike = cause == correlation_id and type(stamp) is type(one)
        if alike and occurrence_of(stamp) == occurrence:
            return bound(stamp)
    return None


def _each(seen: Seen) -> Iterator[tuple[UUID, Any]]:
    while seen is not None:
        seen, cause, stamp = seen
        yield cause, stamp
