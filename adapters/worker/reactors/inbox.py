"""Messages of providers that were kept but not understood yet are read again."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from adapters.providers.named_ids import NamedIds, named_ids
from adapters.worker.reactor import (
    DONE,
    FAILED,
    NOTHING,
    WAITING,
    Clock,
    Progress,
)
from ledger.cases.service import Cases
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.inbox.bind import Find as FindOrder
from ledger.inbox.ports import Report, WebhookDoor, refunds_in_doubt
from ledger.inbox.receive import NotTied, receive
from ledger.inbox.replay_inbox import TRUSTED, Archived, Opened
from ledger.kernel.refusals import UnknownOrder
from ledger.kernel.store import LedgerUnavailable
from ledger.order.service import Orders
from ledger.payments.provider import BadMessage, ProviderAway

_MOST_ATTEMPTS = 10
# Of the ids in a message that cannot be understood, so many are looked up.
_MOST_NAMED = 10


class WaitingMessage(Archived, Protocol):
    """A message that waits, and how often it was tried."""

    @property
    def attempts(self) -> int: ...


class Kept(Protocol):
    """What this reactor needs of the inbox, and nothing more."""

    def open(self, id: UUID) -> Opened | None:
        """A message as it came; None when its key was destroyed."""
        ...

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """Note what became of it: done, failed, or waiting to be tried again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Acts on a message that waits. Reading one twice stamps nothing twice.

    The web has a `head_start` to finish what it began. `look_up` takes in what a provider has on
    record of what a report is about, `look_up_refunds` the refunds of a payment of it; both raise
    `ProviderAway`.
    """

    kept: Kept
    doors: Mapping[str, WebhookDoor]
    orders: Orders
    cases: Cases
    find_order: FindOrder
    clock: Clock
    look_up: Callable[[Report], None] = field(default=lambda report: None)
    look_up_refunds: Callable[[str, str], None] = field(default=lambda provider, payment: None)
    head_start: timedelta = field(default=timedelta(seconds=5))

    def __call__(self, waiting: WaitingMessage) -> Progress:
        """Read a message, if it waits for long enough."""
        if waiting.received_at + self.head_start > self.clock():
            return NOTHING
        try:
            return self._understood(waiting)
        except LedgerUnavailable:
            raise
        except Exception as error:
            return self._again(waiting, type(error).__name__)

    def _understood(self, waiting: WaitingMessage) -> Progress:
        if waiting.verdict not in TRUSTED:
            return self._given_up(waiting, "not signed")
        door, message = self.doors.get(waiting.door), self.kept.open(waiting.id)
        if message is None:
            self.kept.mark(waiting.id, "failed", error="erased")
            return FAILED
        if door is None:
            return self._again(waiting, "no_such_door")
        try:
            reports = door.reread(message.body)
        except BadMessage:
            return self._given_up(waiting, "unreadable")
        try:
            for report in reports:
                self._received(report, waiting)
            if payment := refunds_in_doubt(door, message.body):
                self.look_up_refunds(waiting.provider, payment)
        except ProviderAway:
            return WAITING
        self.kept.mark(waiting.id, "done")
        return DONE

    def _received(self, report: Report, waiting: WaitingMessage) -> None:
        """What no page bears out is looked up; what is not borne out then, is a case."""
        wish = partial(
            receive,
            report,
            orders=self.orders,
            cases=self.cases,
            find=self.find_order,
            evidence=waiting.hash,
            at=self.clock(),
        )
        try:
            wish(patient=True)
        except NotTied:
            self.look_up(report)
            wish()

    def _again(self, waiting: WaitingMessage, error: str) -> Progress:
        if waiting.attempts + 1 >= _MOST_ATTEMPTS:
            return self._given_up(waiting, error)
        self.kept.mark(waiting.id, "waiting", error=error)
        return FAILED

    def _given_up(self, waiting: WaitingMessage, error: str) -> Progress:
        """It stays in the ledger as evidence; a person must look what it says (SPEC P8)."""
        message = self.kept.open(waiting.id) if waiting.verdict in TRUSTED else None
        named = named_ids(message.body) if message is not None else NamedIds()
        text = f"A message of the provider could not be understood: {error}."
        told = {"event": named.event, "object": named.object}
        case = CaseOpened(
            kind=CaseKind.UNBOUND_FACT,
            severity=Severity.CRITICAL,
            text=" ".join([text, *(f"Its {what}: {name}." for what, name in told.items() if name)]),
            order=self._order(waiting.provider, named),
            provider=waiting.provider,
            provider_reference=named.object,
            about=str(waiting.id),
        )
        self.cases.open(case, correlation_id=waiting.id, actor="worker", evidence=waiting.hash)
        self.kept.mark(waiting.id, "failed", error=error)
        return FAILED

    def _order(self, provider: str, named: NamedIds) -> UUID | None:
        """The order that it names, or whose object it is known to be about."""
        for one in named.orders[:_MOST_NAMED]:
            with suppress(UnknownOrder):
                return self.orders.get(one).id
        return self.find_order(provider, named.object) if named.object else None
