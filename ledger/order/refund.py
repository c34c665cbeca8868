"""One refund: what was asked back, what was promised, and what really went."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import assert_never
from uuid import UUID

from msgspec import Struct, field

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money, total, zero
from ledger.kernel.values import replace
from ledger.order.stamps import (
    Cause,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    ManualRefund,
    OrderStamp,
    Refunded,
    RefundFailed,
)
from ledger.order.tries import CallState, Tries, last_try, turned_down, waiting

RefundStamp = (
    CreateRefundRequest
    | CreateRefundSuccess
    | CreateRefundFailure
    | Refunded
    | RefundFailed
    | ManualRefund
)

_UNWANTED = (Cause.LATE_PAYMENT, Cause.OVERPAID)
# Of an order cancelled so, the shop owes all that is held, and goes on owing it until it is back.
OWED_BY_SHOP = (Cause.SHOP_CANCELLED, Cause.SHOP_MOVED)

# Said when nothing was made, or by people: a refund that turns up after all was not refused.
NOTHING_MADE = frozenset({"never_made", "refunded_elsewhere", "charge_already_refunded"})


class Refund(Struct, frozen=True, kw_only=True):
    """One refund attempt. `request` is None when it was made at the provider, not by us.

    `names` are what the provider calls what it accepted, `refusals` its words of no, both by the
    number of the try. `failed_position` is where the ledger learned that it had failed; `made_at`
    and `failed_at` are the provider's own times, where it tells them. `swapped`: it is for lines
    that were swapped, and what is `manual` of it was set against a new order.
    """

    correlation_id: UUID
    payment: UUID | None
    first_position: int
    request: CreateRefundRequest | None = None
    requested_at: datetime | None = None
    tries: Tries = field(default_factory=dict)
    accepted: Mapping[str, Money] = field(default_factory=dict)
    settled: Mapping[str, Money] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    refusals: Mapping[int, str] = field(default_factory=dict)
    refusal: str = ""
    failed_position: int = 0
    made_at: datetime | None = None
    failed_at: datetime | None = None
    manual: Money | None = None
    swapped: bool = False
    last_position: int = 0

    @property
    def last_try(self) -> int:
        return last_try(self.tries)

    @property
    def unanswered(self) -> bool:
        """The provider was asked and has not answered: the outcome is unknown."""
        earlier = {name for number, name in self.names.items() if number != self.last_try}
        told = any(name not in earlier for name in (*self.accepted, *self.settled))
        return waiting(self.tries) and not told

    @property
    def was_refused(self) -> bool:
        """The provider refused, and no later report says otherwise."""
        return turned_down(self.tries) and not self.accepted and not self.settled

    @property
    def unwanted(self) -> bool:
        """It returns money that the order did not want: too late, or beyond the price."""
        return self.request is not None and self.request.cause in _UNWANTED

    @property
    def was_accepted(self) -> bool:
        """Some of it was accepted or settled and did not fail afterwards."""
        if self.swapped and self.request is not None:
            return self._stands  # what was set against a new order is no answer to the rest
        return self.manual is not None or self._stands

    @property
    def _stands(self) -> bool:
        return any(name not in self.gone for name in (*self.accepted, *self.settled))

    @property
    def failed_late(self) -> bool:
        """Everything that was accepted failed afterwards."""
        return bool(self.gone) and not self.was_accepted and not self.unanswered

    @property
    def gone(self) -> frozenset[str]:
        """What failed, by the provider's names: told under them, or by refusing their try.

        A name that another try was accepted under stands.
        """
        if not self.refusals:
            return frozenset(self.failed)
        refused = {n for n, code in self.refusals.items() if code not in NOTHING_MADE}
        standing = {name for n, name in self.names.items() if n not in refused}
        accepted = {*self.names.values()}
        if refused and refused == {*self.tries}:
            accepted |= {*self.settled}
        return frozenset({*self.failed, *(accepted - standing)})

    def returned(self, currency: str) -> Money:
        """Money that went back and did not fail."""
        kept = [money for name, money in self.settled.items() if name not in self.gone]
        return total([*kept, self.manual or zero(currency)], currency)

    def pending(self, currency: str) -> Money:
        """Money that is promised: asked for without an answer, or accepted and not settled."""
        if self.unanswered and self.request is not None:
            return self.request.amount
        done = {*self.settled, *self.gone}
        return total([money for name, money in self.accepted.items() if name not in done], currency)


def later(other: Refund, one: Refund) -> bool:
    """Whether the other took the place of one that failed, of the same payment.

    What we decided did, if we knew of the failure by then. News of refunds made at the provider
    has no order of its own in the ledger (law 5): of those, one that went well did, unless the
    provider's own clock says that it was made before the failure.
    """
    if other.payment != one.payment or other.correlation_id == one.correlation_id:
        return False
    if other.request is not None or other.manual is not None:
        return 0 < one.failed_position < other.first_position
    known_before = one.request is not None and other.first_position < one.first_position
    return other.was_accepted and not known_before and not _made_before(other, one)


def _made_before(other: Refund, one: Refund) -> bool:
    if other.made_at is None or one.failed_at is None:
        return False
    return other.made_at < one.failed_at


def told_refund(before: Refund | None, stamp: RefundStamp, recorded: Recorded[object]) -> Refund:
    """The refund after a stamp; one that we never asked for may begin with any."""
    refund = before or Refund(
        correlation_id=recorded.correlation_id,
        payment=None if isinstance(stamp, CreateRefundFailure) else stamp.payment,
        first_position=recorded.position,
    )
    return replace(_told(refund, stamp, recorded), last_position=recorded.position)


def _told(refund: Refund, stamp: RefundStamp, recorded: Recorded[object]) -> Refund:
    match stamp:
        case CreateRefundRequest():
            return replace(
                refund,
                payment=stamp.payment,
                request=stamp,
                requested_at=recorded.happened_at,
                tries={**refund.tries, stamp.try_number: CallState.REQUESTED},
            )
        case CreateRefundSuccess():
            return _accepted(refund, stamp, recorded)
        case CreateRefundFailure():
            return _refused(refund, stamp, recorded)
        case Refunded():
            return replace(
                refund,
                payment=stamp.payment,
                settled={**refund.settled, stamp.provider_reference: stamp.amount},
                made_at=_earliest(refund.made_at, recorded),
            )
        case RefundFailed():
            return _failed(refund, stamp, recorded)
        case ManualRefund():
            return replace(refund, manual=stamp.amount)
        case _:
            assert_never(stamp)


def _accepted(refund: Refund, stamp: CreateRefundSuccess, recorded: Recorded[object]) -> Refund:
    tries = refund.tries
    if stamp.try_number not in refund.refusals:
        tries = {**tries, stamp.try_number: CallState.ACCEPTED}
    return replace(
        refund,
        payment=stamp.payment,
        tries=tries,
        accepted={**refund.accepted, stamp.provider_reference: stamp.amount},
        names={**refund.names, stamp.try_number: stamp.provider_reference},
        made_at=_earliest(refund.made_at, recorded),
    )


def _refused(refund: Refund, stamp: CreateRefundFailure, recorded: Recorded[object]) -> Refund:
    """A refusal is final for its try: what of it was accepted, before or after, failed."""
    known = refund.names.get(stamp.try_number) in refund.failed
    return replace(
        refund if known else _failed_now(refund, recorded),
        tries={**refund.tries, stamp.try_number: CallState.REFUSED},
        refusals={**refund.refusals, stamp.try_number: stamp.code},
        refusal=stamp.code,
    )


def _failed(refund: Refund, stamp: RefundFailed, recorded: Recorded[object]) -> Refund:
    refused = [refund.names.get(number) for number in refund.refusals]
    known = stamp.provider_reference in refund.failed or stamp.provider_reference in refused
    return replace(
        refund if known else _failed_now(refund, recorded),
        payment=stamp.payment,
        failed={**refund.failed, stamp.provider_reference: stamp.code},
    )


def _failed_now(refund: Refund, recorded: Recorded[object]) -> Refund:
    failed_at = _earliest(refund.failed_at, recorded)
    return replace(refund, failed_position=recorded.position, failed_at=failed_at)


def _earliest(known: datetime | None, recorded: Recorded[object]) -> datetime | None:
    """By the provider's own time, where it tells one: it is the same in any order of the news."""
    told = recorded.occurred_at
    return told if known is None or (told is not None and told < known) else known


def under_its_name(fact: OrderStamp, refund: Refund | None) -> OrderStamp:
    """News of this refund under the name that it has; as it came where it fits.

    A provider may name a refund only by the word that we asked with. Such news stands under an
    empty name; whichever name comes first is the refund's, so that its money is never counted
    twice.
    """
    if refund is None:
        return fact
    match fact:
        case CreateRefundSuccess():
            known = refund.names.get(fact.try_number, _nameless(refund))
        case Refunded() | RefundFailed():
            known = _name(refund) if not fact.provider_reference else _nameless(refund)
        case CreateRefundFailure():
            return _failed_after_all(fact, refund)
        case _:
            return fact
    if known is None or (known and fact.provider_reference):
        return fact
    return dataclasses.replace(fact, provider_reference=known)


def _nameless(refund: Refund) -> str | None:
    """The empty name, where the refund has that and no other."""
    return "" if {*refund.accepted, *refund.settled} == {""} else None


def _name(refund: Refund) -> str | None:
    """The newest name; of a refund that has one only by its money, that one."""
    names = [refund.names[number] for number in sorted(refund.names)] or [*refund.settled]
    return names[-1] if names else None


def _failed_after_all(
    fact: CreateRefundFailure, refund: Refund
) -> CreateRefundFailure | RefundFailed:
    """People had said that nothing was made; it was, and now the provider says that it failed."""
    name, amount = refund.names.get(fact.try_number), None
    if name is not None and refund.refusals.get(fact.try_number) in NOTHING_MADE:
        amount = refund.accepted.get(name)
    if name is None or amount is None or refund.payment is None:
        return fact
    return RefundFailed(
        payment=refund.payment, amount=amount, provider_reference=name, code=fact.code
    )
