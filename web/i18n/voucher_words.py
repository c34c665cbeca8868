"""Why a voucher is not taken, as customers read it."""

from datetime import datetime

from ledger.kernel.refusals import Refusal
from ledger.vouchers import refusals as no
from web.i18n.format import moment
from web.i18n.gettext import _, ngettext


def of_voucher(refusal: Refusal | None, at: datetime) -> str:
    """A sentence; empty if the refusal is about something else, or there is none."""
    match refusal:
        case no.UnknownVoucher():
            return _("This shop has no voucher with that code. Check how it is written.")
        case no.VoucherNotValidNow(valid_from=begins) if begins is not None and at < begins:
            return _("This voucher is valid from %(moment)s.", moment=moment(begins))
        case no.VoucherNotValidNow(valid_until=ends) if ends is not None:
            return _("This voucher was valid until %(moment)s.", moment=moment(ends))
        case no.VoucherUsedUp():
            return _("This voucher has been used as often as it may be.")
        case no.VoucherNotForThese():
            return _("This voucher takes nothing off what you chose.")
        case no.VoucherTooFewPieces(minimum=least):
            return ngettext(
                "Choose at least %(num)d of what this voucher is for.",
                "Choose at least %(num)d of what this voucher is for.",
                least,
            )
        case _:
            return ""
