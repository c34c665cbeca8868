"""The vouchers of a shop: how often each may be used and was, and until when seats are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.vouchers.voucher import Voucher
from projections.engine.projection import Projection, column


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRow:
    """A voucher, without its code. `kept` seats of each of its quotas are held for its holders.

    `over_at` is when they are to be freed; None where none are kept, or for ever.
    """

    stream: UUID
    shop: str
    issued_at: datetime
    uses: int
    taken: int
    kept: int
    valid_until: datetime | None
    over_at: datetime | None
    revoked: bool


def vouchers(voucher: Voucher) -> Sequence[VoucherRow]:
    """One row, as soon as it was issued."""
    issued, at = voucher.issued, voucher.issued_at
    if issued is None or at is None:
        return ()
    terms = voucher.terms
    row = VoucherRow(
        stream=voucher.id,
        shop=issued.shop_slug,
        issued_at=at,
        uses=column(terms.uses),
        taken=column(voucher.taken),
        kept=column(voucher.uses_left) if voucher.reserves else 0,
        valid_until=terms.valid_until,
        over_at=terms.valid_until if voucher.reserves else None,
        revoked=voucher.revoked,
    )
    return (row,)


VOUCHERS = Projection(name="vouchers", version=1, row=VoucherRow, key=(), rows={Voucher: vouchers})
