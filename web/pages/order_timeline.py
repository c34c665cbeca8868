"""What happened to an order, when and because of what, in plain words; nothing personal."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import Recorded
from ledger.order import stamps
from ledger.order.stamps import Cause, Letter
from web.i18n.format import moment, money
from web.i18n.gettext import _

# Within one attempt or refund, whatever has a lower step came before one of a higher step.
_STEPS: Mapping[type, int] = {
    stamps.CreatePaymentRequest: 0,
    stamps.CreatePaymentSuccess: 1,
    stamps.PaymentPending: 2,
    stamps.PaymentFailed: 2,
    stamps.Authorized: 3,
    stamps.CreateCaptureRequest: 4,
    stamps.Paid: 5,
    stamps.Disputed: 6,
    stamps.DisputeClosed: 7,
    stamps.CreateRefundRequest: 10,
    stamps.CreateRefundSuccess: 11,
    stamps.Refunded: 12,
    stamps.RefundFailed: 13,
}
_REFUNDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A stamp in its place, and when people may be told that it happened."""

    recorded: Recorded[object]
    at: datetime


def in_causal_order(history: Sequence[Recorded[object]]) -> list[Told]:
    """The stamps, causes before effects, at times that never run backwards."""
    ordered = [*_ordered(history)]
    times = [min(one.happened_at, one.recorded_at) for one in ordered]
    for place in range(len(ordered) - 1, 0, -1):
        # When an effect is known to have happened, so had its cause, whoever told of it later.
        if ordered[place - 1].version > ordered[place].version:
            times[place - 1] = min(times[place - 1], times[place])
    told, latest = [], None
    for one, at in zip(ordered, times, strict=True):
        latest = at if latest is None else max(latest, at)
        told.append(Told(recorded=one, at=latest))
    return told


def _ordered(history: Sequence[Recorded[object]]) -> Iterator[Recorded[object]]:
    """As they were recorded, but whatever waits for its cause lets that pass."""
    chains: dict[tuple[UUID, bool], list[Recorded[object]]] = defaultdict(list)
    for one in history:
        chains[_chain(one)].append(one)
    emitted: set[int] = set()
    for one in history:
        step = _STEPS.get(type(one.stamp))
        causes = [] if step is None else [c for c in chains[_chain(one)] if _step(c) < step]
        for each in (*sorted(causes, key=_step), one):
            if each.version not in emitted:
                emitted.add(each.version)
                yield each


def _chain(one: Recorded[object]) -> tuple[UUID, bool]:
    """One attempt or one refund: a correlation id may be that of both."""
    return one.correlation_id, _step(one) >= _REFUNDS


def _step(one: Recorded[object]) -> int:
    """What has no step leads to nothing, and nothing waits for it."""
    return _STEPS.get(type(one.stamp), 99)


# What one attempt or one wish comes to within this time is one thing, whoever tells of it: a
# payment page and its payment both tell of a decline.
_AT_ONCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline: all that happened within a minute, causes first."""

    at: datetime
    text: str


def timeline(history: Sequence[Recorded[object]], *, instructed: bool = False) -> list[Entry]:
    """The story of an order, causes first; what says nothing to people is left out.

    `instructed`: the page says how to pay by hand, so that the story may claim it.
    """
    said = []
    for one in _news(in_causal_order(history)):
        text = told(one.recorded.stamp)
        if text == _referenced() and instructed:
            text = _instructed()
        if text:
            said.append((one.at.replace(second=0, microsecond=0), text))
    by_minute = groupby(said, key=lambda pair: pair[0])
    return [Entry(at=at, text=" ".join(text for _, text in pairs)) for at, pairs in by_minute]


def _news(told: Sequence[Told]) -> Iterator[Told]:
    """Without wishes whose answer is told too, and without what is told a second time."""
    related: dict[UUID, list[Told]] = defaultdict(list)
    for one in told:
        related[one.recorded.correlation_id].append(one)
    declined: set[int] = set()
    for one in told:
        others = related[one.recorded.correlation_id]
        if any(_answers(other, one) or _repeats(other, one, declined) for other in others):
            continue
        if isinstance(one.recorded.stamp, stamps.PaymentFailed):
            declined.add(one.recorded.version)
        yield one


def _repeats(former: Told, decline: Told, declined: Set[int]) -> bool:
    """Whether a decline that was told already is told by another piece of news."""
    if former.recorded.version not in declined:
        return False
    apart = abs(decline.recorded.happened_at - former.recorded.happened_at)
    return isinstance(decline.recorded.stamp, stamps.PaymentFailed) and apart <= _AT_ONCE


def _answers(answer: Told, wish: Told) -> bool:
    """Whether what is told of the one says the other as well."""
    if answer.recorded.correlation_id != wish.recorded.correlation_id:
        return False
    match wish.recorded.stamp, answer.recorded.stamp:
        case stamps.CancellationRequested(), stamps.ReceiptSent(letter=Letter.LINK):
            return True
        case stamps.ManualRefund(amount=went), stamps.LinesSwapped(amount=over):
            return went == over
        case stamps.Paid(), stamps.LinesSwapped(came=True):
            return True
        case (
            stamps.CreateRefundRequest(),
            stamps.CreateRefundSuccess() | stamps.CreateRefundFailure() | stamps.Refunded(),
        ):
            return True
        case (stamps.SeatsReleased(), stamps.Cancelled() | stamps.OrderAmended()) | (
            stamps.CreateRefundSuccess(),
            stamps.Refunded(),
        ):
            return abs(wish.at - answer.at) <= _AT_ONCE
        case _:
            return False


def told(stamp: object) -> str | None:
    """What a stamp says to customers; None where it says nothing to them."""
    for words in _ROOMS:
        if text := words(stamp):
            return text
    return None


def _of_order(stamp: object) -> str | None:  # noqa: C901 (a dispatching match)
    match stamp:
        case stamps.OrderPlaced():
            return _("The order was placed.")
        case stamps.ContactChanged():
            return _("Ticket sales corrected the contact details.")
        case stamps.AnswersChanged():
            return _("Names or answers for the tickets were changed.")
        case stamps.TicketSentOn():
            return _("A ticket was sent on to its holder.")
        case stamps.TicketTakenBack():
            return _("A ticket that had been sent on was taken back.")
        case stamps.ZeroPrice():
            return _("The order was confirmed. There was nothing to pay.")
        case stamps.CancellationRequested():
            return _("A cancellation link was asked for.")
        case stamps.Cancelled() | stamps.OrderAmended():
            return _gone(stamp)
        case stamps.StartMoved(before=before, starts_at=starts_at):
            return _(
                "The event was moved from %(before)s to %(after)s.",
                before=moment(before),
                after=moment(starts_at),
            )
        case stamps.StartAccepted():
            return _("The customer keeps the order for the new date.")
        case stamps.SeatsReleased():
            return _("The places were released.")
        case stamps.TicketsIssued():
            return _("The tickets were issued.")
        case stamps.TicketCheckedIn():
            return _("A ticket was used at the door.")
        case stamps.TicketCheckInUndone():
            return _("The use of a ticket was taken back.")
        case Erased():
            return _("The data of whoever ordered was erased.")
        case stamps.SeatsRetaken():
            return _("Money came after all, and there was room: the order is valid again.")
        case _:
            return None


def _gone(stamp: stamps.Cancelled | stamps.OrderAmended) -> str:
    if isinstance(stamp, stamps.Cancelled):
        return _cancelled(stamp.cause)
    if stamp.cause is Cause.CUSTOMER:
        return _("A part of the order was cancelled at the customer's wish.")
    return _("A part of the order was cancelled by ticket sales.")


def _cancelled(cause: Cause) -> str:
    match cause:
        case Cause.CUSTOMER:
            return _("The order was cancelled at the customer's wish.")
        case Cause.UNPAID:
            return _("The order was cancelled because it was not paid in time.")
        case Cause.SHOP_CANCELLED:
            return _("The organiser cancelled the event, and this order with it.")
        case Cause.SHOP_MOVED:
            return _("The customer asked for the money back, as the event was moved.")
        case _:
            return _("The order was cancelled by ticket sales.")


def _of_payment(stamp: object) -> str | None:
    match stamp:
        case stamps.CreatePaymentSuccess(redirect_url=""):
            return _referenced()
        case stamps.CreatePaymentSuccess():
            return _("The payment page was opened.")
        case stamps.CreatePaymentFailure():
            return _("The payment page could not be opened.")
        case stamps.PaymentPending():
            return _("The payment was started. The money comes later.")
        case stamps.PaymentFailed():
            return _("A payment was declined.")
        case stamps.PaymentExpired():
            return _("The payment page closed without a payment.")
        case stamps.Paid(amount=amount) | stamps.PaymentAssigned(amount=amount):
            return _("We received %(amount)s.", amount=money(amount))
        case _:
            return None


def _of_swap(stamp: object) -> str | None:
    match stamp:
        case stamps.LinesSwapped(came=True, amount=amount):
            return _(
                "Placed instead of another order. Set against its price: %(amount)s.",
                amount=money(amount),
            )
        case stamps.LinesSwapped(amount=amount):
            return _(
                "Replaced by a new order. Set against its price: %(amount)s.",
                amount=money(amount),
            )
        case _:
            return None


def _referenced() -> str:
    return _("We gave a payment reference.")


def _instructed() -> str:
    return _("We told how to pay.")


def _of_authorization(stamp: object) -> str | None:
    match stamp:
        case stamps.Authorized(amount=amount):
            return _("The payment of %(amount)s was authorized.", amount=money(amount))
        case stamps.CreateCaptureFailure():
            return _("The authorized payment could not be charged.")
        case stamps.Voided():
            return _("The authorization was given up. Nothing was charged.")
        case stamps.AuthorizationExpired():
            return _("The authorization expired. Nothing was charged.")
        case _:
            return None


def _of_correction(stamp: object) -> str | None:
    match stamp:
        case stamps.PaymentWithdrawn(amount=amount):
            return _("A correction of ours: %(amount)s had not come.", amount=money(amount))
        case stamps.CancellationWithdrawn():
            return _("The cancellation was a mistake of ours: the order is valid again.")
        case _:
            return None


def _of_dispute(stamp: object) -> str | None:
    match stamp:
        case stamps.Disputed(amount=amount):
            return _("The bank asked for %(amount)s back.", amount=money(amount))
        case stamps.DisputeClosed(won=True):
            return _("The dispute ended: the payment stands.")
        case stamps.DisputeClosed():
            return _("The dispute ended: the bank took the money back.")
        case _:
            return None


def _of_refund(stamp: object) -> str | None:
    match stamp:
        case stamps.CreateRefundRequest(amount=amount):
            return _("We asked for a refund of %(amount)s.", amount=money(amount))
        case stamps.CreateRefundSuccess(amount=amount):
            return _("The refund of %(amount)s was accepted.", amount=money(amount))
        case stamps.CreateRefundFailure():
            return _("The payment provider refused the refund.")
        case stamps.Refunded(amount=amount) | stamps.ManualRefund(amount=amount):
            return _("%(amount)s was returned.", amount=money(amount))
        case stamps.RefundFailed(amount=amount):
            return _("The refund of %(amount)s failed after all.", amount=money(amount))
        case _:
            return None


def _of_letter(stamp: object) -> str | None:
    match stamp:
        case stamps.ReceiptSent(letter=letter):
            return _letter_sent(letter)
        case stamps.ReceiptFailed(permanent=True):
            return _("A letter could not be delivered to the email address of the order.")
        case _:
            return None


def _letter_sent(letter: Letter) -> str:  # noqa: C901 (a dispatching match)
    match letter:
        case Letter.PAID:
            return _("The confirmation was sent by email.")
        case Letter.REFUNDED:
            return _("The letter about the refund was sent by email.")
        case Letter.CANCELLED:
            return _("The letter about the cancellation was sent by email.")
        case Letter.CORRECTION:
            return _("A correction was sent by email.")
        case Letter.LINK:
            return _("The cancellation link was sent by email.")
        case Letter.HOW_TO_PAY:
            return _("The letter on how to pay was sent by email.")
        case Letter.WITHDRAWAL:
            return _("We confirmed by email that your wish to cancel has come.")
        case Letter.MOVED:
            return _("The letter about the new date was sent by email.")
        case Letter.TICKET:
            return _("A ticket was sent to its holder by email.")
        case Letter.TICKET_VOID:
            return _("The holder of a ticket was told by email that it is not valid any more.")
        case Letter.BUYERS:
            return _("The shop wrote an email to its customers.")


_ROOMS = (
    _of_payment,
    _of_swap,
    _of_authorization,
    _of_dispute,
    _of_refund,
    _of_order,
    _of_correction,
    _of_letter,
)
