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

    @property
    def behind_since(self) -> datetime | None:
        """When the first stamp that lies ahead of it was recorded."""
        ...


class Stopped(Protocol):
    """A stream whose rows no longer follow, since the stamp at a position."""

    @property
    def stream(self) -> UUID: ...

    @property
    def position(self) -> int: ...

    @property
    def error(self) -> str: ...


class LetterCount(Protocol):
    """Letters in a state; `waiting` are to go out still."""

    @property
    def state(self) -> str: ...

    @property
    def waiting(self) -> bool: ...

    @property
    def many(self) -> int: ...

    @property
    def since(self) -> datetime | None: ...

    @property
    def changed_at(self) -> datetime | None: ...


class IntentCount(Protocol):
    """Questions of a kind that a provider has not answered."""

    @property
    def kind(self) -> str: ...

    @property
    def provider(self) -> str: ...

    @property
    def many(self) -> int: ...

    @property
    def since(self) -> datetime | None: ...


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

    def orders_named(
        self,
        text: str,
        *,
        number: int | None,
        email_index: str | None,
        shop: str | None = None,
        limit: int = 50,
    ) -> Sequence[UUID]:
        """Orders with this number, keyed e-mail, or reference or identifier; the newest first."""
        ...

    def order_of_person(self, shop: str, number: int, email_index: str) -> UUID | None:
        """The order of this number, if it is of this person."""
        ...

    def unpaid_due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Orders whose time to pay is over."""
        ...

    def checkpoints(self) -> Sequence[Behind]:
        """How far each projection has come."""
        ...

    def stopped_lanes(self) -> Sequence[Stopped]:
        """The streams that stand still."""
        ...

    def count_letters(self, now: datetime) -> Sequence[LetterCount]:
        """How many letters there are, by state."""
        ...

    def count_intents(self) -> Sequence[IntentCount]:
        """How many questions to providers are open, by kind and provider."""
        ...

    def pending_migrations(self) -> Sequence[str]:
        """What `migrate` would apply."""
        ...

    def diff(self, *, progress: Callable[[int, int], None]) -> Iterator[Difference]:
        """Every row that is not as derived from the ledger, of one moment."""
        ...
