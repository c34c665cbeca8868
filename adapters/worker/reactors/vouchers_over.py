"""Seats are kept for a voucher's holders no longer than it is valid."""

from dataclasses import dataclass
from uuid import UUID

from adapters.worker.reactor import DONE, NOTHING, Clock, Progress
from ledger.vouchers.service import Vouchers


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchersOver:
    """Acts on a voucher that may keep seats beyond its time."""

    vouchers: Vouchers
    clock: Clock

    def __call__(self, voucher: UUID) -> Progress:
        """Free its seats, once its time is over."""
        before = self.vouchers.get(voucher)
        after = self.vouchers.expire(voucher, actor="worker", at=self.clock())
        return NOTHING if after.version == before.version else DONE
