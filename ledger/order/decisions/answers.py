"""What is answered about tickets, by who buys, who holds, and ticket sales."""

from collections.abc import Mapping, Sequence

from ledger.kernel.refusals import AnswersClosed, AnswersMoved, PersonErased
from ledger.order.commands import ChangeAnswers, CorrectAnswers
from ledger.order.decisions.staff import require_unmoved
from ledger.order.order import Order
from ledger.order.stamps import AnswersChanged, OrderStamp, TicketAnswers
from ledger.order.ticket_answers import AskedTicket, addressed, asked_tickets, check, clean
from ledger.shop.questions import Needed


def change_answers(command: ChangeAnswers, order: Order) -> Sequence[OrderStamp]:
    """Until the shop's date. What has to be told before an order is placed is not taken back."""
    _require_known(order)
    asked = _asked(order)
    changed = _changed(command.tickets, asked)
    for one in changed:
        known = asked.get(one.ticket)
        if known is None or command.at >= known.until:
            raise AnswersClosed
        if command.seen is not None and order.answered_at.get(one.ticket, 0) > command.seen:
            raise AnswersMoved
        _check(known, one, needed=(Needed.AT_CHECKOUT,))
    return _stamped(changed, asked, command.holders)


def correct_answers(command: CorrectAnswers, order: Order) -> Sequence[OrderStamp]:
    """At any time, and anything may be left out: ticket sales know why."""
    _require_known(order)
    asked = _asked(order)
    changed = _changed(command.tickets, asked)
    if not changed:
        return ()
    require_unmoved(command.version, order)
    for one in changed:
        known = asked.get(one.ticket)
        if known is None:
            raise AnswersClosed
        _check(known, one, needed=())
    return _stamped(changed, asked, command.holders, reason=command.reason)


def _asked(order: Order) -> Mapping[int, AskedTicket]:
    return {one.ticket.number: one for one in asked_tickets(order)}


def _changed(
    told: Sequence[TicketAnswers], asked: Mapping[int, AskedTicket]
) -> tuple[TicketAnswers, ...]:
    """What is not so already; a ticket about which nothing is asked is left for its refusal."""
    cleaned = (TicketAnswers(ticket=one.ticket, answers=clean(one.answers)) for one in told)
    return tuple(
        one
        for one in cleaned
        if one.ticket not in asked or one.answers != asked[one.ticket].answers
    )


def _check(known: AskedTicket, told: TicketAnswers, *, needed: Sequence[Needed]) -> None:
    line, ticket = known.ticket.line, known.ticket
    nth = ticket.nth
    check(known.questions, told.answers, needed=needed, product=line.product, nth=nth)


def _stamped(
    changed: Sequence[TicketAnswers],
    asked: Mapping[int, AskedTicket],
    holders: Mapping[str, str],
    *,
    reason: str | None = None,
) -> Sequence[OrderStamp]:
    if not changed:
        return ()
    tickets = tuple(addressed(one, asked[one.ticket].questions, holders) for one in changed)
    return (AnswersChanged(tickets=tickets, answers=tuple(changed), reason=reason),)


def _require_known(order: Order) -> None:
    """Who was erased stays so: nothing is written about them again."""
    if order.terms.customer is None:
        raise PersonErased
