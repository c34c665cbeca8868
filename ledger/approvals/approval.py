"""One approval: who asked for what, until when, and what a second person said."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ledger.approvals.stamps import (
    ApprovalDeclined,
    ApprovalGiven,
    ApprovalRequested,
    ApprovalStamp,
)
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.refusals import ApprovalOver, OwnApproval, UnknownApproval


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval as it stands. `reason` is why it was declined; sealed, as the request's is."""

    id: UUID
    version: int = 0
    asked: ApprovalRequested | None = None
    asked_by: str = ""
    asked_at: datetime | None = None
    given_by: str = ""
    declined_by: str = ""
    reason: str | None = None
    erased: bool = False

    @property
    def request(self) -> ApprovalRequested:
        """What was asked; raises `UnknownApproval` where nobody asked."""
        if self.asked is None:
            raise UnknownApproval
        return self.asked

    def state(self, at: datetime) -> str:
        """One of open, given, declined, expired."""
        if self.given_by:
            return "given"
        if self.declined_by:
            return "declined"
        return "expired" if self.asked is not None and at >= self.asked.until else "open"


def fold_approval(id: UUID, history: Iterable[Recorded[object]]) -> Approval:
    """The approval as it stands after these stamps."""
    approval = Approval(id=id)
    for recorded in history:
        approval = evolve_approval(approval, recorded)
    return approval


def evolve_approval(approval: Approval, recorded: Recorded[object]) -> Approval:
    """The approval after one more stamp."""
    approval, stamp = replace(approval, version=recorded.version), recorded.stamp
    if not isinstance(stamp, ApprovalStamp):
        raise Foreign(stamp)
    match stamp:
        case ApprovalRequested():
            return replace(
                approval, asked=stamp, asked_by=recorded.actor, asked_at=recorded.recorded_at
            )
        case ApprovalGiven():
            return replace(approval, given_by=recorded.actor)
        case ApprovalDeclined():
            return replace(approval, declined_by=recorded.actor, reason=stamp.reason)
        case Erased():
            asked = replace(approval.asked, reason=None) if approval.asked else None
            return replace(approval, asked=asked, reason=None, erased=True)
        case _:
            assert_never(stamp)


def give(approval: Approval, *, actor: str, at: datetime) -> ApprovalGiven:
    """The word of a second person; raises `OwnApproval`, `ApprovalOver`, `UnknownApproval`.

    Who asked is told by identity: another session of theirs is they, too.
    """
    _require_open(approval, at)
    if actor == approval.asked_by:
        raise OwnApproval
    return ApprovalGiven()


def decline(approval: Approval, *, reason: str, at: datetime) -> ApprovalDeclined:
    """No; whoever asked may say so, too. Raises `ApprovalOver`, `UnknownApproval`."""
    _require_open(approval, at)
    return ApprovalDeclined(reason=reason)


def _require_open(approval: Approval, at: datetime) -> None:
    if approval.asked is None:
        raise UnknownApproval
    if approval.state(at) != "open":
        raise ApprovalOver
