"""One row with all that a check may need to judge it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ledger.audit.finding import Finding
from ledger.audit.rows import Frame, StoredRow, Totals
from ledger.audit.streams import State
from ledger.codec import Encoded
from ledger.order.state import Order
from ledger.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row, the ledger just before it, and what it means.

    `last` is the row before it in the ledger, `version_before` the head of its stream,
    `numbers_before` the last number of each series. `frame` holds the schema version, the sealed
    part and the body of a row that can be read, and is empty otherwise. `stamp` and `again` (the
    same stamp encoded once more) are None where the row cannot be read; `fault` tells why, or why
    it does not fold. `seats` are the totals of the quotas that this row touched, as derived from
    all stamps so far.
    """

    ledger: UUID
    row: StoredRow
    last: StoredRow | None
    version_before: int
    numbers_before: Mapping[str, int]
    frame: Frame
    stamp: Recorded | None = None
    again: Encoded | None = None
    before: State | None = None
    after: State | None = None
    fault: str = ""
    seats: Mapping[UUID, Totals] = field(default_factory=dict)

    @property
    def order(self) -> Order | None:
        """The order before this row; None if it is not one, or has no terms yet."""
        if isinstance(self.before, Order) and self.before.placed is not None:
            return self.before
        return None

    def finding(self, law: str, text: str) -> Finding:
        """A finding about this row."""
        return Finding(law=law, position=self.row.position, stream=self.row.stream, text=text)
