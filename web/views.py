"""What the web and the commands ask of the projections, and nothing more."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from projections.cases import CaseRow


class Behind(Protocol):
    """How many stamps a projection is behind the ledger."""

    @property
    def name(self) -> str: ...

    @property
    def lag(self) -> int: ...


class Difference(Protocol):
    """A row that readers see, and the one they should see; None where there is none."""

    @property
    def projection(self) -> str: ...

    @property
    def key(self) -> tuple[str, ...]: ...

    @property
    def live(self) -> object: ...

    @property
    def derived(self) -> object: ...


class Views(Protocol):
    """They may lag behind the ledger by a moment: decisions ask the ledger."""

    def cases(self, state: str = "open") -> Sequence[CaseRow]:
        """The cases in a state (open or resolved), oldest first."""
        ...

    def count_cases(self) -> Sequence[tuple[str, str, str, int]]:
        """Kind, severity, state, how many."""
        ...

    def order_of(self, provider: str, reference: str) -> UUID | None:
        """The order that a provider's name belongs to, if it is one."""
        ...

    def unpaid_due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Orders whose time to pay is over."""
        ...

    def checkpoints(self) -> Sequence[Behind]:
        """How far each projection has come."""
        ...

    def pending_migrations(self) -> Sequence[str]:
        """What `migrate` would apply."""
        ...

    def diff(self, *, progress: Callable[[int, int], None]) -> Iterator[Difference]:
        """Every row that is not as derived from the ledger, of one moment."""
        ...
