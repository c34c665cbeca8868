"""Everything that can happen to an order in each of its situations, and what comes of it.

A description and no engine: the deciders and the fold do not read it. Each of its rows is proven
against them, so that it can be printed (docs/reference/order-states.md), and cannot lie.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.kernel import refusals as no
from ledger.kernel.erasure import Erased
from ledger.kernel.refusals import Refusal
from ledger.order import commands as c
from ledger.order import stamps as s
from ledger.order.status import Status


class Situation(StrEnum):
    """An order that has to be told apart from others with the same status word."""

    PLACED = "placed, and nobody was asked for a payment page"
    PAGE_OPEN = "a payment page is open"
    AT_THE_BANK = "the payment is pending at a bank"
    UNDERPAID = "a part of the price has come"
    DECLINED = "the last word of every try to pay is no"
    IN_GRACE = "authorized, the grace period runs"
    GRACE_OVER = "authorized, the grace period is over"
    CAPTURE_ASKED = "the provider was asked to capture"
    PAID = "paid at a provider, in time to cancel"
    LINK_SENT = "paid, the letter is out, a cancellation link went out just now"
    TOO_LATE = "paid, the time to cancel is over"
    LET_IN = "paid, and a ticket let its holder in"
    MOVED = "paid, told of another start, the choice is open"
    SENT_ON = "paid, asked about its tickets, one of them sent on to its holder"
    FREE = "free and confirmed, a cancellation link is out"
    BY_HAND = "marked as paid"
    OVERPAID = "paid twice, in a shop that returns what is too much"
    TIMED_OUT = "not paid in time"
    PAID_TOO_LATE = "the money came after the time-out"
    AUTHORIZED_TOO_LATE = "the money was kept ready after the time-out"
    MONEY_KEPT = "cancelled by ticket sales, the money kept"
    REFUND_ASKED = "the customer confirmed, the refund is not answered"
    REFUND_ACCEPTED = "the refund was accepted a moment ago"
    CANCELLED = "cancelled, and the refund was accepted"
    UNTIL_SETTLED = "the same where seats are kept until the money is back"
    REFUND_REFUSED = "the refund was refused, nothing is cancelled"
    REFUND_FAILED = "cancelled, then the accepted refund failed"
    RETURNED = "cancelled, and the money is back"
    SEATS_TO_FREE = "the same where seats were kept until then"
    LINK_TO_PARTS = "paid, the link that is out can cancel single pieces"
    SOME_LET_IN = "the same, the letter is out, and one of two tickets let its holder in"
    PIECE_ACCEPTED = "the refund of a piece was accepted a moment ago"
    PIECE_CANCELLED = "a piece is cancelled and its money back, the rest lives"
    PARTLY_RETURNED = "a part of the money is back, the order lives"
    DISPUTED = "the payer's bank disputes the payment"
    CHARGED_BACK = "the payer's bank took the payment back"


_S = Situation
SITUATIONS: Mapping[Status, tuple[Situation, ...]] = {
    Status.NOT_STARTED: (_S.PLACED,),
    Status.PENDING: (_S.PAGE_OPEN, _S.AT_THE_BANK, _S.UNDERPAID),
    Status.FAILED: (_S.DECLINED,),
    Status.AUTHORIZED: (_S.IN_GRACE, _S.GRACE_OVER, _S.CAPTURE_ASKED),
    Status.PAID: (
        _S.PAID,
        _S.LINK_SENT,
        _S.TOO_LATE,
        _S.LET_IN,
        _S.MOVED,
        _S.SENT_ON,
        _S.FREE,
        _S.BY_HAND,
        _S.OVERPAID,
        _S.LINK_TO_PARTS,
        _S.SOME_LET_IN,
    ),
    Status.CANCELLED: (_S.TIMED_OUT, _S.PAID_TOO_LATE, _S.AUTHORIZED_TOO_LATE, _S.MONEY_KEPT),
    Status.REFUND_REQUESTED: (
        _S.REFUND_ASKED,
        _S.REFUND_ACCEPTED,
        _S.PIECE_ACCEPTED,
        _S.CANCELLED,
        _S.UNTIL_SETTLED,
    ),
    Status.REFUND_FAILED: (_S.REFUND_REFUSED, _S.REFUND_FAILED),
    Status.REFUNDED: (_S.RETURNED, _S.SEATS_TO_FREE),
    Status.PARTIALLY_REFUNDED: (_S.PARTLY_RETURNED, _S.PIECE_CANCELLED),
    Status.DISPUTED: (_S.DISPUTED,),
    Status.CHARGED_BACK: (_S.CHARGED_BACK,),
}


class Who(StrEnum):
    """Whose doing something is."""

    CUSTOMER = "The customer"
    STAFF = "Ticket sales"
    DOOR = "The door"
    LEDGER = "The ledger itself"
    TIME = "Time"
    NEWS = "News"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that can happen to an order: `of` is its command or, of news, its stamp.

    `name` tells apart events of one command.
    """

    name: str
    who: Who
    of: type


PAY = Event("asks for a payment page", Who.CUSTOMER, c.RequestPayment)
ASK_FOR_LINK = Event("asks for a cancellation link", Who.CUSTOMER, c.RequestCancellation)
CONFIRM = Event("confirms the cancellation", Who.CUSTOMER, c.ConfirmCancellation)
CONFIRM_PART = Event("confirms that a piece is cancelled", Who.CUSTOMER, c.ConfirmCancellation)
CANCEL_AT_ONCE = Event("cancels at once, in the grace period", Who.CUSTOMER, c.CancelInGrace)
GIVE_UP = Event("gives up what is not paid, signed in", Who.CUSTOMER, c.GiveUpUnpaid)
KEEP_MOVED = Event("keeps it for the new start", Who.CUSTOMER, c.ChooseAfterMove)
LEAVE_MOVED = Event("has the money back, as it was moved", Who.CUSTOMER, c.ChooseAfterMove)
CHANGE_ANSWERS = Event("answers for a ticket", Who.CUSTOMER, c.ChangeAnswers)
SEND_TICKET = Event("sends a ticket on", Who.CUSTOMER, c.SendTicket)
TAKE_BACK = Event("takes a ticket back", Who.CUSTOMER, c.TakeTicketBack)
MARK_PAID = Event("marks it as paid", Who.STAFF, c.MarkPaid)
CANCEL = Event("cancels it", Who.STAFF, c.CancelOrder)
CANCEL_AND_REFUND = Event("cancels it and returns the money", Who.STAFF, c.CancelOrder)
CANCEL_PART = Event("cancels a piece", Who.STAFF, c.CancelPart)
SWAP = Event("swaps a piece", Who.STAFF, c.SwapLines)
REFUND = Event("returns the money of a payment", Who.STAFF, c.RefundPayment)
REFUND_BY_HAND = Event("says that money was returned by hand", Who.STAFF, c.RefundByHand)
RETRY_REFUND = Event("asks once more for the refund", Who.STAFF, c.RetryRefund)
WITHDRAW_PAYMENT = Event("takes back a mark as paid", Who.STAFF, c.WithdrawPayment)
WITHDRAW_CANCELLATION = Event("takes back a cancellation", Who.STAFF, c.WithdrawCancellation)
RESEND = Event("sends a letter again", Who.STAFF, c.ResendLetter)
CHANGE_CONTACT = Event("corrects who ordered", Who.STAFF, c.ChangeContact)
CORRECT_ANSWERS = Event("corrects answers", Who.STAFF, c.CorrectAnswers)
WRITE_NOTE = Event("writes a note", Who.STAFF, c.WriteNote)
ADD_LABEL = Event("puts a label on it", Who.STAFF, c.AddLabel)
REMOVE_LABEL = Event("takes a label off that is not there", Who.STAFF, c.RemoveLabel)
CHECK_IN = Event("scans a ticket", Who.DOOR, c.CheckIn)
CHECK_OUT = Event("scans a ticket of who leaves", Who.DOOR, c.CheckOut)
UNDO_CHECK_IN = Event("takes back a check-in", Who.DOOR, c.UndoCheckIn)
COMPLETE = Event("completes the cancellation", Who.LEDGER, c.CompleteCancellation)
RELEASE = Event("frees the seats", Who.LEDGER, c.ReleaseSeats)
RETAKE = Event("takes the seats again", Who.LEDGER, c.RetakeSeats)
RETURN = Event("sends a late payment back", Who.LEDGER, c.ReturnPayment)
VOID = Event("gives up an authorization", Who.LEDGER, c.VoidAuthorization)
CANCEL_WITH_SHOP = Event("cancels it with its whole shop", Who.LEDGER, c.CancelWithShop)
MOVE_WITH_SHOP = Event("moves it with its whole shop", Who.LEDGER, c.MoveWithShop)
ERASE = Event("erases its person, after the event", Who.LEDGER, c.ErasePerson)
START_LETTER = Event("claims a letter", Who.LEDGER, c.StartLetter)
START_WORDED = Event("claims one in its shop's own words", Who.LEDGER, c.StartLetter)
ADDRESS_BUYER = Event("reaches it with a letter to all buyers", Who.LEDGER, c.AddressBuyer)
NEXT_STEP = Event("does what the facts call for", Who.LEDGER, object)
TIME_TO_PAY_OVER = Event("the time to pay is over", Who.TIME, c.CancelUnpaid)
TIME_TO_CAPTURE = Event("the worker looks what to capture", Who.TIME, c.CaptureAuthorization)
PAGE_MADE = Event("the payment page is there", Who.NEWS, s.CreatePaymentSuccess)
PAGE_REFUSED = Event("the provider makes no page", Who.NEWS, s.CreatePaymentFailure)
PENDING = Event("the payment will take days", Who.NEWS, s.PaymentPending)
DECLINED = Event("a try to pay is declined", Who.NEWS, s.PaymentFailed)
PAGE_OVER = Event("the payment page closes", Who.NEWS, s.PaymentExpired)
AUTHORIZED = Event("the payer's bank keeps the money ready", Who.NEWS, s.Authorized)
CAPTURE_REFUSED = Event("the capture is refused", Who.NEWS, s.CreateCaptureFailure)
VOIDED = Event("the authorization is given up", Who.NEWS, s.Voided)
VOID_REFUSED = Event("giving it up is refused", Who.NEWS, s.CreateVoidFailure)
LAPSED = Event("the authorization lapses", Who.NEWS, s.AuthorizationExpired)
PAID = Event("the money comes", Who.NEWS, s.Paid)
ASSIGNED = Event("money of nobody is found to be for it", Who.NEWS, s.PaymentAssigned)
REFUND_ACCEPTED = Event("the refund is accepted", Who.NEWS, s.CreateRefundSuccess)
REFUND_REFUSED = Event("the refund is refused", Who.NEWS, s.CreateRefundFailure)
REFUNDED = Event("the money goes back", Who.NEWS, s.Refunded)
REFUND_FAILED = Event("an accepted refund fails", Who.NEWS, s.RefundFailed)
DISPUTED = Event("the payer's bank disputes it", Who.NEWS, s.Disputed)
WON = Event("the dispute is won", Who.NEWS, s.DisputeClosed)
LOST = Event("the dispute is lost", Who.NEWS, s.DisputeClosed)
PAID_OUT = Event("its provider pays it out", Who.NEWS, s.PaidOut)
LETTER_SENT = Event("the letter goes out", Who.NEWS, s.ReceiptSent)
LETTER_FAILED = Event("the letter is refused", Who.NEWS, s.ReceiptFailed)
LETTER_UNKNOWN = Event("the letter's sender vanishes", Who.NEWS, s.ReceiptUnknown)

Stamps = tuple[type, ...]
Places = tuple[Situation, ...]


@dataclass(frozen=True, slots=True)
class Transition:
    """What comes of an event: stamps, or a refusal with its code, or neither: silence.

    `to` is the status word afterwards; None: as before. Without `at` it holds everywhere else.
    """

    at: Places
    stamps: Stamps = ()
    to: Status | None = None
    refusal: type[Refusal] | None = None
    code: str = ""


def _makes(*stamps: type, at: Places = (), to: Status | None = None) -> Transition:
    return Transition(at, stamps=stamps, to=to)


def _refuses(refusal: type[Refusal], code: str = "", *, at: Places = ()) -> Transition:
    return Transition(at, refusal=refusal, code=code)


def _silent(*at: Situation) -> Transition:
    return Transition(at)


_WAITS = (_S.PLACED, _S.PAGE_OPEN, _S.AT_THE_BANK, _S.UNDERPAID, _S.DECLINED)
_KEPT_READY = (_S.IN_GRACE, _S.GRACE_OVER, _S.CAPTURE_ASKED)
_NEVER_PAID = (_S.PLACED, _S.PAGE_OPEN, _S.AT_THE_BANK, _S.DECLINED, *_KEPT_READY)
_PAID = (_S.PAID, _S.LINK_SENT, _S.TOO_LATE, _S.LET_IN, _S.SENT_ON, _S.MOVED)
_LATE = (_S.TIMED_OUT, _S.PAID_TOO_LATE, _S.AUTHORIZED_TOO_LATE)
_RETURNED = (_S.RETURNED, _S.SEATS_TO_FREE)
_GONE = (*_LATE, _S.MONEY_KEPT, _S.CANCELLED, _S.UNTIL_SETTLED, _S.REFUND_FAILED, *_RETURNED)
_UNDER_WAY = (_S.REFUND_ASKED, _S.REFUND_ACCEPTED, _S.PIECE_ACCEPTED)
_HOLDS = (_S.UNDERPAID, *_PAID, _S.PAID_TOO_LATE, _S.MONEY_KEPT, _S.REFUND_REFUSED)
_LETS_IN = (_S.LET_IN, _S.SOME_LET_IN)
_LINKED_TO_PARTS = (_S.LINK_TO_PARTS, _S.SOME_LET_IN)
_BY_PIECE = (*_LINKED_TO_PARTS, _S.PIECE_CANCELLED)
_HOLDS_SOME = (*_HOLDS, _S.REFUND_FAILED, _S.PARTLY_RETURNED, *_BY_PIECE)
_ASKED = (*_UNDER_WAY, _S.CANCELLED, _S.UNTIL_SETTLED, *_RETURNED)
# News of a refund that nobody here asked for.
_NEWS_MOVES = (
    _S.UNDERPAID,
    *_PAID,
    _S.BY_HAND,
    _S.OVERPAID,
    _S.PAID_TOO_LATE,
    _S.MONEY_KEPT,
    _S.PARTLY_RETURNED,
    *_LINKED_TO_PARTS,
)
_GIVEN_UP = (s.Cancelled, s.SeatsReleased)
_PIECE_GONE = (s.OrderAmended, s.SeatsReleased)


def _claimed(*words: type) -> tuple[Transition, ...]:
    gone = (_S.MONEY_KEPT, _S.CANCELLED, _S.REFUND_FAILED, _S.RETURNED)
    told = (_S.LINK_SENT, _S.SOME_LET_IN, _S.SENT_ON, *gone)
    return (
        _refuses(no.LetterNotDue, at=(*_WAITS, *_KEPT_READY, *_LATE, _S.LET_IN)),
        _makes(*words, s.ReceiptSendStarted, at=told),
        # The seats are sold, and nobody has their tickets yet.
        _makes(s.TicketsIssued, *words, s.ReceiptSendStarted),
    )


TABLE: dict[Event, tuple[Transition, ...]] = {
    PAY: (
        _refuses(no.NotPayable, at=(_S.AT_THE_BANK,)),
        _makes(s.CreatePaymentRequest, at=_WAITS, to=Status.PENDING),
        _refuses(no.NotPayable),
    ),
    ASK_FOR_LINK: (
        _makes(
            s.CancellationRequested,
            at=(_S.PAID, _S.MOVED, _S.SENT_ON, _S.FREE, *_BY_PIECE),
        ),
        _refuses(no.LetterTooSoon, at=(_S.LINK_SENT,)),
        _refuses(no.NotCancellable, "too_late", at=(_S.TOO_LATE,)),
        _refuses(no.NotCancellable, "ticket_used", at=(_S.LET_IN,)),
        _refuses(no.NotCancellable, "not_refundable", at=(_S.BY_HAND, _S.OVERPAID)),
        _refuses(no.NotCancellable, "refund_under_way", at=(*_UNDER_WAY, _S.REFUND_REFUSED)),
        _refuses(no.NotCancellable, "disputed", at=(_S.DISPUTED,)),
        _refuses(no.NotCancellable, "cancelled", at=_GONE),
        _refuses(no.NotCancellable, "not_paid"),
    ),
    CONFIRM: (
        _makes(
            s.CreateRefundRequest,
            at=(_S.LINK_SENT, _S.LINK_TO_PARTS),
            to=Status.REFUND_REQUESTED,
        ),
        _makes(*_GIVEN_UP, at=(_S.FREE,), to=Status.CANCELLED),
        _refuses(no.NotCancellable, "ticket_used", at=(_S.SOME_LET_IN,)),
        _refuses(no.LinkInvalid),
    ),
    CONFIRM_PART: (
        _makes(s.CreateRefundRequest, at=_LINKED_TO_PARTS, to=Status.REFUND_REQUESTED),
        _refuses(no.NotCancellable, "no_parts", at=(_S.LINK_SENT, _S.FREE)),
        _refuses(no.LinkInvalid),
    ),
    CANCEL_AT_ONCE: (
        _makes(*_GIVEN_UP, s.CreateVoidRequest, at=(_S.IN_GRACE,), to=Status.CANCELLED),
        _silent(*_GONE),
        _refuses(no.LateCancel, "late_cancel"),
    ),
    GIVE_UP: (
        _makes(*_GIVEN_UP, at=(_S.PLACED, _S.PAGE_OPEN, _S.DECLINED), to=Status.CANCELLED),
        _silent(*_GONE),
        _refuses(no.NotPayable),
    ),
    KEEP_MOVED: (_makes(s.StartAccepted, at=(_S.MOVED,)), _refuses(no.LinkInvalid)),
    LEAVE_MOVED: (
        _makes(s.CreateRefundRequest, *_GIVEN_UP, at=(_S.MOVED,), to=Status.REFUND_REQUESTED),
        _refuses(no.LinkInvalid),
    ),
    CHANGE_ANSWERS: (
        _makes(s.AnswersChanged, at=(_S.SENT_ON,)),
        _refuses(no.AnswersClosed),
    ),
    SEND_TICKET: (
        _makes(s.TicketSentOn, at=(_S.LINK_SENT, _S.SENT_ON)),
        _refuses(no.TicketNotSendable),
    ),
    TAKE_BACK: (
        _makes(s.TicketTakenBack, at=(_S.SENT_ON,)),
        _silent(_S.LINK_SENT, *_LETS_IN),
        _refuses(no.TicketNotSendable),
    ),
    MARK_PAID: (
        _makes(s.CreatePaymentRequest, s.Paid, at=_WAITS, to=Status.PAID),
        _makes(s.CreatePaymentRequest, s.Paid, at=(_S.TIMED_OUT, _S.AUTHORIZED_TOO_LATE)),
        _refuses(no.NotPayable),
    ),
    CANCEL: (
        _refuses(no.AlreadyCancelled, at=_GONE),
        _makes(
            *_GIVEN_UP,
            at=(*_UNDER_WAY, _S.REFUND_REFUSED, _S.DISPUTED, _S.CHARGED_BACK),
        ),
        _makes(*_GIVEN_UP, to=Status.CANCELLED),
    ),
    CANCEL_AND_REFUND: (
        _refuses(no.AlreadyCancelled, at=_GONE),
        _refuses(no.NotRefundable, at=(_S.BY_HAND,)),
        _refuses(no.SeveralPayments, at=(_S.OVERPAID,)),
        _refuses(no.DisputeOpen, at=(_S.DISPUTED,)),
        _makes(*_GIVEN_UP, at=(*_NEVER_PAID, _S.FREE), to=Status.CANCELLED),
        _makes(*_GIVEN_UP, at=(_S.REFUND_ASKED, _S.REFUND_ACCEPTED, _S.CHARGED_BACK)),
        _makes(s.CreateRefundRequest, *_GIVEN_UP, to=Status.REFUND_REQUESTED),
    ),
    CANCEL_PART: (
        _refuses(no.NotCancellable, "cancelled", at=_GONE),
        _refuses(no.NotCancellable, "disputed", at=(_S.DISPUTED,)),
        _refuses(no.NotCancellable, "refund_under_way", at=(*_UNDER_WAY, _S.REFUND_REFUSED)),
        _refuses(no.NotCancellable, "not_paid", at=(*_WAITS, *_KEPT_READY, _S.CHARGED_BACK)),
        _makes(s.CreateRefundRequest, at=_LINKED_TO_PARTS, to=Status.REFUND_REQUESTED),
        _makes(
            s.CreateRefundRequest,
            *_GIVEN_UP,
            at=(_S.PIECE_CANCELLED,),
            to=Status.REFUND_REQUESTED,
        ),
        _refuses(no.NotCancellable, "no_parts"),
    ),
    SWAP: (
        _refuses(no.NotCancellable, "cancelled", at=_GONE),
        _refuses(no.NotCancellable, "disputed", at=(_S.DISPUTED,)),
        _refuses(no.NotCancellable, "refund_under_way", at=(*_UNDER_WAY, _S.REFUND_REFUSED)),
        _refuses(no.NotCancellable, "not_paid", at=(_S.AT_THE_BANK, _S.UNDERPAID)),
        _refuses(no.NotCancellable, "not_paid", at=(*_KEPT_READY, _S.CHARGED_BACK)),
        _makes(
            s.LinesSwapped,
            *_GIVEN_UP,
            at=(_S.PLACED, _S.PAGE_OPEN, _S.DECLINED, _S.FREE),
            to=Status.CANCELLED,
        ),
        _makes(
            s.ManualRefund,
            s.LinesSwapped,
            *_PIECE_GONE,
            at=_LINKED_TO_PARTS,
            to=Status.PARTIALLY_REFUNDED,
        ),
        _makes(s.ManualRefund, s.LinesSwapped, *_GIVEN_UP, at=(_S.OVERPAID,), to=Status.CANCELLED),
        _makes(s.ManualRefund, s.LinesSwapped, *_GIVEN_UP, to=Status.REFUNDED),
    ),
    REFUND: (
        _makes(
            s.CreateRefundRequest,
            at=(*_HOLDS_SOME, _S.OVERPAID, _S.PIECE_ACCEPTED),
            to=Status.REFUND_REQUESTED,
        ),
        _refuses(no.NotRefundable, at=(_S.BY_HAND,)),
        _refuses(no.DisputeOpen, at=(_S.DISPUTED,)),
        _refuses(no.NothingToRefund),
    ),
    REFUND_BY_HAND: (
        _makes(s.ManualRefund, at=(*_HOLDS_SOME, _S.BY_HAND), to=Status.REFUNDED),
        _makes(s.ManualRefund, at=(_S.OVERPAID,), to=Status.PARTIALLY_REFUNDED),
        _makes(s.ManualRefund, at=(_S.PIECE_ACCEPTED,)),
        _refuses(no.NothingToRefund),
    ),
    RETRY_REFUND: (
        _makes(s.CreateRefundRequest, at=(_S.REFUND_REFUSED,), to=Status.REFUND_REQUESTED),
        _silent(),
    ),
    WITHDRAW_PAYMENT: (
        _makes(s.PaymentWithdrawn, at=(_S.BY_HAND,), to=Status.FAILED),
        _refuses(no.NotWithdrawable),
    ),
    WITHDRAW_CANCELLATION: (
        _makes(s.CancellationWithdrawn, at=(_S.MONEY_KEPT,), to=Status.PAID),
        _refuses(no.NotWithdrawable),
    ),
    RESEND: (
        _makes(s.ReceiptResendRequested, at=(_S.LINK_SENT, *_LETS_IN, _S.SENT_ON)),
        _refuses(no.LetterNotDue),
    ),
    CHANGE_CONTACT: (_makes(s.ContactChanged),),
    CORRECT_ANSWERS: (
        _makes(s.AnswersChanged, at=(_S.SENT_ON,)),
        _refuses(no.AnswersClosed),
    ),
    WRITE_NOTE: (_makes(s.NoteWritten),),
    ADD_LABEL: (_makes(s.Labelled),),
    REMOVE_LABEL: (_silent(),),
    CHECK_IN: (
        _makes(s.TicketCheckedIn, at=(_S.LINK_SENT, _S.SENT_ON)),
        _refuses(no.NotAdmitted, "used", at=_LETS_IN),
        _refuses(no.NotAdmitted, "not_paid", at=(*_WAITS, *_KEPT_READY)),
        _refuses(no.NotAdmitted, "unknown", at=(_S.UNTIL_SETTLED, _S.SEATS_TO_FREE)),
        _refuses(no.NotAdmitted, "revoked", at=_GONE),
        _refuses(no.NotAdmitted, "unknown"),
    ),
    CHECK_OUT: (
        _makes(s.TicketCheckedOut, at=_LETS_IN),
        _refuses(no.NotInside, at=(_S.LINK_SENT, _S.SENT_ON)),
        _refuses(no.NotAdmitted, "unknown"),
    ),
    UNDO_CHECK_IN: (
        _makes(s.TicketCheckInUndone, at=_LETS_IN),
        _refuses(no.UnknownCheckIn),
    ),
    COMPLETE: (
        _makes(*_GIVEN_UP, at=(_S.REFUND_ACCEPTED,)),
        _makes(*_PIECE_GONE, at=(_S.PIECE_ACCEPTED,)),
        _silent(),
    ),
    RELEASE: (_makes(s.SeatsReleased, at=(_S.SEATS_TO_FREE,)), _silent()),
    RETAKE: (
        _makes(s.SeatsRetaken, at=(_S.PAID_TOO_LATE,), to=Status.PAID),
        _makes(s.SeatsRetaken, at=(_S.AUTHORIZED_TOO_LATE,), to=Status.AUTHORIZED),
        _silent(),
    ),
    RETURN: (
        _makes(
            s.CreateRefundRequest,
            at=(_S.PAID_TOO_LATE, _S.MONEY_KEPT, _S.REFUND_FAILED),
            to=Status.REFUND_REQUESTED,
        ),
        _refuses(no.NothingToRefund, at=_GONE),
        _silent(),
    ),
    VOID: (_makes(s.CreateVoidRequest, at=(_S.AUTHORIZED_TOO_LATE,)), _silent()),
    CANCEL_WITH_SHOP: (
        _silent(*_GONE, *_UNDER_WAY),
        _makes(*_GIVEN_UP, at=(_S.CAPTURE_ASKED, _S.FREE, _S.BY_HAND), to=Status.CANCELLED),
        _makes(*_GIVEN_UP, at=(_S.DISPUTED, _S.CHARGED_BACK)),
        _makes(*_GIVEN_UP, s.CreateVoidRequest, at=_KEPT_READY, to=Status.CANCELLED),
        _makes(*_GIVEN_UP, at=_NEVER_PAID, to=Status.CANCELLED),
        _makes(s.CreateRefundRequest, *_GIVEN_UP, to=Status.REFUND_REQUESTED),
    ),
    MOVE_WITH_SHOP: (_silent(*_GONE), _makes(s.StartMoved)),
    ERASE: (
        _makes(Erased, at=(*_PAID[:5], _S.FREE, _S.BY_HAND, *_LINKED_TO_PARTS)),
        _makes(Erased, at=(_S.TIMED_OUT, _S.MONEY_KEPT, _S.RETURNED)),
        _makes(Erased, at=(_S.PARTLY_RETURNED, _S.PIECE_CANCELLED)),
        _refuses(no.StillOpen),
    ),
    START_LETTER: _claimed(),
    START_WORDED: _claimed(s.LetterWordsUsed),
    ADDRESS_BUYER: (_makes(s.BuyerAddressed),),
    NEXT_STEP: (
        _makes(s.CreateRefundRequest, at=(_S.OVERPAID,), to=Status.REFUND_REQUESTED),
        _makes(*_GIVEN_UP, at=(_S.REFUND_ACCEPTED,)),
        _makes(*_PIECE_GONE, at=(_S.PIECE_ACCEPTED,)),
        _makes(s.SeatsReleased, at=(_S.SEATS_TO_FREE,)),
        _makes(s.SeatsRetaken, at=(_S.PAID_TOO_LATE,), to=Status.PAID),
        _makes(s.SeatsRetaken, at=(_S.AUTHORIZED_TOO_LATE,), to=Status.AUTHORIZED),
        _silent(),
    ),
    TIME_TO_PAY_OVER: (
        _makes(*_GIVEN_UP, at=(_S.PLACED, _S.PAGE_OPEN, _S.DECLINED), to=Status.CANCELLED),
        _silent(),
    ),
    TIME_TO_CAPTURE: (_makes(s.CreateCaptureRequest, at=(_S.GRACE_OVER,)), _silent()),
    PAGE_MADE: (
        _makes(s.CreatePaymentSuccess, at=(_S.PLACED, _S.UNDERPAID, _S.FREE, _S.BY_HAND)),
        _silent(),
    ),
    PAGE_REFUSED: (_makes(s.CreatePaymentFailure),),
    PENDING: (
        _silent(_S.AT_THE_BANK),
        _makes(s.PaymentPending, at=(_S.DECLINED,), to=Status.PENDING),
        _makes(s.PaymentPending),
    ),
    DECLINED: (
        _silent(_S.DECLINED),
        _makes(s.PaymentFailed, at=(_S.PAGE_OPEN, _S.AT_THE_BANK), to=Status.FAILED),
        _makes(s.PaymentFailed),
    ),
    PAGE_OVER: (
        _makes(s.PaymentExpired, at=(_S.PAGE_OPEN, _S.AT_THE_BANK), to=Status.FAILED),
        _makes(s.PaymentExpired),
    ),
    AUTHORIZED: (
        _silent(*_KEPT_READY, _S.AUTHORIZED_TOO_LATE),
        _makes(
            s.Authorized,
            at=(_S.PAGE_OPEN, _S.AT_THE_BANK, _S.DECLINED),
            to=Status.AUTHORIZED,
        ),
        _makes(s.Authorized),
    ),
    CAPTURE_REFUSED: (_makes(s.CreateCaptureFailure),),
    VOIDED: (
        _makes(s.Voided, at=(_S.PAGE_OPEN, _S.AT_THE_BANK, *_KEPT_READY), to=Status.FAILED),
        _makes(s.Voided),
    ),
    VOID_REFUSED: (_makes(s.CreateVoidFailure),),
    LAPSED: (
        _makes(
            s.AuthorizationExpired,
            at=(_S.PAGE_OPEN, _S.AT_THE_BANK, *_KEPT_READY),
            to=Status.FAILED,
        ),
        _makes(s.AuthorizationExpired),
    ),
    PAID: (
        _makes(
            s.Paid,
            at=(_S.PAGE_OPEN, _S.AT_THE_BANK, _S.DECLINED, *_KEPT_READY),
            to=Status.PAID,
        ),
        _makes(s.Paid, at=(_S.PLACED, _S.FREE, _S.TIMED_OUT, _S.AUTHORIZED_TOO_LATE)),
        _silent(),
    ),
    ASSIGNED: (
        _makes(s.PaymentAssigned, at=(*_WAITS, *_KEPT_READY, _S.CHARGED_BACK), to=Status.PAID),
        _makes(s.PaymentAssigned, at=_RETURNED, to=Status.CANCELLED),
        _makes(s.PaymentAssigned),
    ),
    REFUND_ACCEPTED: (
        _silent(_S.REFUND_ACCEPTED, _S.CANCELLED, _S.UNTIL_SETTLED, _S.REFUND_FAILED, *_RETURNED),
        _silent(_S.PIECE_ACCEPTED, _S.PIECE_CANCELLED),
        _makes(s.CreateRefundSuccess, at=_NEWS_MOVES, to=Status.REFUND_REQUESTED),
        _makes(s.CreateRefundSuccess),
    ),
    REFUND_REFUSED: (
        _silent(_S.REFUND_REFUSED),
        _makes(
            s.CreateRefundFailure,
            at=(*_NEWS_MOVES, *_ASKED, _S.PIECE_CANCELLED),
            to=Status.REFUND_FAILED,
        ),
        _makes(s.CreateRefundFailure),
    ),
    REFUNDED: (
        _silent(*_RETURNED, _S.PIECE_CANCELLED),
        _makes(s.Refunded, at=(_S.OVERPAID,), to=Status.PARTIALLY_REFUNDED),
        _makes(s.Refunded, at=(*_NEWS_MOVES, *_ASKED), to=Status.REFUNDED),
        _makes(s.Refunded),
    ),
    REFUND_FAILED: (
        _silent(_S.REFUND_FAILED),
        _makes(s.RefundFailed, at=(_S.REFUND_ASKED,)),
        _makes(
            s.RefundFailed, at=(*_NEWS_MOVES, *_ASKED, _S.PIECE_CANCELLED), to=Status.REFUND_FAILED
        ),
        _makes(s.RefundFailed),
    ),
    DISPUTED: (
        _silent(_S.DISPUTED, _S.CHARGED_BACK),
        _makes(s.Disputed, to=Status.DISPUTED),
    ),
    WON: (
        _silent(_S.CHARGED_BACK),
        _makes(s.DisputeClosed, at=(_S.DISPUTED,), to=Status.PAID),
        _makes(s.DisputeClosed),
    ),
    LOST: (
        _silent(_S.CHARGED_BACK),
        _makes(s.DisputeClosed, at=(_S.DISPUTED,), to=Status.CHARGED_BACK),
        _makes(s.DisputeClosed),
    ),
    PAID_OUT: (_makes(s.PaidOut),),
    LETTER_SENT: (_silent(_S.LINK_SENT, *_LETS_IN, _S.SENT_ON), _makes(s.ReceiptSent)),
    LETTER_FAILED: (_makes(s.ReceiptFailed),),
    LETTER_UNKNOWN: (_makes(s.ReceiptUnknown),),
}


def row_of(event: Event, situation: Situation) -> Transition:
    """What comes of an event in a situation; LookupError where the table is silent about it."""
    for row in TABLE[event]:
        if situation in row.at or not row.at:
            return row
    raise LookupError(f"nothing is said of “{event.name}” where it is “{situation}”")
