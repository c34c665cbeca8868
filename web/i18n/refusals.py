"""What people read when the ledger says no."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l

from ledger.cart.appraisal import AppraisedGroup, AppraisedLine, Obstacle
from ledger.kernel import refusals as no
from ledger.kernel.money import Money
from ledger.kernel.refusals import Refusal
from ledger.order.cancellation_policy import Eligibility, Promise, Why
from ledger.shop.questions import AnswerRule
from ledger.shop.shop import Shop
from web.i18n.format import local, moment, money
from web.i18n.gettext import _, ngettext


def of_lines(refusal: Refusal, shop: Shop) -> str | None:
    """Why these products cannot be ordered; None if the refusal is about something else."""
    match refusal:
        case no.NotEnoughSeats(product=product):
            return _(
                "There are not enough left of “%(product)s”. Choose fewer, or something else.",
                product=_title(shop, product),
            )
        case no.NotOnSale(product=product) | no.UnknownProduct(product=product):
            return _("“%(product)s” is not on sale just now.", product=_title(shop, product))
        case no.QuantityNotAllowed(product=product, maximum=maximum):
            return ngettext(
                "One order may hold at most %(num)d of “%(product)s”.",
                "One order may hold at most %(num)d of “%(product)s”.",
                maximum,
                product=_title(shop, product),
            )
        case no.AmountNotPayable(total=total):
            return _(
                "An order of %(amount)s cannot be paid here: the payment provider does not take"
                " that much, or that little, at once. Change how much you order.",
                amount=money(total),
            )
        case no.PriceChanged(expected_total=shown, total=total):
            return _(
                "The price has changed from %(before)s to %(now)s since you saw it. Nothing was"
                " ordered. Look at it again, then press once more.",
                before=money(shown),
                now=money(total),
            )
        case no.AnswersInvalid(product=product):
            return _(
                "Look at the questions about “%(product)s” again: an answer is missing, or"
                " cannot be taken.",
                product=_title(shop, product),
            )
        case no.Busy():
            return _("Very many people are buying at this moment. Please press once more.")
        case _:
            return None


def of_pieces(refusal: Refusal) -> str:
    """Why these pieces of an order cannot be cancelled by themselves."""
    match refusal:
        case no.NothingChosen():
            return _("Choose at least one ticket.")
        case no.PiecesNotLeft():
            return _("Your order does not hold that many. Choose again.")
        case no.NotCancellable(why=why):
            return of_cancellation(why)
        case _:
            return _("Ticket sales can help you with these tickets.")


def of_answer(rule: str) -> str:
    """What is wrong with an answer about a ticket."""
    match rule:
        case AnswerRule.REQUIRED:
            return _("Answer this question.")
        case AnswerRule.EMAIL:
            return _("Enter an email address like name@example.com.")
        case AnswerRule.CHOICE:
            return _("Choose one of the answers.")
        case AnswerRule.TOO_LONG:
            return _("Write less: this is too long.")
        case _:
            return _("Use letters, spaces, apostrophes, full stops and hyphens only.")


def of_sending(refusal: Refusal) -> str:
    """Why a ticket cannot be sent on, or taken back."""
    match refusal:
        case no.CustomerInvalid():
            return _("Enter an email address like name@example.com.")
        case no.AnswersMoved():
            return _("This ticket was changed meanwhile. Look at it again, then press once more.")
        case no.TicketNotSendable(rule="not_issued"):
            return _("The tickets are not made yet. Try again in a moment.")
        case no.TicketNotSendable(rule="used"):
            return _("Somebody came in with this ticket already.")
        case no.TicketNotSendable(rule="over"):
            return _("The event is over.")
        case no.TicketNotSendable(rule="too_often"):
            return _("This ticket was sent on very often. Ticket sales can help you.")
        case no.TicketNotSendable(rule="not_sent"):
            return _("This ticket is yours already.")
        case _:
            return _("This ticket is not valid any more, so it cannot be sent on.")


def of_line(line: AppraisedLine) -> str:
    """Why a line of a cart cannot be ordered as it stands; empty if it can."""
    match line.obstacle:
        case None | Obstacle.SHOP_AWAY:
            return ""
        case Obstacle.SOLD_OUT:
            return _("Sold out. Take it out, then you can order the rest.")
        case Obstacle.TOO_FEW:
            return ngettext(
                "Only %(num)d left. Choose fewer.", "Only %(num)d left. Choose fewer.", line.free
            )
        case Obstacle.TOO_MANY:
            most = line.product.max_per_order if line.product else 0
            return ngettext(
                "One order may hold at most %(num)d. Choose fewer.",
                "One order may hold at most %(num)d. Choose fewer.",
                most,
            )
        case _:
            return _("Not on sale just now. Take it out, then you can order the rest.")


def of_group(group: AppraisedGroup) -> str:
    """Why none of a shop's part of a cart can be ordered; empty if some of it can."""
    if group.shop is None:
        return _("This shop cannot be reached just now. What you chose stays in your cart.")
    if group.obstacle is not None and group.total is not None:
        refusal = no.AmountNotPayable(total=group.total, reason="")
        return of_lines(refusal, group.shop) or ""
    return ""


def of_price(line: AppraisedLine) -> str:
    """That it costs something else than was shown last; empty if it does not."""
    if not line.price_changed:
        return ""
    return _(
        "The price has changed: it was %(before)s when you saw it last, it is %(now)s today.",
        before=money(line.line.price),
        now=money(line.unit_price),
    )


def of_field(field: str) -> str:
    """What may stand in a field of the customer's (SPEC C3)."""
    match field:
        case "email":
            return _("Enter an email address like name@example.com.")
        case "phone":
            return _("Enter a phone number of at most 50 characters, or leave it empty.")
        case "first_name":
            return _(
                "In the first name, use only letters, spaces, apostrophes and hyphens,"
                " at most 50 characters."
            )
        case _:
            return _(
                "In the last name, use only letters, spaces, apostrophes and hyphens,"
                " at most 50 characters."
            )


# What stands in the way of a cancellation, as customers and ticket sales read it (SPEC X1).
_HINDRANCES: Mapping[Why, object] = {
    Why.CANCELLED: _l("This order is cancelled already."),
    Why.CANCELLED_NOT_RETURNED: _l("Ticket sales is arranging the refund of this order."),
    Why.DISPUTED: _l("The payment is disputed at the bank."),
    Why.REFUND_UNDER_WAY: _l("A refund of this order is under way already."),
    Why.REFUND_FAILED: _l("Ticket sales is arranging the refund of this order."),
    Why.UNPAID: _l("Nothing was paid. Unless you pay, the order ends by itself."),
    Why.NOT_COME: _l("The payment has not come yet, so there is nothing to cancel here."),
    Why.AT_THE_BANK: _l(
        "The payment is still under way at the bank; the order can be cancelled afterwards."
    ),
    Why.PART_MISSING: _l("A part of the payment is missing; ticket sales returns what came."),
    Why.AUTHORIZED: _l("The payment is authorized and not charged yet: it is confirmed first."),
    Why.PARTLY_RETURNED: _l(
        "A part of the money has been returned already; ticket sales returns the rest."
    ),
    Why.RETURNED: _l("All the money of this order has been returned already."),
    Why.CHARGED_BACK: _l("Your bank took the payment back, so there is nothing to return."),
    Why.NO_SELF_SERVICE: _l("This shop does not take cancellations by itself."),
    Why.TOO_LATE: _l("The time for cancelling this order is over."),
    Why.PAID_BY_HAND: _l(
        "This order was not paid through a payment provider; ticket sales can help."
    ),
    Why.SEVERAL_PAYMENTS: _l("The order was paid more than once; ticket sales can help."),
    Why.TICKET_USED: _l("A ticket of this order was used at the door already."),
    Why.SOME_USED: _l(
        "A ticket of this order was used at the door already; the others can still be cancelled."
    ),
    Why.PIECES_USED: _l(
        "Some of these tickets were used at the door already. Choose fewer: only tickets that"
        " nobody has used can be cancelled."
    ),
    Why.NO_PARTS: _l("This shop takes back whole orders only."),
    Why.KEPT: _l("You have chosen to keep this order for the new date."),
    Why.REST_IS_FREE: _l("Only what is free would be left; the whole order can be cancelled."),
}


def of_cancellation(why: str) -> str:
    """Why an order cannot be cancelled by its customer: page, API and command line say this."""
    return str(_HINDRANCES[Why(why)]) if why else ""


def told_cancellation(answer: Eligibility) -> str:
    """The policy's whole answer in sentences: until when, and for what fee; or why not."""
    return told_policy(answer.why, answer.deadline, answer.quote.fee)


def told_policy(why: Why, until: datetime | None, fee: Money) -> str:
    """The same, by all that the sentences depend on besides language and time zone."""
    if until is None or why not in (Why.NOTHING, Why.TOO_LATE):
        return of_cancellation(why)
    if why is Why.TOO_LATE:
        was = _("It was possible until %(when)s.", when=moment(until))
        return f"{of_cancellation(why)} {was}"
    told = _("You can cancel this order yourself until %(deadline)s.", deadline=moment(until))
    if not fee:
        return told
    kept = _("A cancellation fee of %(fee)s is kept back.", fee=money(fee))
    return f"{told} {kept}"


def told_promise(promised: Promise) -> str:
    """The same before anybody orders, in the same words."""
    if promised.why is Why.PAID_BY_HAND:
        return _("Ticket sales can help you if you want to cancel.")
    if promised.why is Why.TOO_LATE:
        return _("An order that is placed now cannot be cancelled.")
    if promised.why is not Why.NOTHING or promised.deadline is None:
        return of_cancellation(promised.why)
    until = moment(promised.deadline)
    told = _(
        "If you order now, you can cancel the order yourself until %(deadline)s.", deadline=until
    )
    if not promised.fee:
        return told
    kept = _("A cancellation fee of %(fee)s is kept back.", fee=money(promised.fee))
    return f"{told} {kept}"


def _title(shop: Shop, product: str) -> str:
    known = shop.products.get(product)
    return local(known.title) if known else product
