"""Corrections: something that a letter of ours said is not so."""

from adapters.mail.letters.context import Occasion
from adapters.mail.letters.facts import Fact, about_everything
from adapters.mail.letters.letter import Action, Body, Statement
from adapters.mail.letters.returned import refund_failed
from adapters.mail.letters.vat import vat_of_part
from ledger.kernel.money import Money
from ledger.order.correction import Withdrawal


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
        facts=(*about_everything(at, at.say("Credit note")), *_reversed(at, taken)),
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


def _reversed(at: Occasion, taken: Withdrawal) -> tuple[Fact, ...]:
    number = at.receipt_number(taken.about)
    return () if number is None else ((at.say("Reverses receipt"), str(number)),)


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
            at.say("We are sorry."),
        ),
        facts=about_everything(at, at.say("Correction")),
        action=Action(
            label=at.say("See your order"),
            url=at.page,
            note=at.say("You need not do anything. The page of your order tells how it stands."),
        ),
        notes=(at.contact(),),
    )
