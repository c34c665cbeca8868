"""An order in each situation of the table of transitions, and each thing that can happen to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from ledger.kernel.erasure import Ground
from ledger.kernel.events import derived
from ledger.kernel.refusals import Refusal
from ledger.order import commands as c
from ledger.order import stamps as s
from ledger.order import transitions as t
from ledger.order.decide import decide
from ledger.order.letters_due import letters_due
from ledger.order.next_step import next_step
from ledger.order.observe import observe
from ledger.order.options import ASKED
from ledger.order.order import Order
from ledger.order.status import Status, status
from ledger.order.transitions import Event, Situation, Transition
from ledger.shop.stamps import Release, Surplus
from tests.kits import spec
from tests.kits.spec import ATTEMPT, NOON, OUTSIDE, PRICE, SECOND, WISH, eur, put
from tests.kits.ticket_codes import wanted_by

BY_CARD = (spec.PLACED, spec.ASKED, spec.PAGE, spec.PAID)
BY_HAND = (replace(spec.ASKED, provider="manual"), replace(spec.PAID, provider="manual"))
KEPT_READY = (spec.LATER, spec.ASKED, spec.PAGE, spec.AUTHORIZED)
UNPAID = (spec.PLACED, spec.ASKED, spec.PAGE, spec.TIMED_OUT, spec.RELEASED)
LETTER: dict[str, Any] = {"letter": s.Letter.PAID, "try_number": 1}
SENT = s.ReceiptSent(**LETTER, message_id="<1>", body_hash="h")
LINKED = (*BY_CARD, spec.ISSUED, s.ReceiptSendStarted(**LETTER), SENT, spec.LINK)
LET_IN = (*LINKED[:-1], put(spec.CHECKED_IN, under=spec.SCAN))
BY_STAFF = s.Cancelled(cause=s.Cause.STAFF, reason="sold twice")
HALF = eur(3500)
PART = (
    replace(spec.REFUND_ASKED, cause=s.Cause.STAFF, amount=HALF),
    replace(spec.REFUND_ACCEPTED, amount=HALF),
    replace(spec.REFUNDED, amount=HALF),
)
WISHED = (*BY_CARD, spec.LINK, spec.REFUND_ASKED)
GONE = (*WISHED, spec.REFUND_ACCEPTED, spec.CANCELLED, spec.RELEASED)
SEATED = (
    spec.releasing(Release.AT_REFUND_SETTLED),
    *WISHED[1:],
    spec.REFUND_ACCEPTED,
    spec.CANCELLED,
)

BY_PIECE = (
    replace(
        spec.PLACED,
        lines=(replace(spec.LINE, quotas=(spec.WEEKEND,)),),
        cancellation=replace(spec.POLICY, parts=True),
    ),
    *BY_CARD[1:],
    spec.LINK,
)
PIECE = (
    replace(spec.REFUND_ASKED, amount=HALF, pieces=(s.Pieces(line=0, quantity=1),)),
    replace(spec.REFUND_ACCEPTED, amount=HALF),
)
PIECE_GONE = (
    s.OrderAmended(pieces=PIECE[0].pieces, amount=HALF, fee=eur(0), cause=s.Cause.CUSTOMER),
    s.SeatsReleased(pieces=PIECE[0].pieces),
    replace(spec.REFUNDED, amount=HALF),
)

STACKS: Mapping[Situation, tuple[Any, ...]] = {
    Situation.PLACED: (spec.PLACED,),
    Situation.PAGE_OPEN: (spec.PLACED, spec.ASKED, spec.PAGE),
    Situation.AT_THE_BANK: (spec.PLACED, spec.ASKED, spec.PAGE, spec.PENDING),
    Situation.UNDERPAID: (spec.PLACED, spec.ASKED, replace(spec.PAID, amount=eur(3000))),
    Situation.DECLINED: (spec.PLACED, spec.ASKED, spec.PAGE, spec.DECLINED),
    Situation.IN_GRACE: KEPT_READY,
    Situation.GRACE_OVER: KEPT_READY,
    Situation.CAPTURE_ASKED: (*KEPT_READY, spec.CAPTURE_ASKED),
    Situation.PAID: BY_CARD,
    Situation.LINK_SENT: LINKED,
    Situation.TOO_LATE: BY_CARD,
    Situation.LET_IN: LET_IN,
    Situation.MOVED: (*BY_CARD, spec.MOVED),
    Situation.SENT_ON: (
        spec.PLACED,
        spec.ASKED_ABOUT,
        spec.ANSWERED,
        *BY_CARD[1:],
        spec.ISSUED,
        s.ReceiptSendStarted(**LETTER),
        SENT,
        spec.SENT_ON,
    ),
    Situation.FREE: (spec.FREE, spec.CONFIRMED_FREE, spec.LINK),
    Situation.BY_HAND: (spec.PLACED, *BY_HAND),
    Situation.OVERPAID: (
        replace(spec.PLACED, overpaid=Surplus.REFUND),
        *BY_CARD[1:],
        put(spec.ASKED, under=SECOND),
        put(spec.PAID_TWICE, under=SECOND),
    ),
    Situation.TIMED_OUT: UNPAID,
    Situation.PAID_TOO_LATE: (*UNPAID, spec.PAID),
    Situation.AUTHORIZED_TOO_LATE: (*UNPAID, spec.AUTHORIZED),
    Situation.MONEY_KEPT: (
        *BY_CARD,
        put(BY_STAFF, under=OUTSIDE),
        put(spec.RELEASED, under=OUTSIDE),
    ),
    Situation.REFUND_ASKED: WISHED,
    Situation.REFUND_ACCEPTED: (*WISHED, spec.REFUND_ACCEPTED),
    Situation.CANCELLED: GONE,
    Situation.UNTIL_SETTLED: SEATED,
    Situation.REFUND_REFUSED: (*WISHED, spec.REFUND_REFUSED),
    Situation.REFUND_FAILED: (*GONE, spec.REFUND_FAILED),
    Situation.RETURNED: (*GONE, spec.REFUNDED),
    Situation.SEATS_TO_FREE: (*SEATED, spec.REFUNDED),
    Situation.LINK_TO_PARTS: BY_PIECE,
    Situation.SOME_LET_IN: (
        *BY_PIECE[:-1],
        *LINKED[len(BY_CARD) : -1],
        put(spec.CHECKED_IN, under=spec.SCAN),
        spec.LINK,
    ),
    Situation.PIECE_ACCEPTED: (*BY_PIECE, *PIECE),
    Situation.PIECE_CANCELLED: (*BY_PIECE, *PIECE, *PIECE_GONE),
    Situation.PARTLY_RETURNED: (*BY_CARD, *(put(one, under=OUTSIDE) for one in PART)),
    Situation.DISPUTED: (*BY_CARD, spec.DISPUTED),
    Situation.CHARGED_BACK: (*BY_CARD, spec.DISPUTED, spec.LOST),
}
_TIMES: Mapping[Situation, timedelta] = {
    Situation.GRACE_OVER: timedelta(hours=2),
    Situation.CAPTURE_ASKED: timedelta(hours=2),
    Situation.LINK_SENT: timedelta(minutes=6, seconds=30),
    Situation.TOO_LATE: timedelta(days=15),
}
_SOON, _LONG = timedelta(minutes=30), timedelta(days=30)


def order_in(situation: Situation) -> tuple[Order, datetime]:
    """An order in this situation, and the time at which it is."""
    return spec.order_of(*STACKS[situation]), NOON + _TIMES.get(situation, _SOON)


def _ours(order: Order, under: UUID | None = None) -> dict[str, Any]:
    return {"correlation_id": under or derived(order.id, "ours"), "actor": "ledger"}


def _payment(order: Order) -> UUID:
    return next((one.correlation_id for one in order.paid_attempts), ATTEMPT)


def _release(order: Order, at: datetime) -> c.OrderCommand:
    return c.ReleaseSeats(**_ours(order, order.cancelled), at=at)


def _retake(order: Order, at: datetime) -> c.OrderCommand:
    return c.RetakeSeats(**_ours(order), at=at, payment=_payment(order))


def _return(order: Order, at: datetime) -> c.OrderCommand:
    cause = s.Cause.LATE_PAYMENT
    return c.ReturnPayment(**_ours(order), at=at, payment=_payment(order), cause=cause)


def _letter(order: Order, at: datetime, *, words: int = 0) -> c.OrderCommand:
    due = next((one for one in letters_due(order) if one.is_due(at)), None)
    cause, letter = (due.correlation_id, due.letter) if due else (ATTEMPT, s.Letter.PAID)
    claimed = {**_ours(order, cause), "letter": letter, "tickets": wanted_by(order)}
    return c.StartLetter(**claimed, at=at, try_number=1, words=words)


WISHES: Mapping[Event, Callable[[Order, datetime], c.OrderCommand | None]] = {
    **ASKED,
    t.COMPLETE: lambda order, at: c.CompleteCancellation(**_ours(order, WISH), at=at),
    t.RELEASE: _release,
    t.RETAKE: _retake,
    t.RETURN: _return,
    t.VOID: lambda order, at: c.VoidAuthorization(**_ours(order), at=at, payment=ATTEMPT),
    t.CANCEL_WITH_SHOP: lambda order, at: c.CancelWithShop(**_ours(order), at=at, reason="rain"),
    t.MOVE_WITH_SHOP: lambda order, at: c.MoveWithShop(
        **_ours(order),
        at=at,
        move=OUTSIDE,
        starts_at=spec.OPENING + timedelta(days=90),
        reason={"en": "rain"},
    ),
    t.ERASE: lambda order, at: c.ErasePerson(
        **_ours(order), at=spec.OPENING + timedelta(days=2), ground=Ground.ASKED
    ),
    t.ADDRESS_BUYER: lambda order, at: c.AddressBuyer(
        **_ours(order), at=at, mailing=WISH, about_order=True
    ),
    t.START_LETTER: _letter,
    t.START_WORDED: partial(_letter, words=7),
    t.NEXT_STEP: next_step,
    t.TIME_TO_PAY_OVER: lambda order, at: c.CancelUnpaid(**_ours(order), at=at + _LONG),
    t.TIME_TO_CAPTURE: lambda order, at: c.CaptureAuthorization(**_ours(order, ATTEMPT), at=at),
}
ASSIGNED = s.PaymentAssigned(
    case=OUTSIDE,
    amount=PRICE,
    provider="stripe",
    account="acct_1",
    live=False,
    payment_reference="pi_9",
)
NEWS: Mapping[Event, Any] = {
    t.PAGE_MADE: spec.PAGE,
    t.PAGE_REFUSED: spec.NO_PAGE,
    t.PENDING: spec.PENDING,
    t.DECLINED: spec.DECLINED,
    t.PAGE_OVER: spec.EXPIRED,
    t.AUTHORIZED: spec.AUTHORIZED,
    t.CAPTURE_REFUSED: spec.CAPTURE_REFUSED,
    t.VOIDED: spec.VOIDED,
    t.VOID_REFUSED: spec.VOID_REFUSED,
    t.LAPSED: spec.LAPSED,
    t.PAID: spec.PAID,
    t.ASSIGNED: put(ASSIGNED, under=OUTSIDE),
    t.REFUND_ACCEPTED: spec.REFUND_ACCEPTED,
    t.REFUND_REFUSED: spec.REFUND_REFUSED,
    t.REFUNDED: spec.REFUNDED,
    t.REFUND_FAILED: spec.REFUND_FAILED,
    t.DISPUTED: spec.DISPUTED,
    t.WON: spec.WON,
    t.LOST: spec.LOST,
    t.PAID_OUT: spec.PAID_OUT,
    t.LETTER_SENT: SENT,
    t.LETTER_FAILED: s.ReceiptFailed(**LETTER, code="550", permanent=True),
    t.LETTER_UNKNOWN: s.ReceiptUnknown(**LETTER),
}


@dataclass(frozen=True)
class Outcome:
    """What came of an event: the stamps or the refusal, and the word before and after."""

    stamps: tuple[type, ...]
    refusal: Refusal | None
    before: Status
    after: Status

    def agrees_with(self, row: Transition) -> bool:
        """Whether the table says the same."""
        if self.refusal is not None:
            code = getattr(self.refusal, "code", "")
            return (type(self.refusal), code) == (row.refusal, row.code)
        word = row.to or self.before
        return row.refusal is None and (self.stamps, self.after) == (row.stamps, word)

    def __str__(self) -> str:
        if self.refusal is not None:
            return f"refuses {type(self.refusal).__name__} {getattr(self.refusal, 'code', '')}"
        made = "+".join(one.__name__ for one in self.stamps) or "silence"
        return f"{made} → {self.after}"


def happens(event: Event, situation: Situation) -> Outcome:
    """What really comes of it: the deciders are asked, and what they stamp is folded."""
    order, at = order_in(situation)
    before = status(order)
    try:
        stamps, under = stamps_of(event, order, at)
    except Refusal as refusal:
        return Outcome((), refusal, before, before)
    after = order
    for one in stamps:
        after = spec.after(after, one, under=under, at=at)
    return Outcome(tuple(map(type, stamps)), None, before, status(after))


def stamps_of(event: Event, order: Order, at: datetime) -> tuple[Sequence[Any], UUID]:
    """What the deciders stamp then, and under which correlation id; raises what they refuse."""
    if event in NEWS:
        told = NEWS[event] if isinstance(NEWS[event], spec.Put) else put(NEWS[event])
        return observe(told.stamp, told.under, order), told.under
    command = WISHES[event](order, at)
    if command is None:
        return (), ATTEMPT
    return decide(command, order), command.correlation_id


def differences(event: Event) -> Iterator[str]:
    """Where the table says something else of an event than the code does, or nothing at all."""
    for situation in Situation:
        told = happens(event, situation)
        try:
            row = t.row_of(event, situation)
        except LookupError:
            yield f"{situation.name}: no row; the code says: {told}"
        else:
            if not told.agrees_with(row):
                yield f"{situation.name}: the table says {row}; the code says: {told}"
