"""What waits for a person, and what people have resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.cases.case import Case
from projections.engine.projection import Projection, column


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case in a list. Its stream is its id; the amount is in minor units.

    `order_id` is the order that it is about, or that its money turned out to be for.

    `evidence` is the hash of the message that it was opened for, `alarming` whether people must
    still be told, `returning_since` when its money was asked back without an answer. It is put
    aside until `asleep_until`, if that is to come; `keeper` is who looks after it.
    """

    stream: UUID
    kind: str
    severity: str
    state: str
    order_id: UUID | None
    provider: str
    provider_reference: str
    amount: int | None
    currency: str | None
    opened_at: datetime
    text: str
    evidence: str | None
    alarming: bool
    returning_since: datetime | None
    asleep_until: datetime | None
    keeper: str


def cases(case: Case) -> Sequence[CaseRow]:
    """One row, as soon as the case was opened."""
    opened = case.opened
    if opened is None or case.opened_at is None:
        return ()
    row = CaseRow(
        stream=case.id,
        kind=str(opened.kind),
        severity=str(opened.severity),
        state=case.state,
        order_id=case.about_order,
        provider=opened.provider,
        provider_reference=opened.provider_reference,
        amount=column(opened.amount.amount) if opened.amount else None,
        currency=opened.amount.currency if opened.amount else None,
        opened_at=case.opened_at,
        text=opened.text,
        evidence=case.evidence,
        alarming=case.alarming,
        returning_since=case.returned.requested_at if case.returned.unanswered else None,
        asleep_until=case.snooze.until if case.snooze else None,
        keeper=case.keeper,
    )
    return (row,)


CASES = Projection(name="cases", version=4, row=CaseRow, key=(), rows={Case: cases})
