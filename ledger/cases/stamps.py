"""Every stamp a case can hold. Field names are storage format: never rename."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import stamp
from ledger.kernel.money import Money


class CaseKind(StrEnum):
    """What a person must resolve."""

    UNMATCHED_MONEY = "unmatched_money"
    UNBOUND_FACT = "unbound_fact"
    CONTRADICTION = "contradiction"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    MONEY_TO_RETURN = "money_to_return"
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
    PAYMENT_OVERDUE = "payment_overdue"
    POISON_STAMP = "poison_stamp"
    PAYMENT_UNKNOWN = "payment_unknown"
    WEBHOOK_DISABLED = "webhook_disabled"
    CHECK_IN_CONFLICT = "check_in_conflict"
    VOUCHER_STUCK = "voucher_stuck"
    VOUCHERS_STOPPED = "vouchers_stopped"
    VOUCHERS_OVER = "vouchers_over"


class Severity(StrEnum):
    """How soon a person should look."""

    CRITICAL = "critical"
    WARNING = "warning"


class Action(StrEnum):
    """What resolved a case. The last two are ours: news found its order, or its cause is over."""

    ASSIGN = "assign"
    RETURN = "return"
    RETRY = "retry"
    CLOSE = "close"
    BOUND = "bound"
    SETTLED = "settled"


@stamp("CASE_OPENED", version=2, binding=("kind", "order"), sealed=("payer_reference",))
class CaseOpened:
    """Something needs a person. `text` says what, impersonally; `about` names its cause.

    Money that arrived and is nobody's, or is kept ready, has a `payment_reference`: what its
    provider calls the payment when it shall go back. `payer_reference` is what the payer wrote.
    """

    kind: CaseKind
    severity: Severity
    text: str
    order: UUID | None = None
    provider: str = ""
    provider_reference: str = ""
    amount: Money | None = None
    about: str = ""
    account: str = ""
    live: bool = False
    payment_reference: str = ""
    payer_reference: str | None = None


@stamp("CASE_RESOLVED", sealed=("reason",))
class CaseResolved:
    """A person resolved the case, or its cause went away."""

    action: str
    order: UUID | None = None
    reason: str | None = None


@stamp(
    "CASE_RETURN_REQUESTED",
    occurrence=("try_number",),
    binding=("amount", "payment_reference"),
    sealed=("reason",),
)
class CaseReturnRequested:
    """Intent: a provider is about to be asked to send back money that is nobody's."""

    provider: str
    payment_reference: str
    amount: Money
    try_number: int = 1
    reason: str | None = None


@stamp("CASE_RETURN_ACCEPTED", occurrence=("try_number",), binding=("amount", "provider_reference"))
class CaseReturnAccepted:
    """The provider accepted to send the money back. It may still fail."""

    amount: Money
    provider_reference: str
    try_number: int = 1


@stamp("CASE_RETURN_REFUSED", occurrence=("try_number",))
class CaseReturnRefused:
    """The provider refused to send the money back; nothing moved."""

    code: str
    try_number: int = 1


@stamp("CASE_RETURN_FAILED", occurrence=("provider_reference",), binding=("amount",))
class CaseReturnFailed:
    """A return that was accepted failed after all: the money is here again, the case open."""

    amount: Money
    provider_reference: str
    code: str


@stamp("CASE_ALARM_STARTED", occurrence=("try_number",))
class CaseAlarmStarted:
    """Appending this claims the alarm about a critical case: only one sender can."""

    try_number: int


@stamp("CASE_ALARM_RAISED", occurrence=("try_number",))
class CaseAlarmRaised:
    """People were told of a critical case by some channels. Those that `failed` are tried on."""

    try_number: int
    channels: tuple[str, ...]
    failed: tuple[str, ...] = ()


@stamp("CASE_SNOOZED", binding=("until",), sealed=("reason",))
class CaseSnoozed:
    """A person puts the case aside: it is back by itself at `until`, or at once without one."""

    until: datetime | None = None
    reason: str | None = None


@stamp("CASE_HANDED", binding=("to",))
class CaseHanded:
    """Somebody looks after the case from now on: `to` is their actor, or empty for nobody."""

    to: str = ""


CaseStamp = (
    CaseOpened
    | CaseResolved
    | CaseReturnRequested
    | CaseReturnAccepted
    | CaseReturnRefused
    | CaseReturnFailed
    | CaseAlarmStarted
    | CaseAlarmRaised
    | CaseSnoozed
    | CaseHanded
    | Erased
)
