"""Kept messages read again: the same stamps and the same cases, or it is told what is new."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from ledger.cases.case import Case, case_id
from ledger.cases.service import Cases
from ledger.cases.stamps import Action, CaseKind, CaseResolved
from ledger.inbox.bind import Find
from ledger.inbox.ports import Report, Tampered
from ledger.inbox.receive import FETCHED, Foresight, Intake, cause_of, foresee, receive
from ledger.kernel.events import derived
from ledger.order.service import Orders
from ledger.payments.provider import BadMessage

_KINDS = (CaseKind.UNMATCHED_MONEY, CaseKind.UNBOUND_FACT)
TRUSTED = ("signed", FETCHED)
_NEW = (Foresight.STAMP, Foresight.CASE)
_HOMELESS = (Foresight.CASE, Foresight.OPEN_CASE)


class Archived(Protocol):
    """A message as the inbox lists it. `hash` is what the stamps read from it carry."""

    @property
    def id(self) -> UUID: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def provider(self) -> str: ...
    @property
    def door(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def hash(self) -> str: ...


class Opened(Protocol):
    """A message as it came."""

    @property
    def body(self) -> bytes: ...


class KeptMessages(Protocol):
    """What reading again needs of the inbox, and nothing more."""

    def archive(self, since: datetime | None) -> Iterator[Archived]:
        """Every message received since a moment, the oldest first."""
        ...

    def open(self, id: UUID) -> Opened | None:
        """A message as it came; None when it was erased. Raises `ledger.inbox.ports.Tampered`."""
        ...

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """What became of it; done stays done."""
        ...


class Meaning(StrEnum):
    """What a message comes to when it is read again. `NEW`, `UNREADABLE`, `TAMPERED` are findings.

    `SETTLED` cannot be read either, but a person has resolved its case.
    """

    SAME = "same"
    NEW = "new"
    UNREADABLE = "unreadable"
    SETTLED = "settled"
    UNTRUSTED = "untrusted"
    ERASED = "erased"
    TAMPERED = "tampered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """One message and what it comes to; `facts` names those that the ledger does not hold."""

    message: Archived
    meaning: Meaning
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxReplay:
    """Reads the archive again. With `commit` new news is stamped, as if it came just now.

    News that finds no order waits until everything else is read, and longer: what a refund needs
    may have been told in a later message. Only what nothing explains is a case in the end.
    """

    shelf: KeptMessages
    intake: Intake
    commit: bool = False
    _learned: dict[tuple[str, str], UUID] = field(default_factory=dict, init=False)

    def run(self, since: datetime | None) -> Iterator[Reread]:
        """Every message since a moment, one by one."""
        late: list[Archived] = []
        yield from self._round(self.shelf.archive(since), late)
        before = None
        while len(late) != before:
            before, again, late = len(late), late, []
            yield from self._round(again, late)
        for message in late:
            found = self._reread(message, last=True)
            assert found is not None, "nothing waits any longer"
            yield found

    def _round(self, messages: Iterable[Archived], late: list[Archived]) -> Iterator[Reread]:
        """Those that can be told now; the others go to `late`."""
        for message in messages:
            found = self._reread(message, last=not self.commit)
            if found is None:
                late.append(message)
            else:
                yield found

    def _reread(self, message: Archived, *, last: bool) -> Reread | None:
        door = self.intake.doors.get(message.door)
        if message.verdict not in TRUSTED or door is None:
            return Reread(message=message, meaning=Meaning.UNTRUSTED)
        try:
            opened = self.shelf.open(message.id)
        except Tampered:
            return Reread(message=message, meaning=Meaning.TAMPERED)
        if opened is None:
            return Reread(message=message, meaning=Meaning.ERASED)
        try:
            return self._understood(message, door.reread(opened.body), last=last)
        except BadMessage:
            case = self.intake.cases.get(case_id(message.id, CaseKind.UNBOUND_FACT))
            meaning = Meaning.SETTLED if case.resolved else Meaning.UNREADABLE
            return Reread(message=message, meaning=meaning)

    def _understood(
        self, message: Archived, reports: Sequence[Report], *, last: bool
    ) -> Reread | None:
        foreseen = [self._foreseen(report) for report in reports]
        if not last and any(one in _HOMELESS for one in foreseen):
            return None
        new = [one for one, is_new in zip(reports, foreseen, strict=True) if is_new in _NEW]
        if self.commit and new:
            for report in new:
                self._stamp(report, message)
            self.shelf.mark(message.id, "done")
        facts = tuple(type(one.fact).__name__ for one in new)
        return Reread(message=message, meaning=Meaning.NEW if new else Meaning.SAME, facts=facts)

    def _foreseen(self, report: Report) -> Foresight:
        orders, cases = self.intake.orders, self.intake.cases
        return foresee(report, orders=orders, cases=cases, find=self._find)

    def _stamp(self, report: Report, message: Archived) -> None:
        order = receive(
            report,
            orders=self.intake.orders,
            cases=self.intake.cases,
            find=self._find,
            evidence=message.hash,
            at=self.intake.clock(),
        )
        if order is not None:
            named = getattr(report.fact, "provider_reference", report.reference)
            for reference in (named, report.reference):
                self._learned[report.provider, reference] = order

    def _find(self, provider: str, reference: str) -> UUID | None:
        """What this run has stamped is known, even where the views lag behind."""
        return self._learned.get((provider, reference)) or self.intake.find(provider, reference)


def look_again(
    case: UUID,
    reports: Sequence[Report],
    *,
    orders: Orders,
    cases: Cases,
    find: Find,
    evidence: str,
    at: datetime,
) -> Case:
    """The case after its message was received again; resolved if an order took what it tells.

    Each report goes where it would go if it came just now; told again it changes nothing.
    """
    if cases.get(case).state != "open":
        return cases.get(case)
    for report in reports:
        order = receive(report, orders=orders, cases=cases, find=find, evidence=evidence, at=at)
        if order is not None and case in _cases_of(report):
            _resolve(cases, case, order)
    return cases.get(case)


def _cases_of(report: Report) -> tuple[UUID, ...]:
    return tuple(case_id(cause_of(report), kind) for kind in _KINDS)


def _resolve(cases: Cases, case: UUID, order: UUID) -> None:
    bound = CaseResolved(action=Action.BOUND, order=order)
    cases.stamp(
        case,
        lambda now: (bound,) if now.state == "open" else (),
        correlation_id=derived(case, "bound"),
        actor="ledger",
    )
