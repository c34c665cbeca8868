"""What waits for a person, as the lists have it."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.views.lane import EVERY, Lane
from adapters.postgres.views.tables import row_of
from projections.cases import CaseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Homeless:
    """A case of news that no order could take, and the kept message that told it."""

    case: UUID
    message: UUID
    door: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCount:
    """Open cases of a kind, the oldest of them opened at `since`."""

    kind: str
    severity: str
    many: int
    since: datetime


class CaseQueries:
    """What the worker, the desk and the commands ask about cases."""

    @abstractmethod
    def _read(self, name: str, *parameters: Any) -> list[tuple[Any, ...]]: ...

    def cases(self, state: str = "open") -> Sequence[CaseRow]:
        """The cases in a state (open or resolved), oldest first."""
        return [row_of(CaseRow, values) for values in self._read("views_read_cases", state)]

    def desk(
        self,
        state: str,
        shops: Sequence[str],
        *,
        homeless: bool,
        at: datetime,
        limit: int,
        keeper: str | None = None,
    ) -> Sequence[CaseRow]:
        """Cases about orders of these shops, and those of no shop if wanted: the worst first.

        A state is open, asleep (put aside, and not back at this time) or resolved.
        """
        found = self._read("views_read_desk", state, [*shops], homeless, limit, at, keeper)
        return [row_of(CaseRow, values) for values in found]

    def count_desk(
        self, shops: Sequence[str], *, homeless: bool, at: datetime
    ) -> Sequence[DeskCount]:
        """How many of them are open and not put aside, by kind."""
        found = self._read("views_count_desk", [*shops], homeless, at)
        return [row_of(DeskCount, values) for values in found]

    def cases_about(self, order: UUID) -> Sequence[CaseRow]:
        """The open cases about one order, the oldest first."""
        return [row_of(CaseRow, values) for values in self._read("views_read_cases_about", order)]

    def open_case_ids(self) -> Sequence[UUID]:
        """The cases that wait for a person."""
        return [case for (case,) in self._read("views_read_open_case_ids")]

    def alarming_cases(
        self, opened_before: datetime, limit: int = 100, *, offset: int = 0
    ) -> Sequence[UUID]:
        """Critical cases that wait since then, and of which nobody was told."""
        found = self._read("views_read_alarming_cases", opened_before, limit, offset)
        return [case for (case,) in found]

    def returning_cases(
        self, asked_before: datetime, limit: int = 100, *, lane: Lane = EVERY, offset: int = 0
    ) -> Sequence[UUID]:
        """Cases whose money a provider was asked back for, without an answer."""
        found = self._read("views_read_returning_cases", asked_before, limit, *lane.chosen, offset)
        return [case for (case,) in found]

    def homeless_news(
        self, verdicts: Sequence[str], limit: int = 1000, *, doors: Lane = EVERY, offset: int = 0
    ) -> Sequence[Homeless]:
        """News kept as cases, whose order may have turned up since."""
        found = self._read("views_read_homeless_news", [*verdicts], limit, *doors.chosen, offset)
        return [row_of(Homeless, values) for values in found]

    def cases_of_orders(
        self, kinds: Sequence[str], limit: int = 200, *, offset: int = 0
    ) -> Sequence[tuple[UUID, UUID]]:
        """Open cases of these kinds with the orders that they are about, the oldest first."""
        found = self._read("views_read_cases_of_orders", [*kinds], limit, offset)
        return [(case, order) for case, order in found]

    def count_cases(self) -> Sequence[tuple[str, str, str, int]]:
        """How many cases there are, by kind, severity and state."""
        return [tuple(row) for row in self._read("views_count_cases")]
