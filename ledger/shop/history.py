"""How a shop came to be as it is: every change with who, when, what was, what is, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from ledger.kernel.events import Recorded
from ledger.shop.changes import Change, changes_by
from ledger.shop.shop import Shop, evolve_shop, fold_shop
from ledger.shop.stamps import ChangeExplained, SeriesResumed


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopEdit:
    """Stamps of a shop that were appended together. `id` is their correlation id.

    `before` and `after` are the shop around them. `undoes` names the edit that this one took
    back. `reason` is None where nobody gave one, or its key is gone.
    """

    id: UUID
    at: datetime
    actor: str
    stamps: Sequence[object]
    before: Shop
    after: Shop

    @property
    def changes(self) -> Sequence[Change]:
        """Every value that it changed."""
        return changes_by(self.stamps, self.before)

    @property
    def reason(self) -> str | None:
        """Why, as whoever did it said."""
        return next((one.reason for one in self._explained()), None)

    @property
    def undoes(self) -> UUID | None:
        """Which edit it took back, if it did."""
        return next((one.undoes for one in self._explained()), None)

    def _explained(self) -> Iterator[ChangeExplained]:
        return (one for one in self.stamps if isinstance(one, ChangeExplained))


def edits(shop: UUID, history: Sequence[Recorded[object]]) -> Sequence[ShopEdit]:
    """Every edit of a shop, the oldest first. Gaps in series of numbers are none."""
    found, before = [], fold_shop(shop, ())
    for id, together in groupby(history, key=lambda one: one.correlation_id):
        recorded, after = [*together], before
        for one in recorded:
            after = evolve_shop(after, one)
        if not all(isinstance(one.stamp, SeriesResumed) for one in recorded):
            found.append(
                ShopEdit(
                    id=id,
                    at=recorded[0].recorded_at,
                    actor=recorded[0].actor,
                    stamps=[one.stamp for one in recorded],
                    before=before,
                    after=after,
                )
            )
        before = after
    return found
