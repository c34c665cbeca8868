"""How far what is derived from the ledger has come, and where it differs."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


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
