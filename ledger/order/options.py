"""What people can ask of an order now, what would come of it, and why not the rest.

The deciders themselves are asked, and nothing is appended: no rule is written down twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ledger.kernel.events import derived
from ledger.kernel.refusals import Refusal, SecondPersonNeeded
from ledger.order import cancellation_policy as cancellation
from ledger.order import commands as c
from ledger.order import part_policy as part
from ledger.order import transitions as t
from ledger.order.decide import decide
from ledger.order.decisions.capture import capture_due_at
from ledger.order.order import Order
from ledger.order.payable import pay_by
from ledger.order.stamps import Customer, OrderStamp, Pieces, TicketAnswers
from ledger.order.ticket_answers import asked_tickets
from ledger.order.tickets import TicketCode
from ledger.shop.questions import QuestionKind
from ledger.shop.shop import ONLY_DOOR
from ledger.tickets.code import code_of

# As if it had been drawn: nobody is given it.
_FRESH = TicketCode(code=code_of(0), hash="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something that can be asked: its stamps, or the refusal; neither where it is so already.

    Both where a second person has to agree first.
    """

    event: t.Event
    stamps: Sequence[OrderStamp] = ()
    refusal: Refusal | None = None


def options(order: Order, at: datetime) -> tuple[Option, ...]:
    """Everything that customers and ticket sales may ask, in the order of the table."""
    return tuple(_asked(event, order, at) for event in ASKED)


def ahead(order: Order, at: datetime) -> Iterator[tuple[datetime, t.Event]]:
    """What time alone will bring, and when."""
    unpaid = c.CancelUnpaid(**_who(order), at=pay_by(order))
    if decide(unpaid, order):
        yield max(at, pay_by(order)), t.TIME_TO_PAY_OVER
    for attempt in order.attempts.values():
        due = capture_due_at(order, attempt)
        if due is not None:
            yield max(at, due), t.TIME_TO_CAPTURE


def _asked(event: t.Event, order: Order, at: datetime) -> Option:
    try:
        return Option(event=event, stamps=decide(ASKED[event](order, at), order))
    except SecondPersonNeeded as needed:
        return _agreed(event, order, at, needed=needed)
    except Refusal as refusal:
        return Option(event=event, refusal=refusal)


def _agreed(event: t.Event, order: Order, at: datetime, *, needed: Refusal) -> Option:
    """It can be asked of a second person, whatever stands in nobody else's way."""
    wish: Any = ASKED[event](order, at)
    try:
        stamps = decide(replace(wish, approval=wish.correlation_id), order)
        return Option(event=event, stamps=stamps, refusal=needed)
    except Refusal as refusal:
        return Option(event=event, refusal=refusal)


def _who(order: Order, **more: Any) -> dict[str, Any]:
    """Asked by nobody, under an identity that no stamp has."""
    return {"correlation_id": derived(order.id, "option"), "actor": "nobody", **more}


def _staff(order: Order, at: datetime) -> dict[str, Any]:
    return _who(order, at=at, reason="")


def _pay(order: Order, at: datetime) -> c.OrderCommand:
    return c.RequestPayment(**_who(order), at=at, provider="", account="", live=False)


def _ask_for_link(order: Order, at: datetime) -> c.OrderCommand:
    return c.RequestCancellation(**_who(order), at=at, code="")


def _confirm(order: Order, at: datetime) -> c.ConfirmCancellation:
    """With the code of the newest link; without one it is a link that is not valid."""
    link, shown = order.newest_link, cancellation.quote(order).amount
    code = link.code if link is not None and link.code is not None else ""
    under = {} if link is None else {"correlation_id": link.correlation_id}
    return c.ConfirmCancellation(**_who(order, **under), at=at, code=code, quote=shown)


def _one_piece(order: Order) -> tuple[Pieces, ...]:
    return tuple(replace(some, quantity=1) for some in part.all_pieces(order)[:1])


def _confirm_part(order: Order, at: datetime) -> c.OrderCommand:
    """Of one piece, for what it brings."""
    whole, some = _confirm(order, at), _one_piece(order)
    shown = whole.quote if part.hindrance(order, at) else part.quote(order, some).amount
    return replace(whole, pieces=some, quote=shown)


def _choose(*, refund: bool) -> Callable[[Order, datetime], c.OrderCommand]:
    """With the code of the last move that offered the choice; without one it is not valid."""

    def choose(order: Order, at: datetime) -> c.OrderCommand:
        move = order.move
        code = (move.stamp.code or "") if move is not None else ""
        under = {} if move is None else {"correlation_id": move.correlation_id}
        return c.ChooseAfterMove(**_who(order, **under), at=at, code=code, refund=refund)

    return choose


def _swap(order: Order, at: datetime) -> c.OrderCommand:
    """Of one piece, or all of them, for something that costs nothing less."""
    whose = Customer(first_name="", last_name="", email="")
    place = c.PlaceOrder(
        **_who(order),
        at=at,
        order=derived(order.id, "option/swap"),
        lines=(),
        customer=whose,
        language="en",
        email_index="",
        request_digest="",
        accounts={},
        expected_total=order.terms.total,
    )
    pieces = _one_piece(order) if part.can_choose(order) else part.all_pieces(order)
    return c.SwapLines(**_staff(order, at), place=place, pieces=pieces)


def _retry_refund(order: Order, at: datetime) -> c.OrderCommand:
    """The newest refund that was refused; of none nothing comes."""
    refused = [one.correlation_id for one in order.refunds.values() if one.was_refused]
    under = {"correlation_id": refused[-1]} if refused else {}
    return c.RetryRefund(**_who(order, **under), at=at)


def _first_answers(order: Order) -> tuple[TicketAnswers, ...]:
    """Of the first ticket, as they are not; of an order that asks nothing, of none it has."""
    asked = asked_tickets(order)
    first = asked[0] if asked else None
    told = dict(first.answers) if first else {}
    for one in first.questions if first else ():
        if one.kind in (QuestionKind.NAME, QuestionKind.TEXT):
            told[one.slug] = "Other" if told.get(one.slug) != "Other" else "Another"
    return (TicketAnswers(ticket=first.ticket.number if first else 0, answers=told),)


def _change_answers(order: Order, at: datetime) -> c.OrderCommand:
    holders = dict.fromkeys(_addresses(order), "")
    told = _first_answers(order)
    return c.ChangeAnswers(**_who(order), at=at, tickets=told, holders=holders)


def _correct_answers(order: Order, at: datetime) -> c.OrderCommand:
    holders = dict.fromkeys(_addresses(order), "")
    told = _first_answers(order)
    return c.CorrectAnswers(**_staff(order, at), tickets=told, holders=holders)


def _addresses(order: Order) -> tuple[str, ...]:
    every = asked_tickets(order)
    return tuple(text for one in every for text in one.answers.values() if "@" in text)


def _ticket(order: Order) -> int:
    """One that was sent on, else the first."""
    return next(iter(order.holders), 1)


def _send_ticket(order: Order, at: datetime) -> c.OrderCommand:
    return c.SendTicket(
        **_who(order),
        at=at,
        ticket=_ticket(order),
        email="holder@example.org",
        email_index="",
        language="en",
        code="",
        ticket_code=_FRESH,
    )


def _take_back(order: Order, at: datetime) -> c.OrderCommand:
    return c.TakeTicketBack(**_who(order), at=at, ticket=_ticket(order), ticket_code=_FRESH)


def _change_contact(order: Order, at: datetime) -> c.OrderCommand:
    """To somebody of whom nothing is known."""
    nobody = Customer(first_name="", last_name="", email="")
    return c.ChangeContact(**_staff(order, at), customer=nobody, email_index="")


def _scan(order: Order, at: datetime) -> dict[str, Any]:
    """Of the first ticket, at a door that its product may let in at."""
    told = {"at": at, "scanned_at": at, "scan": order.id, "door": ONLY_DOOR, "device": "nobody"}
    return _who(order, **told, number=1)


def _undo_check_in(order: Order, at: datetime) -> c.OrderCommand:
    """The last that counts; of none nothing comes."""
    counting = [one.cause for one in order.scans.values() if one.inward and not one.undone]
    under = {"correlation_id": counting[-1]} if counting else {}
    return c.UndoCheckIn(**_who(order, **under), at=at, reason="")


ASKED: Mapping[t.Event, Callable[[Order, datetime], c.OrderCommand]] = {
    t.PAY: _pay,
    t.ASK_FOR_LINK: _ask_for_link,
    t.CONFIRM: _confirm,
    t.CONFIRM_PART: _confirm_part,
    t.KEEP_MOVED: _choose(refund=False),
    t.LEAVE_MOVED: _choose(refund=True),
    t.CANCEL_AT_ONCE: lambda order, at: c.CancelInGrace(**_who(order), at=at),
    t.GIVE_UP: lambda order, at: c.GiveUpUnpaid(**_who(order), at=at),
    t.CHANGE_ANSWERS: _change_answers,
    t.SEND_TICKET: _send_ticket,
    t.TAKE_BACK: _take_back,
    t.MARK_PAID: lambda order, at: c.MarkPaid(**_staff(order, at)),
    t.CANCEL: lambda order, at: c.CancelOrder(**_staff(order, at)),
    t.CANCEL_AND_REFUND: lambda order, at: c.CancelOrder(**_staff(order, at), refund=True),
    t.CANCEL_PART: lambda order, at: c.CancelPart(**_staff(order, at), pieces=_one_piece(order)),
    t.SWAP: _swap,
    t.REFUND: lambda order, at: c.RefundPayment(**_staff(order, at)),
    t.REFUND_BY_HAND: lambda order, at: c.RefundByHand(**_staff(order, at)),
    t.RETRY_REFUND: _retry_refund,
    t.WITHDRAW_PAYMENT: lambda order, at: c.WithdrawPayment(
        **_staff(order, at), approver="somebody else"
    ),
    t.WITHDRAW_CANCELLATION: lambda order, at: c.WithdrawCancellation(
        **_staff(order, at), approver="somebody else"
    ),
    t.CHANGE_CONTACT: _change_contact,
    t.CORRECT_ANSWERS: _correct_answers,
    t.WRITE_NOTE: lambda order, at: c.WriteNote(**_staff(order, at)),
    t.ADD_LABEL: lambda order, at: c.AddLabel(**_who(order, at=at, reason="label")),
    t.REMOVE_LABEL: lambda order, at: c.RemoveLabel(
        **_who(order, at=at, reason=order.labels[0] if order.labels else "label")
    ),
    t.CHECK_IN: lambda order, at: c.CheckIn(**_scan(order, at), rules={}),
    t.CHECK_OUT: lambda order, at: c.CheckOut(**_scan(order, at)),
    t.UNDO_CHECK_IN: _undo_check_in,
    t.RESEND: lambda order, at: c.ResendLetter(**_staff(order, at)),
}
