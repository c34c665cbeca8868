"""What a scan at a door comes to, in one sentence for whoever holds the device."""

from collections.abc import Mapping

from ledger.order.admission import DoorResult
from ledger.order.order import Order
from web.actions.door import Answer
from web.i18n.format import local, moment, told_in
from web.i18n.gettext import _


def sentence(answer: Answer, doors: Mapping[str, object]) -> str:
    """The answer in the reader's language; `doors` are the days and doors the ticket is for."""
    if answer.order is not None:
        told_in(answer.order.terms.timezone)
    if answer.word == DoorResult.USED and answer.used is not None:
        return _(
            "Used already: %(time)s at %(door)s, by %(device)s.",
            time=moment(answer.used.at),
            door=answer.used.door,
            device=answer.used.device,
        )
    if answer.word == DoorResult.VALID:
        return _valid(answer, answer.order)
    return _others(answer, doors)


def _valid(answer: Answer, order: Order | None) -> str:
    title = local(answer.ticket.line.title) if order is not None and answer.ticket else ""
    if answer.again:
        return _("Valid, back again: %(title)s", title=title)
    return _("Valid: %(title)s", title=title)


def _others(answer: Answer, doors: Mapping[str, object]) -> str:
    match answer.word:
        case DoorResult.REVOKED:
            return _revoked(answer.why)
        case DoorResult.NOT_PAID:
            return _("Not paid.")
        case DoorResult.WRONG_DAY:
            return _("For another day: %(days)s.", days=doors.get("days", ""))
        case DoorResult.WRONG_DOOR:
            return _("For another door: %(doors)s.", doors=doors.get("doors", ""))
        case "left":
            return _("Left.")
        case "not_inside":
            return _("Nobody is inside with this ticket.")
        case _:
            return _("Unknown: no ticket of this shop has this code.")


def _revoked(why: str) -> str:
    match why:
        case "part_cancelled":
            return _("Not valid any more: this ticket was cancelled and given back.")
        case "sent_on":
            return _("Not valid any more: this ticket was sent on and has another code by now.")
        case _:
            return _("Not valid any more: its order was cancelled.")
