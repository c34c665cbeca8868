"""What a stamp changes in the refund that it is about."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from ledger.kernel.changing import fields_of
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.refund import Refund
from ledger.order.stamps import (
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    ManualRefund,
    Refunded,
    RefundFailed,
)
from ledger.order.tries import CallState, Tries


class RefundSoFar(TypedDict):
    """The fields of a `Refund` that is being folded, one by one. A test compares the two."""

    correlation_id: UUID
    payment: UUID | None
    first_position: int
    request: CreateRefundRequest | None
    requested_at: datetime | None
    tries: Tries
    accepted: Mapping[str, Money]
    settled: Mapping[str, Money]
    failed: Mapping[str, str]
    names: Mapping[int, str]
    refusals: Mapping[int, str]
    refusal: str
    failed_position: int
    made_at: datetime | None
    failed_at: datetime | None
    manual: Money | None
    last_position: int


_UNTOLD: RefundSoFar = fields_of(Refund(correlation_id=UUID(int=0), payment=None, first_position=0))


def first_told(stamp: Any, recorded: Recorded) -> RefundSoFar:
    """The refund that begins with this stamp; one that we never asked for may begin with any."""
    one = _UNTOLD.copy()
    one["correlation_id"] = recorded.correlation_id
    one["payment"] = getattr(stamp, "payment", None)
    one["first_position"] = recorded.position
    return one


def _asked(one: RefundSoFar, stamp: CreateRefundRequest, recorded: Recorded) -> None:
    one["payment"] = stamp.payment
    one["request"] = stamp
    one["requested_at"] = recorded.happened_at
    one["tries"] = {**one["tries"], stamp.try_number: CallState.REQUESTED}


def _accepted(one: RefundSoFar, stamp: CreateRefundSuccess, recorded: Recorded) -> None:
    one["payment"] = stamp.payment
    if stamp.try_number not in one["refusals"]:
        one["tries"] = {**one["tries"], stamp.try_number: CallState.ACCEPTED}
    one["accepted"] = {**one["accepted"], stamp.provider_reference: stamp.amount}
    one["names"] = {**one["names"], stamp.try_number: stamp.provider_reference}
    one["made_at"] = _earliest(one["made_at"], recorded)


def _refused(one: RefundSoFar, stamp: CreateRefundFailure, recorded: Recorded) -> None:
    """A refusal is final for its try: what of it was accepted, before or after, failed."""
    one["tries"] = {**one["tries"], stamp.try_number: CallState.REFUSED}
    one["refusals"] = {**one["refusals"], stamp.try_number: stamp.code}
    one["refusal"] = stamp.code
    if one["names"].get(stamp.try_number) not in one["failed"]:
        _failed_now(one, recorded)


def _settled(one: RefundSoFar, stamp: Refunded, recorded: Recorded) -> None:
    one["payment"] = stamp.payment
    one["settled"] = {**one["settled"], stamp.provider_reference: stamp.amount}
    one["made_at"] = _earliest(one["made_at"], recorded)


def _failed(one: RefundSoFar, stamp: RefundFailed, recorded: Recorded) -> None:
    one["payment"] = stamp.payment
    refused = [one["names"].get(number) for number in one["refusals"]]
    if stamp.provider_reference not in one["failed"] and stamp.provider_reference not in refused:
        _failed_now(one, recorded)
    one["failed"] = {**one["failed"], stamp.provider_reference: stamp.code}


def _failed_now(one: RefundSoFar, recorded: Recorded) -> None:
    one["failed_position"] = recorded.position
    one["failed_at"] = _earliest(one["failed_at"], recorded)


def _earliest(known: datetime | None, recorded: Recorded) -> datetime | None:
    """By the provider's own time, where it tells one: it is the same in any order of the news."""
    told = recorded.occurred_at
    return told if known is None or (told is not None and told < known) else known


def _by_hand(one: RefundSoFar, stamp: ManualRefund, recorded: Recorded) -> None:
    one["manual"] = stamp.amount


# News of a refund, by type of stamp.
NEWS: Mapping[type, Callable[[RefundSoFar, Any, Recorded], None]] = {
    CreateRefundRequest: _asked,
    CreateRefundSuccess: _accepted,
    CreateRefundFailure: _refused,
    Refunded: _settled,
    RefundFailed: _failed,
    ManualRefund: _by_hand,
}
