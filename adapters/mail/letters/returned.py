"""The letters about money that goes back: the credit note, and corrections of what was said."""

from collections.abc import Sequence
from uuid import UUID

from adapters.mail.letters.context import (
    Fact,
    Occasion,
    about_everything,
    about_given_up,
    about_tickets,
    about_withdrawal,
    announced,
    failed_amount,
    vat_of_part,
    vat_returned,
)
from adapters.mail.letters.letter import Action, Body, Statement
from ledger.kernel.money import Money
from ledger.order.amendment import price_of
from ledger.order.correction import Withdrawal
from ledger.order.refund import Refund
from ledger.order.stamps import Cause, LinesSwapped

_SURPLUS = (Cause.OVERPAID, Cause.LATE_PAYMENT)


def refunded(at: Occasion) -> Body:
    """A credit note: what is returned, and which receipt it reverses."""
    refund = at.order.refunds[at.correlation_id]
    return Body(
        subject=_subject(at, refund),
        mark=at.say("Refunded"),
        tone="calm",
        heading=_heading(at, refund),
        paragraphs=(at.greeting(), *_story(at, refund)),
        facts=(
            *about_everything(at, at.say("Credit note"), *_reversed(at, refund.payment)),
            *about_given_up(at),
            *about_withdrawal(at),
        ),
        statement=_statement(at, refund),
        action=_new_order(at),
        notes=(at.contact(),),
    )


def refund_failed(at: Occasion) -> Body:
    """A refund that we announced failed after all."""
    refund = at.order.refunds[at.correlation_id]
    amount = at.money(failed_amount(refund, at.order.currency))
    return Body(
        subject=at.say("About the refund for your order %(order)s", order=at.order_number),
        mark=at.say("Correction"),
        tone="alert",
        heading=at.say("Your refund did not go through"),
        paragraphs=(
            at.greeting(),
            at.say("We wrote to you that we return %(amount)s.", amount=amount)
            + " "
            + at.say("The payment provider has told us since that this refund failed."),
            at.say("We are sorry. Ticket sales will arrange the money with you."),
            at.contact(),
        ),
        facts=about_everything(at, at.say("Correction")),
    )


def _new_order(at: Occasion) -> Action | None:
    """Where the new order is, if lines were swapped for one."""
    if at.swap is None:
        return None
    return Action(
        label=at.say("See your new order"),
        url=at.other_page(at.swap.order),
        note=at.say("If something of its price is still to be paid, you pay it there."),
    )


def _cancels(at: Occasion, refund: Refund) -> bool:
    """The refund is part of a cancellation, whether or not that one is stamped yet."""
    asked_by_customer = refund.request is not None and refund.request.cause is Cause.CUSTOMER
    return asked_by_customer or at.order.cancelled == at.correlation_id


def _subject(at: Occasion, refund: Refund) -> str:
    if at.swap is not None:
        return at.say("Your order %(order)s is replaced", order=at.order_number)
    if at.part:
        return at.say(
            "A part of your order %(order)s is cancelled and refunded", order=at.order_number
        )
    if _cancels(at, refund):
        return at.say("Your order %(order)s is cancelled and refunded", order=at.order_number)
    return at.say("Refund for your order %(order)s", order=at.order_number)


def _heading(at: Occasion, refund: Refund) -> str:
    if at.swap is not None and at.part:
        return at.say("A part of your order is replaced")
    if at.swap is not None:
        return at.say("Your order is replaced")
    if at.part:
        return at.say("A part of your order is cancelled")
    if _cancels(at, refund):
        return at.say("Your order is cancelled")
    return at.say("Your money is on its way back")


def _story(at: Occasion, refund: Refund) -> Sequence[str]:
    if at.swap is not None:
        return _story_of_swap(at, refund, at.swap)
    amount = at.money(announced(refund, at.order.currency))
    told = at.say("We return %(amount)s to you.", amount=amount)
    why = _why(at, refund)
    cause = refund.request.cause if refund.request else None
    if cause is Cause.SHOP_CANCELLED and _cancels(at, refund):
        return (*why_cancelled(at), f"{told} {_when(at, refund)}")
    rest = at.say("The rest of your order stays valid: %(lines)s.", lines=at.rest())
    return (" ".join(filter(None, (why, told))), _when(at, refund), *([rest] if at.part else []))


def _story_of_swap(at: Occasion, refund: Refund, swap: LinesSwapped) -> Sequence[str]:
    told = at.say(
        "As agreed, we have replaced it by a new order. We set %(amount)s of what you paid "
        "against the price of that.",
        amount=at.money(swap.amount),
    )
    rest = announced(refund, at.order.currency) - swap.amount
    back = at.say("We return %(amount)s to you.", amount=at.money(rest))
    way = _when(at, refund) if refund.request is None else _as_paid(at)
    stays = at.say("The rest of your order stays valid: %(lines)s.", lines=at.rest())
    return (told, *([f"{back} {way}"] if rest else []), *([stays] if at.part else []))


def why_cancelled(at: Occasion) -> tuple[str, ...]:
    """Why the order is cancelled: with its whole shop, in the words of the organiser."""
    if at.order.cancelled_cause is Cause.SHOP_MOVED:
        return (at.say("We have cancelled your order as you wished, since the event was moved."),)
    if at.order.cancelled_cause is not Cause.SHOP_CANCELLED:
        return (at.say("We have cancelled your order."),)
    shop = at.speech.of(at.order.terms.shop_name)
    told = at.say("%(shop)s does not take place, so your order is cancelled.", shop=shop)
    return (told, at.order.shop_reason) if at.order.shop_reason else (told,)


def _when(at: Occasion, refund: Refund) -> str:
    if refund.manual is not None:
        return at.say("The money is with you within 5 banking days.")
    return _as_paid(at)


def _as_paid(at: Occasion) -> str:
    return at.say("The money is with you within 5 banking days, the way you paid.")


def why_part(at: Occasion) -> str:
    """That a part is cancelled, and by whom."""
    part, refund = at.order.amendments.get(at.correlation_id), at.order.refund_of(at.correlation_id)
    request = refund.request if refund else None
    if Cause.CUSTOMER in (part.cause if part else None, request.cause if request else None):
        return at.say("We have cancelled this part of your order as you wished.")
    return at.say("We have cancelled this part of your order.")


def _why(at: Occasion, refund: Refund) -> str:
    if at.part:
        return why_part(at)
    match refund.request.cause if refund.request else None:
        case Cause.CUSTOMER:
            return at.say("We have cancelled your order as you wished.")
        case Cause.SHOP_MOVED:
            return at.say("We have cancelled your order as you wished, since the event was moved.")
        case Cause.SHOP_CANCELLED:
            return at.say("The event does not take place, so all that you paid goes back.")
        case Cause.OVERPAID:
            return at.say("You paid this order more than once. Your order is not affected.")
        case Cause.LATE_PAYMENT:
            return at.say("Your payment arrived after the order had been cancelled.")
        case _:
            return at.say("We have cancelled your order.") if _cancels(at, refund) else ""


def _reversed(at: Occasion, payment: UUID | None) -> Sequence[Fact]:
    """Which receipt a credit note takes back, if the payment got one."""
    number = at.receipt_number(payment)
    return () if number is None else ((at.say("Reverses receipt"), str(number)),)


def _statement(at: Occasion, refund: Refund) -> Statement:
    order = at.order
    amount = announced(refund, order.currency)
    part = order.amendments.get(at.correlation_id)
    fee = part.fee if part else refund.request.fee if refund.request else Money(0, order.currency)
    kept = [(at.say("Cancellation fee kept back"), -fee)] if fee else []
    whole = at.part or amount + fee == price_of(at.lines, order.currency)
    return Statement(
        sum_label=at.say("Returned to you") if at.swap is None else at.say("Credited to you"),
        total=amount,
        vat=() if _is_surplus(refund) else vat_returned(at, amount),
        lines=bool(whole) and not _is_surplus(refund),
        pieces=at.part or at.lines,
        extra=kept,
    )


def _is_surplus(refund: Refund) -> bool:
    """Money that was never the price of anything: no sale, no VAT."""
    return refund.request is not None and refund.request.cause in _SURPLUS


def correction(at: Occasion) -> Body:
    """What is corrected: a refund that failed, or what staff did by mistake."""
    taken = next((one for one in at.order.withdrawals if one.under == at.correlation_id), None)
    if taken is None:
        return refund_failed(at)
    return _reinstated(at) if taken.amount is None else _not_paid(at, taken, taken.amount)


def _not_paid(at: Occasion, taken: Withdrawal, amount: Money) -> Body:
    """A credit letter: it takes back the receipt of a payment that never came."""
    return Body(
        subject=at.say("About the payment of your order %(order)s", order=at.order_number),
        mark=at.say("Correction"),
        tone="alert",
        heading=at.say("Your payment has not come yet"),
        paragraphs=(
            at.greeting(),
            at.say("We wrote to you that we received %(amount)s.", amount=at.money(amount))
            + " "
            + at.say("That was our mistake, and the receipt is not valid: no such payment came."),
            at.say("We are sorry."),
        ),
        facts=about_everything(at, at.say("Credit note"), *_reversed(at, taken.about)),
        statement=Statement(
            sum_label=at.say("Taken back"), total=amount, vat=vat_of_part(amount, at.order)
        ),
        action=Action(
            label=at.say("See your order"),
            url=at.page,
            note=at.say("The page of your order tells what is still to be paid, and how."),
        ),
        notes=(at.contact(),),
    )


def _reinstated(at: Occasion) -> Body:
    """The order lives: we had cancelled it by mistake."""
    return Body(
        subject=at.say("Your order %(order)s is not cancelled", order=at.order_number),
        mark=at.say("Correction"),
        tone="good",
        heading=at.say("Your order stands"),
        paragraphs=(
            at.greeting(),
            at.say("We wrote to you that your order is cancelled. That was our mistake.")
            + " "
            + at.say("The order and your places in it are as they were before."),
            *about_tickets(at),
            at.say("We are sorry."),
        ),
        facts=about_everything(at, at.say("Correction")),
        action=Action(
            label=at.say("See your order"),
            url=at.page,
            note=at.say("You need not do anything. The page of your order tells how it stands."),
        ),
        notes=(at.contact(),),
        tickets=bool(at.order.own_tickets),
    )
