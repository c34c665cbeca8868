"""Shifts at tills: whose they are, when they began, whether they go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.till.shift import Shift
from projections.engine.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """A shift, and who opened it: a person, a program or a command."""

    stream: UUID
    shop: str
    actor: str
    opened_at: datetime


def shifts(shift: Shift) -> Sequence[ShiftRow]:
    """One row from its opening on."""
    if shift.opened is None or shift.opened_at is None:
        return ()
    return (
        ShiftRow(
            stream=shift.id,
            shop=shift.opened.shop_slug,
            actor=shift.actor,
            opened_at=shift.opened_at,
        ),
    )


SHIFTS = Projection(name="shifts", version=1, row=ShiftRow, key=(), rows={Shift: shifts})
