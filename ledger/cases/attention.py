"""Who looks after a case, and when somebody looks at it again: plain functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.cases.case import Case
from ledger.cases.stamps import CaseHanded, CaseSnoozed, CaseStamp
from ledger.kernel.refusals import CaseClosed, SnoozeOutOfRange, UnknownCase
from ledger.order.commands import Command

# Whoever puts a case aside for longer forgets it.
LONGEST_SNOOZE = timedelta(days=92)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeCase(Command):
    """Somebody puts a case aside until then; without a time it is back at once."""

    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCase(Command):
    """A case is handed to somebody, by their actor; to nobody, where it is empty."""

    to: str


AttentionCommand = SnoozeCase | HandCase


def decide_attention(command: AttentionCommand, case: Case) -> Sequence[CaseStamp]:
    """The stamps of a wish about an open case; none where it is so already.

    Raises `UnknownCase`, `CaseClosed`, `SnoozeOutOfRange`.
    """
    if case.opened is None:
        raise UnknownCase
    if case.state != "open":
        raise CaseClosed
    if isinstance(command, HandCase):
        return (CaseHanded(to=command.to),) if command.to != case.keeper else ()
    until = command.until
    if until == (case.snooze.until if case.snooze else None):
        return ()
    if until is not None and not command.at < until <= command.at + LONGEST_SNOOZE:
        raise SnoozeOutOfRange
    return (CaseSnoozed(until=until, reason=command.reason),)
