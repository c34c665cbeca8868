"""Letters to whom a ticket was sent on: the ticket, and that it is not valid any more.

Nothing in them tells what it cost, who bought it, or which other tickets there are.
"""

from collections.abc import Sequence

from adapters.mail.letters.context import Fact, Occasion, about_order, about_visit
from adapters.mail.letters.letter import Action, Body
from ledger.order.holders_letters import told_of_move
from ledger.order.order import StartMove
from ledger.order.stamps import Cause
from ledger.order.ticket_answers import holder_name
from ledger.order.tickets import Ticket, every_ticket


def ticket(at: Occasion) -> Body:
    """One ticket, with the page on which its holder finds it again; once more for another start."""
    shop = at.speech.of(at.order.terms.shop_name)
    move = told_of_move(at.order, at.correlation_id)
    subject, heading = at.say("Your ticket: %(shop)s", shop=shop), at.say("Here is your ticket")
    if move is not None:
        subject = at.say("%(shop)s is moved: your ticket", shop=shop)
        heading = at.say("The event is moved, and your ticket with it")
    return Body(
        subject=subject,
        mark=at.say("Ticket"),
        tone="good" if move is None else "calm",
        heading=heading,
        paragraphs=(_greeting(at), *(_new_start(at, move) if move is not None else _first(at))),
        facts=(*about_visit(at), *_about_ticket(at)),
        action=_page(at),
        notes=(
            at.say("Whoever ordered it can take it back. We would tell you so in a letter."),
            at.contact(),
        ),
        tickets=True,
    )


def _first(at: Occasion) -> Sequence[str]:
    return (
        at.say(
            "Whoever ordered it has sent it on to you. It is attached as a PDF: show it at the "
            "door, on your phone or on paper. Its code lets one person in, once."
        ),
    )


def _new_start(at: Occasion, move: StartMove) -> Sequence[str]:
    why = at.speech.of(move.stamp.reason) if move.stamp.reason else ""
    return (
        at.say(
            "It begins at another time than we told you: %(after)s instead of %(before)s.",
            after=at.speech.moment(move.stamp.starts_at),
            before=at.speech.moment(move.stamp.before),
        ),
        *([why] if why else []),
        at.say(
            "Your ticket stays valid, with the code that it has. It is attached once more, with "
            "the new time."
        ),
    )


def ticket_void(at: Occasion) -> Body:
    """The ticket that was sent lets nobody in any more."""
    shop = at.speech.of(at.order.terms.shop_name)
    return Body(
        subject=at.say("Your ticket is not valid any more: %(shop)s", shop=shop),
        mark=at.say("Not valid"),
        tone="alert",
        heading=at.say("Your ticket is not valid any more"),
        paragraphs=(_greeting(at), _why(at)),
        facts=(*about_visit(at), *_about_ticket(at)),
        notes=(
            at.say("Whoever ordered the ticket can tell you more."),
            at.contact(),
        ),
    )


def _why(at: Occasion) -> str:
    sending = at.sending
    if sending is not None and sending.ended_position:
        return at.say(
            "Whoever ordered it has taken it back, or sent it to somebody else. The code that we "
            "sent you lets nobody in, and its page is closed."
        )
    if at.order.cancelled_cause is Cause.SHOP_CANCELLED:
        return at.say(
            "The event was cancelled: nobody comes in with the code that we sent you. Whoever "
            "ordered the ticket hears from us about the money."
        )
    return at.say("It was cancelled. The code that we sent you lets nobody in.")


def _greeting(at: Occasion) -> str:
    """By the name that was told of the ticket; whoever held it after is not named."""
    sending, found = at.sending, _ticket(at)
    name = holder_name(at.order, found) if found else ""
    if not name or sending is None or sending.ended_position:
        return at.say("Hello,")
    return at.say("Hello %(name)s,", name=name)


def _about_ticket(at: Occasion) -> Sequence[Fact]:
    found = _ticket(at)
    title = at.speech.of(found.line.title) if found else ""
    return (*([(at.say("Ticket"), title)] if title else []), *about_order(at))


def _ticket(at: Occasion) -> Ticket | None:
    number = at.sending.ticket if at.sending else 0
    every = every_ticket(at.order.terms.lines)
    return next((one for one in every if one.number == number), None)


def _page(at: Occasion) -> Action | None:
    """The holder's own page; none once its code was erased with the person."""
    if at.sending is None or at.sending.code is None:
        return None
    return Action(
        label=at.say("See your ticket"),
        url=at.page,
        note=at.say(
            "On its own page you find the ticket again, and can look at what is told about you. "
            "Keep the address to yourself: whoever has it has the ticket."
        ),
    )
