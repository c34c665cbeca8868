"""Every stamp that an approval can hold. Field names are storage format: never rename."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import stamp
from ledger.kernel.money import Money
from ledger.order.stamps import Pieces


class Act(StrEnum):
    """What is to be done once a second person has said yes."""

    REFUND = "refund"
    REFUND_BY_HAND = "refund_by_hand"
    CANCEL = "cancel"
    CANCEL_PART = "cancel_part"
    SWAP = "swap"
    WITHDRAW_PAYMENT = "withdraw_payment"
    WITHDRAW_CANCELLATION = "withdraw_cancellation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """So many of a product are to come for what goes."""

    product: str
    quantity: int


@stamp(
    "APPROVAL_REQUESTED",
    version=3,
    binding=("order", "act", "amount"),
    sealed=("reason", "account", "payee"),
)
class ApprovalRequested:
    """Somebody asks a second person to agree. Nothing of the order has moved by that.

    `amount` goes back, or is taken back as never received; `until` is when the question is over.
    The other fields say the rest of what was asked, as its command does; `account` is the IBAN
    that money by hand goes to, where it goes by bank, and `payee` whose account it is, where the
    next file for the bank pays it. `instead` is what a new order is placed of, and `price` what
    that was shown to cost.
    """

    order: UUID
    shop: str
    act: Act
    amount: Money
    until: datetime
    payment: UUID | None = None
    pieces: tuple[Pieces, ...] = ()
    by_hand: bool = False
    waive_fee: bool = False
    despite_dispute: bool = False
    instead: tuple[Instead, ...] = ()
    price: Money | None = None
    reason: str | None = None
    account: str | None = None
    payee: str | None = None


@stamp("APPROVAL_GIVEN")
class ApprovalGiven:
    """A second person agreed. What was asked for stands in the order, in the same append."""


@stamp("APPROVAL_DECLINED", sealed=("reason",))
class ApprovalDeclined:
    """A second person said no, or whoever asked took it back."""

    reason: str | None = None


ApprovalStamp = ApprovalRequested | ApprovalGiven | ApprovalDeclined | Erased
