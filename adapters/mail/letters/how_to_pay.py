"""The letter to somebody who ordered and has not paid: how, until when, and where to look."""

from collections.abc import Sequence

from adapters.mail.letters.bank_codes import as_png, epc_qr
from adapters.mail.letters.context import Occasion
from adapters.mail.letters.facts import Fact, about_customer, about_order
from adapters.mail.letters.letter import Action, Body, Picture, Statement
from adapters.mail.letters.vat import vat_of_order
from ledger.kernel.bank_transfer import bar_code_of, in_fours
from ledger.order.decisions.staff import MANUAL
from ledger.order.payable import pay_until
from ledger.shop.stamps import BankAccount


def how_to_pay(at: Occasion) -> Body:
    """The order's address and reference, which until now only an open page told."""
    until = at.speech.moment(pay_until(at.order))
    account = _account(at)
    return Body(
        subject=at.say("How to pay your order %(order)s", order=at.order_number),
        mark=at.say("Not paid"),
        tone="calm",
        heading=at.say("Your order is waiting for payment"),
        paragraphs=(
            at.greeting(),
            at.say(
                "We hold your places until %(when)s. If the order is not paid by then, it is "
                "cancelled and costs you nothing.",
                when=until,
            ),
            *_instructions(at),
        ),
        facts=(
            *about_order(at),
            (at.say("Amount"), at.money(at.order.due)),
            (at.say("Payment reference"), at.order.payment_reference),
            (at.say("Pay by"), until),
            *(_about_account(at, account) if account else ()),
            *about_customer(at),
        ),
        statement=Statement(
            sum_label=at.say("Total"), total=at.order.due, vat=vat_of_order(at.order)
        ),
        action=Action(label=_label(at), url=at.page, note=_note(at)),
        notes=(at.contact(),),
        pictures=_codes(at, account) if account else (),
    )


def _by_hand(at: Occasion) -> bool:
    return all(one.provider == MANUAL for one in at.order.attempts.values())


def _instructions(at: Occasion) -> Sequence[str]:
    """The shop's own words, line by line; nothing that it did not write is claimed."""
    wanted = at.order.terms.payment_letter
    if wanted is None or not _by_hand(at):
        return ()
    return tuple(line for line in at.speech.of(wanted.how_to_pay).splitlines() if line.strip())


def _account(at: Occasion) -> BankAccount | None:
    wanted = at.order.terms.payment_letter
    return wanted.bank_account if wanted and _by_hand(at) else None


def _about_account(at: Occasion, account: BankAccount) -> Sequence[Fact]:
    code = bar_code_of(
        account.iban,
        amount=at.order.due,
        reference=at.order.payment_reference,
        due=pay_until(at.order),
        timezone=at.order.terms.timezone,
    )
    rows = (
        (at.say("Recipient"), account.holder),
        (at.say("IBAN"), in_fours(account.iban)),
        (at.say("BIC"), account.bic),
        (at.say("Virtual bar code"), code),
    )
    return tuple(row for row in rows if row[1])


def _codes(at: Occasion, account: BankAccount) -> Sequence[Picture]:
    code = epc_qr(account, amount=at.order.due, reference=at.order.payment_reference)
    if code is None:
        return ()
    png, side = as_png(code)
    meaning = at.say("Read this code with your bank's app: it fills in the whole transfer.")
    return (Picture(name="transfer", png=png, side=side, meaning=meaning),)


def _label(at: Occasion) -> str:
    return at.say("See your order") if _by_hand(at) else at.say("See and pay your order")


def _note(at: Occasion) -> str:
    keep = at.say("Keep this letter: nobody finds the page of your order without its address.")
    if not _by_hand(at):
        return at.say("You can pay on the page of your order.") + " " + keep
    if _instructions(at) or _account(at):
        given = at.say("Give the reference with a bank transfer, so that we find your order.")
        return given + " " + keep
    return at.say("Ticket sales tell you how to pay: please write to them.") + " " + keep
