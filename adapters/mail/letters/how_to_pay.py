"""The letter to somebody who has not paid: how, until when, and the code that a bank reads."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

import segno
from segno.helpers import make_epc_qr

from adapters.mail.letters.context import Fact, Occasion, about_customer, about_order, vat_of_order
from adapters.mail.letters.letter import Action, Body, Picture, Statement
from ledger.kernel.bank_transfer import bar_code_of, creditor_reference, in_fours
from ledger.kernel.money import Money
from ledger.order.decisions.staff import MANUAL
from ledger.order.payable import pay_until
from ledger.shop.stamps import BankAccount

# What a phone reads from a screen at arm's length, with the quiet zone of the standard.
_SCALE, _QUIET = 4, 4
# EPC069-12: a transfer of 0.01 to 999,999,999.99 euros.
_MOST_CENTS = 99_999_999_999


def epc_qr(account: BankAccount, *, amount: Money, reference: str) -> segno.QRCode | None:
    """The European Payments Council's code (EPC069-12); None where it does not reach.

    The reference goes as a creditor reference, which banks everywhere check for the payer.
    """
    if amount.currency != "EUR" or not 0 < amount.amount <= _MOST_CENTS:
        return None
    return make_epc_qr(
        name=account.holder,
        iban=account.iban,
        amount=Decimal(amount.amount).scaleb(-2),
        reference=creditor_reference(reference),
        bic=account.bic or None,
    )


def transfer_svg(account: BankAccount, *, amount: Money, reference: str, title: str) -> str:
    """The code for a page, on white also where the page is dark; empty where there is none."""
    code = epc_qr(account, amount=amount, reference=reference)
    if code is None:
        return ""
    # Without a size of its own it is scaled to the page's, and never cut off there.
    look = {"dark": "#000", "light": "#fff", "omitsize": True}
    return code.svg_inline(scale=_SCALE, border=_QUIET, title=title, **look)


def as_png(code: segno.QRCode) -> tuple[bytes, int]:
    """The code for a letter, and the length of its side in pixels."""
    picture = BytesIO()
    code.save(picture, kind="png", scale=_SCALE, border=_QUIET)
    return picture.getvalue(), round(code.symbol_size(scale=_SCALE, border=_QUIET)[0])


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
