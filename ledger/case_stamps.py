"""Every stamp a case can hold. Field names are storage format: never rename."""

from enum import StrEnum
from uuid import UUID

from ledger.money import Money
from ledger.stamp import stamp


class CaseKind(StrEnum):
    """What a person must resolve."""

    UNMATCHED_MONEY = "unmatched_money"
    UNBOUND_FACT = "unbound_fact"
    CONTRADICTION = "contradiction"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    REFUND_REFUSED = "refund_refused"
    REFUND_FAILED = "refund_failed"
    REFUND_UNKNOWN = "refund_unknown"
    LETTER_FAILED = "letter_failed"
    LETTER_UNKNOWN = "letter_unknown"
    DISPUTE = "dispute"
    VOID_FAILED = "void_failed"
    CAPTURE_FAILED = "capture_failed"
    CAPTURED_AFTER_VOID = "captured_after_void"
    AUTHORIZATION_LOST = "authorization_lost"
    POISON_STAMP = "poison_stamp"


class Severity(StrEnum):
    """How soon a person should look."""

    CRITICAL = "critical"
    WARNING = "warning"


@stamp(binding=("kind", "order"))
class CaseOpened:
    """Something needs a person. `text` says what, impersonally; `about` names its cause."""

    kind: CaseKind
    severity: Severity
    text: str
    order: UUID | None = None
    provider: str = ""
    provider_reference: str = ""
    amount: Money | None = None
    about: str = ""


@stamp(sealed=("reason",))
class CaseResolved:
    """A person resolved the case, or its cause went away."""

    action: str
    order: UUID | None = None
    reason: str | None = None


CaseStamp = CaseOpened | CaseResolved
