"""What one order's stamps say of money at a provider."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from ledger.reconciling.records import Holder, Kind, OurRecord, State
from ledger.recorded import Recorded
from ledger.stamps import (
    CreatePaymentRequest,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    Refunded,
    RefundFailed,
)

# The later word wins, whichever was stamped first: a failure is final (SPEC P10).
_RANK = (State.UNDER_WAY, State.DONE, State.FAILED)
MOVING = (
    "PAID",
    "CREATE_REFUND_SUCCESS",
    "REFUNDED",
    "REFUND_FAILED",
    "DISPUTED",
    "DISPUTE_CLOSED",
)


def our_records(history: Sequence[Recorded], books: Holder) -> Iterable[OurRecord]:
    """Each payment, refund and dispute of an order once, as it stands, of this provider only."""
    known: dict[tuple[Kind, str], OurRecord] = {}
    for one in _told(history, books):
        before = known.setdefault((one.kind, one.reference), one)
        state = max(before.state, one.state, key=_RANK.index)
        at = min(before.at, one.at)
        known[one.kind, one.reference] = replace(before, state=state, at=at)
    return known.values()


def _told(history: Sequence[Recorded], books: Holder) -> Iterator[OurRecord]:
    payments = _payments(history, books)
    opened = {
        one.stamp.provider_reference: one.stamp
        for one in history
        if isinstance(one.stamp, Disputed) and one.stamp.payment in payments
    }
    for one in history:
        stamp = one.stamp
        match stamp:
            case Paid() if one.correlation_id in payments:
                yield _record(Kind.PAYMENT, State.DONE, one, stamp)
            case CreateRefundSuccess() if stamp.payment in payments:
                yield _record(Kind.REFUND, State.UNDER_WAY, one, stamp)
            case Refunded() if stamp.payment in payments:
                yield _record(Kind.REFUND, State.DONE, one, stamp)
            case RefundFailed() if stamp.payment in payments:
                yield _record(Kind.REFUND, State.FAILED, one, stamp)
            case Disputed() if stamp.payment in payments:
                yield _record(Kind.DISPUTE, State.UNDER_WAY, one, stamp)
            case DisputeClosed(provider_reference=reference) if reference in opened:
                ended = State.FAILED if stamp.won else State.DONE
                yield _record(Kind.DISPUTE, ended, one, opened[reference])
            case _:
                pass


def _record(
    kind: Kind,
    state: State,
    recorded: Recorded,
    stamp: Paid | CreateRefundSuccess | Refunded | RefundFailed | Disputed,
) -> OurRecord:
    return OurRecord(
        kind=kind,
        reference=stamp.provider_reference,
        amount=stamp.amount,
        state=state,
        at=recorded.happened_at,
        order=recorded.stream,
    )


def _payments(history: Sequence[Recorded], books: Holder) -> set[UUID]:
    """The correlation ids of payments at these books; money of another mode is not in them."""
    asked = {
        one.correlation_id: (one.stamp.provider, one.stamp.account, one.stamp.live)
        for one in history
        if isinstance(one.stamp, CreatePaymentRequest)
    }
    here = (books.name, books.account, books.live)
    paid = {
        one.correlation_id
        for one in history
        if isinstance(one.stamp, Paid) and one.stamp.provider == books.name
    }
    return {one for one in {*asked, *paid} if asked.get(one, here) == here}
