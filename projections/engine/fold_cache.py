"""Streams that moved lately, as they stand and as their rows were written, while they fit."""

from collections import OrderedDict
from typing import NamedTuple
from uuid import UUID

from ledger.kernel.events import Recorded
from projections.engine.derive import NO_ROWS, Rows
from projections.engine.projection import State


class Known(NamedTuple):
    """A stream at some moment. `rows` are None where nobody remembers what was written."""

    state: State | None
    rows: Rows | None


BEGINNING = Known(None, NO_ROWS)


class Folds:
    """Streams by identity, each as it stood when last asked for; the longest unasked go first."""

    def __init__(self, *, most: int = 20_000) -> None:
        self._most = most
        self._kept: OrderedDict[UUID, Known] = OrderedDict()

    def before(self, first: Recorded[object]) -> Known | None:
        """A stream as it stood just before this stamp of it; None if it is not remembered."""
        if first.version == 1:
            return BEGINNING
        known = self._kept.get(first.stream)
        if known is None or known.state is None or known.state.version != first.version - 1:
            return None
        return known

    def keep(self, stream: UUID, known: Known) -> None:
        """Remember how a stream stands."""
        self._kept[stream] = known
        self._kept.move_to_end(stream)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, stream: UUID) -> None:
        """Forget one."""
        self._kept.pop(stream, None)

    def forget(self) -> None:
        """Begin anew, from the ledger."""
        self._kept.clear()
