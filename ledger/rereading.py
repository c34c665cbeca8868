"""Kept messages read again: the same stamps and the same cases, or it is told what is new."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from ledger.case import case_id
from ledger.case_stamps import CaseKind
from ledger.doors import Unreadable
from ledger.foreseeing import Foresight, foresee
from ledger.intake import FETCHED, Intake
from ledger.receiving import receive
from ledger.reports import Report

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


class Shelf(Protocol):
    """What reading again needs of the inbox, and nothing more."""

    def archive(self, since: datetime | None) -> Iterator[Archived]:
        """Every message received since a moment, the oldest first."""
        ...

    def open(self, id: UUID) -> Opened | None:
        """A message as it came; None when its key was destroyed."""
        ...

    def mark(self, id: UUID, state: str, *, error: str | None = None) -> None:
        """What became of it; done stays done."""
        ...


class Meaning(StrEnum):
    """What a message comes to when it is read again. `NEW` and `UNREADABLE` are findings.

    `SETTLED` cannot be read either, but a person has resolved its case.
    """

    SAME = "same"
    NEW = "new"
    UNREADABLE = "unreadable"
    SETTLED = "settled"
    UNTRUSTED = "untrusted"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """One message and what it comes to; `facts` names those that the ledger does not hold.

    `homeless`: some of it is a case, because no order of ours is known to be meant.
    """

    message: Archived
    meaning: Meaning
    facts: tuple[str, ...] = ()
    homeless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """Reads the archive again. With `commit` new news is stamped, as if it came just now."""

    shelf: Shelf
    intake: Intake
    commit: bool = False

    def run(self, since: datetime | None) -> Iterator[Reread]:
        """Every message since a moment, one by one.

        With `commit`, news that found no order is looked at again at the end, until nothing more
        finds one: what a refund needs may have been told in a later message.
        """
        homeless: list[Archived] = []
        for message in self.shelf.archive(since):
            reread = self._reread(message)
            if reread.homeless:
                homeless.append(message)
            yield reread
        while self.commit and homeless:
            still = [message for message in homeless if self._reread(message).homeless]
            homeless = still if len(still) < len(homeless) else []

    def _reread(self, message: Archived) -> Reread:
        door = self.intake.doors.get(message.door)
        if message.verdict not in TRUSTED or door is None:
            return Reread(message=message, meaning=Meaning.UNTRUSTED)
        opened = self.shelf.open(message.id)
        if opened is None:
            return Reread(message=message, meaning=Meaning.ERASED)
        try:
            return self._understood(message, door.reread(opened.body))
        except Unreadable:
            case = self.intake.cases.get(case_id(message.id, CaseKind.UNBOUND_FACT))
            meaning = Meaning.SETTLED if case.resolved else Meaning.UNREADABLE
            return Reread(message=message, meaning=meaning)

    def _understood(self, message: Archived, reports: Sequence[Report]) -> Reread:
        seen = [self._foreseen(report) for report in reports]
        facts = tuple(
            type(report.fact).__name__
            for report, what in zip(reports, seen, strict=True)
            if what in _NEW
        )
        if self.commit and facts:
            self._receive(reports, message)
        return Reread(
            message=message,
            meaning=Meaning.NEW if facts else Meaning.SAME,
            facts=facts,
            homeless=any(what in _HOMELESS for what in seen),
        )

    def _foreseen(self, report: Report) -> Foresight:
        orders, cases, find = self.intake.orders, self.intake.cases, self.intake.find
        return foresee(report, orders=orders, cases=cases, find=find)

    def _receive(self, reports: Sequence[Report], message: Archived) -> None:
        orders, cases, find = self.intake.orders, self.intake.cases, self.intake.find
        at, evidence = self.intake.clock(), message.hash
        for report in reports:
            if self._foreseen(report) in _NEW:
                receive(report, orders=orders, cases=cases, find=find, evidence=evidence, at=at)
        self.shelf.mark(message.id, "done")
