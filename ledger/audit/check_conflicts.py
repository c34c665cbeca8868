"""Whether people were told of every conflict at the doors: the case of each was opened."""

from collections.abc import Iterator, Sequence

from ledger.audit.findings import ConflictNews, Finding, finding
from ledger.cases.case import case_id
from ledger.cases.stamps import CaseKind, CaseOpened
from ledger.kernel.events import Recorded
from ledger.order.issues import troubles_at_doors
from ledger.order.order import Order
from ledger.order.stamps import TicketCheckedIn, TicketCheckedOut, TicketCheckInUndone

TOLD_AT_DOORS: frozenset[type] = frozenset(
    {TicketCheckedIn, TicketCheckedOut, TicketCheckInUndone, CaseOpened}
)
# A worker opens it at once. One that stood still for longer is to be looked at, too. Microseconds.
_LATEST = 3 * 24 * 60 * 60 * 1_000_000


def conflict_news(
    one: Recorded[object], stream: bytes, after: object, at: int
) -> Iterator[ConflictNews]:
    """Which cases an order calls for after a scan; or that such a case was opened."""
    said = one.stamp
    if isinstance(said, CaseOpened):
        if said.kind == CaseKind.CHECK_IN_CONFLICT:
            yield one.position, stream, at, True, ()
    elif isinstance(after, Order):
        kind = CaseKind.CHECK_IN_CONFLICT
        wanted = (case_id(one.correlation_id, kind) for one in troubles_at_doors(after))
        yield one.position, stream, at, False, tuple(sorted(case.bytes for case in wanted))


class ConflictCheck:
    """SPEC A8, over all streams: two people with one ticket, or a bad one, are a case in days.

    Keeps the orders with conflicts and the cases of conflicts: few of all there are.
    """

    def __init__(self) -> None:
        self._opened: set[bytes] = set()
        self._called_for: dict[bytes, tuple[int, int, tuple[bytes, ...]]] = {}

    def take(self, news: Sequence[ConflictNews]) -> None:
        """The next news, which come in the order of positions."""
        for position, stream, at, opened, cases in news:
            if opened:
                self._opened.add(stream)
            elif cases:
                known = self._called_for.get(stream)
                if known is None or known[2] != cases:
                    self._called_for[stream] = position, at, cases
            else:
                self._called_for.pop(stream, None)

    def at_end(self, last: int) -> Iterator[Finding]:
        """Conflicts of which nobody was told, though time enough went by until the last stamp."""
        for stream, (position, at, cases) in self._called_for.items():
            missing = sum(case not in self._opened for case in cases)
            if missing and last - at > _LATEST:
                text = f"{missing} conflicts at a door without their case"
                text = text if missing > 1 else "a conflict at a door without its case"
                yield finding(position, stream, law="A8", text=text)
