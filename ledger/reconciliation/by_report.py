"""A provider that lists nothing, but brings a report of a period to our door when it is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.reconciliation.by_reference import Unlisted
from ledger.reconciliation.records import Period, Row, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One payout of the provider's. `bank_reference` is what the bank account shows it by."""

    id: str
    bank_reference: str
    settled_at: datetime | None


class Reporting(Protocol):
    """What is needed of such a provider. Whatever asks raises `ProviderAway`.

    What asks for a report returns the name that the inbox will know it by. A report of more than
    `most_rows` does not fit through the door: one that has as many may leave some out.
    """

    most_rows: int

    def hindrance(self) -> str:
        """Why no report can be brought here; empty where it can."""
        ...

    def ask(self, period: Period, *, now: datetime) -> str:
        """Ask for everything that was begun in a period, whatever came of it."""
        ...

    def ask_settlement(self, id: str, *, now: datetime) -> str:
        """Ask for everything that came with one payout."""
        ...

    def settlements(self, period: Period) -> Sequence[Settlement | Unread]:
        """The payouts of a period, the oldest first."""
        ...

    def accept(
        self, address: str, body: bytes, headers: Mapping[str, str], *, now: datetime
    ) -> str:
        """The name of a report that was brought; raises `Unreadable` for what nobody asked for."""
        ...

    def read(self, body: bytes) -> Sequence[Row | Unread]:
        """The rows of a report, brought or downloaded; raises `Unreadable` for what is none."""
        ...


@dataclass(frozen=True, slots=True)
class Reported:
    """Both ways to the books of such a provider."""

    by_name: Unlisted
    by_report: Reporting
