"""Which stamps an order has seen, newest first. Adding one copies nothing."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from msgspec import Struct

from ledger.kernel.events import bound, occurrence_of


class Seen(Struct, frozen=True, eq=False):
    """One stamp under its correlation id, and all that were seen before it.

    It tells no two orders apart: those that stand alike are alike, in whichever order the news
    came.
    """

    before: "Seen | None"
    cause: UUID
    stamp: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "Seen(…)"


def known(seen: Seen | None, correlation_id: UUID, one: object) -> tuple[Any, ...] | None:
    """The binding values of the stamp with this identity; None if there is none (law 3)."""
    occurrence = occurrence_of(one)
    for earlier in _each(seen):
        alike = earlier.cause == correlation_id and type(earlier.stamp) is type(one)
        if alike and occurrence_of(earlier.stamp) == occurrence:
            return bound(earlier.stamp)
    return None


def only(seen: Seen | None, correlation_id: UUID, kinds: tuple[type, ...]) -> bool:
    """Whether all that was seen is of these kinds, under this correlation id."""
    return all(one.cause == correlation_id and isinstance(one.stamp, kinds) for one in _each(seen))


def _each(seen: Seen | None) -> Iterator[Seen]:
    while seen is not None:
        yield seen
        seen = seen.before
