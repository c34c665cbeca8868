"""What the page of an order says of names and answers: where they are given, what is missing."""

from datetime import datetime

from ledger.order.order import Order
from ledger.order.ticket_answers import asked_tickets, unanswered
from web.i18n.gettext import _


def way_to_names(order: Order) -> str:
    """What leads to the page of names and of sending on; empty where there is nothing of both."""
    if order.erased or not order.alive:
        return ""
    asked, valid = bool(asked_tickets(order)), bool(order.valid_tickets)
    if asked and valid:
        return _("Names and answers, and sending tickets on")
    if asked:
        return _("Names and answers for your tickets")
    return _("Send tickets on to who will use them") if valid else ""


def answers_due(order: Order, at: datetime) -> datetime | None:
    """Until when an answer that has to come can be given; None where none is missing."""
    if order.erased:
        return None
    return min((one.until for one in unanswered(order) if at < one.until), default=None)
