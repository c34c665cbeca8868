"""One row with all that a check may need to judge it."""

from dataclasses import dataclass
from uuid import UUID

from ledger.audit.findings import Finding
from ledger.audit.raw_rows import RawRow
from ledger.audit.rows import Frame
from ledger.audit.streams import State
from ledger.codec import Encoded
from ledger.kernel.events import Recorded
from ledger.order.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row, its stream just before it, and what it means.

    `leaf` is the hash of the row's bytes, None for values that no committer could have hashed.
    `version_before` is the head of its stream. `frame` holds the schema version, the sealed part
    and the body of a row that can be read, and is empty otherwise. `stamp` and `again` (the same
    stamp encoded once more) are None where the row cannot be read; `fault` tells why, or why it
    does not fold.
    """

    row: RawRow
    leaf: bytes | None
    version_before: int
    frame: Frame
    stamp: Recorded | None = None
    again: Encoded | None = None
    before: State | None = None
    after: State | None = None
    fault: str = ""

    @property
    def order(self) -> Order | None:
        """The order before this row; None if it is not one, or has no terms yet."""
        if isinstance(self.before, Order) and self.before.placed is not None:
            return self.before
        return None

    @property
    def type(self) -> str:
        """The stored name."""
        return self.row[3]

    def finding(self, law: str, text: str) -> Finding:
        """A finding about this row."""
        return finding(self.row[0], self.row[1], law=law, text=text)


def finding(position: int, stream: bytes, *, law: str, text: str) -> Finding:
    """A finding about a row."""
    return Finding(law=law, position=position, stream=UUID(bytes=stream), text=text)
