"""Messages that we asked a provider for: kept and understood like those that it brought."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.cases.service import Cases
from ledger.inbox.bind import Find
from ledger.inbox.ports import Evidence, Inbox, WebhookDoor
from ledger.inbox.receive import NotTied, receive
from ledger.inbox.report import Report
from ledger.order.service import Orders
from ledger.payments.message import Message

# How the inbox says that we fetched a message ourselves, so that nobody had to sign it.
FETCHED = "fetched"


class Archive(Inbox, Protocol):
    """What fetching needs of the inbox, and nothing more."""

    def find(self, provider: str, provider_event_id: str, body: bytes) -> Evidence | None:
        """The message that was kept under this name with this body, if it was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Takes in what was fetched. Taking the same in again keeps nothing and stamps nothing."""

    orders: Orders
    cases: Cases
    find: Find
    archive: Archive
    doors: Mapping[str, WebhookDoor]
    clock: Callable[[], datetime]

    def reports(self, message: Message) -> Sequence[Report]:
        """What a message says; raises `ledger.payments.message.BadMessage`."""
        return self.doors[message.provider].reread(message.body)

    def take(self, message: Message, *, find: Find | None = None) -> Sequence[UUID | None]:
        """Keep a message and stamp what it says; the order of each report, None for a case.

        `find` knows orders that the views may not show yet.
        """
        kept = self.keep(message)
        went_to = self.stamp(self.reports(message), kept.hash, find=find)
        self.archive.mark(kept.id, "done")
        return went_to

    def stamp(
        self, reports: Sequence[Report], evidence: str, *, find: Find | None = None
    ) -> Sequence[UUID | None]:
        """Stamp what was reported by a message with this hash."""
        return [self._receive(report, evidence, find=find) for report in reports]

    def stamp_patiently(self, reports: Sequence[Report], evidence: str) -> bool:
        """False where a payment waits for its page to bear it out: it is to be read again."""
        borne_out = True
        for report in reports:
            try:
                self._receive(report, evidence, patient=True)
            except NotTied:
                borne_out = False
        return borne_out

    def _receive(
        self, report: Report, evidence: str, *, find: Find | None = None, patient: bool = False
    ) -> UUID | None:
        return receive(
            report,
            orders=self.orders,
            cases=self.cases,
            find=find or self.find,
            evidence=evidence,
            at=self.clock(),
            patient=patient,
        )

    def keep(self, message: Message) -> Evidence:
        """Keep a message before it is understood. The same state again is kept once."""
        known = self.archive.find(message.provider, message.name, message.body)
        return known or self.archive.keep(
            message.provider,
            message.provider,
            body=message.body,
            headers={},
            verdict=FETCHED,
            provider_event_id=message.name,
            received_at=self.clock(),
        )
