"""Why a voucher is not taken, or not offered."""

from datetime import datetime

from ledger.kernel.refusals import Refusal


class UnknownVoucher(Refusal):
    """This shop has no voucher with that code."""


class VoucherNotValidNow(Refusal):
    """The voucher is not valid at this moment: not yet, or no longer."""

    def __init__(self, *, valid_from: datetime | None, valid_until: datetime | None) -> None:
        super().__init__(f"{valid_from} to {valid_until}")
        self.valid_from, self.valid_until = valid_from, valid_until


class VoucherUsedUp(Refusal):
    """The voucher has been used as often as it may be."""


class VoucherNotForThese(Refusal):
    """The voucher takes nothing off what was chosen."""


class VoucherTooFewPieces(Refusal):
    """The voucher is for more pieces than were chosen."""

    def __init__(self, *, minimum: int) -> None:
        super().__init__(f"at least {minimum}")
        self.minimum = minimum


class VoucherExists(Refusal):
    """This shop has a voucher with that code already, for something else."""


class VoucherInUse(Refusal):
    """The voucher was used or changed meanwhile. Look at it again."""


class VoucherInvalid(Refusal):
    """Something about the voucher cannot be offered."""

    def __init__(self, *, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule = field, rule
