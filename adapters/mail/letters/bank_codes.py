"""A bank transfer as a code that the payer's bank reads with a camera: EPC QR."""

from decimal import Decimal
from io import BytesIO

import segno
from segno.helpers import make_epc_qr

from ledger.kernel.bank_transfer import creditor_reference
from ledger.kernel.money import Money
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
    return code.svg_inline(scale=_SCALE, border=_QUIET, dark="#000", light="#fff", title=title)


def as_png(code: segno.QRCode) -> tuple[bytes, int]:
    """The code for a letter, and the length of its side in pixels."""
    picture = BytesIO()
    code.save(picture, kind="png", scale=_SCALE, border=_QUIET)
    return picture.getvalue(), round(code.symbol_size(scale=_SCALE, border=_QUIET)[0])
