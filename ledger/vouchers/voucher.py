"""A voucher as it stands, folded from its stamps: its terms, who took uses, what is left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import assert_never
from uuid import UUID, uuid5

from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign, Recorded
from ledger.vouchers.refusals import UnknownVoucher
from ledger.vouchers.stamps import (
    VoucherChanged,
    VoucherExpired,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherRevoked,
    VoucherStamp,
    VoucherTerms,
)


def voucher_id(shop: UUID, code_index: str) -> UUID:
    """The stream of a voucher: a code exists once in a shop, for ever (law 3)."""
    return uuid5(shop, f"voucher/{code_index}")


@dataclass(frozen=True, kw_only=True)
class Voucher:
    """A voucher as it stands. `taken_by` counts uses by order.

    `first_uses` is what each order that ever took some took first, and what that took off.
    """

    id: UUID
    version: int = 0
    issued: VoucherIssued | None = None
    issued_at: datetime | None = None
    changed: VoucherTerms | None = None
    taken_by: Mapping[UUID, int] = field(default_factory=dict)
    first_uses: Mapping[UUID, VoucherRedeemed] = field(default_factory=dict)
    revoked_at: datetime | None = None
    expired: bool = False
    erased: bool = False

    @property
    def start(self) -> VoucherIssued:
        """How it began; raises `UnknownVoucher` where it never did."""
        if self.issued is None:
            raise UnknownVoucher
        return self.issued

    @property
    def terms(self) -> VoucherTerms:
        """What it is good for now; raises `UnknownVoucher`."""
        return self.changed or self.start.terms

    @property
    def code(self) -> str | None:
        """What people type; None once nobody may know it any more."""
        return self.issued.code if self.issued else None

    @property
    def revoked(self) -> bool:
        """Whether nobody can use it any more."""
        return self.revoked_at is not None

    @cached_property
    def taken(self) -> int:
        """How many uses orders have taken and not given back."""
        return sum(self.taken_by.values())

    @property
    def redeemed(self) -> bool:
        """Whether some order has a use of it."""
        return bool(self.taken)

    @property
    def uses_left(self) -> int:
        """How many pieces may still be bought with it, leaving aside its time."""
        return max(0, self.terms.uses - self.taken) if self.issued and not self.revoked else 0

    @property
    def reserves(self) -> bool:
        """Whether seats are kept for whoever holds it."""
        return (
            self.issued is not None
            and bool(self.terms.reserved)
            and not (self.revoked or self.expired)
        )

    @property
    def seats(self) -> Mapping[UUID, tuple[int, int]]:
        """(held, sold) per quota: what is kept for uses that are left (law 8)."""
        left = self.uses_left if self.reserves else 0
        return dict.fromkeys(self.terms.reserved, (left, 0)) if left else {}


def fold_voucher(id: UUID, history: Iterable[Recorded[object]]) -> Voucher:
    """The voucher as it stands after these stamps; raises `Foreign`."""
    return fold_voucher_on(Voucher(id=id), history)


def fold_voucher_on(voucher: Voucher, history: Iterable[Recorded[object]]) -> Voucher:
    """The voucher after these further stamps, of which there may be thousands."""
    taken, first = dict(voucher.taken_by), dict(voucher.first_uses)
    version = voucher.version
    for recorded in history:
        if isinstance(recorded.stamp, VoucherRedeemed | VoucherGivenBack):
            _take(taken, first, recorded.stamp)
        else:
            voucher = evolve_voucher(voucher, recorded)
        version = recorded.version
    return replace(voucher, version=version, taken_by=taken, first_uses=first)


def evolve_voucher(voucher: Voucher, recorded: Recorded[object]) -> Voucher:
    """The voucher after one more stamp; raises `Foreign`."""
    voucher, stamp = replace(voucher, version=recorded.version), recorded.stamp
    if not isinstance(stamp, VoucherStamp):
        raise Foreign(stamp)
    match stamp:
        case VoucherIssued():
            return replace(voucher, issued=stamp, issued_at=recorded.recorded_at)
        case VoucherChanged():
            # With more time it is valid again, and keeps seats again.
            return replace(voucher, changed=stamp.terms, expired=False)
        case VoucherRevoked():
            return replace(voucher, revoked_at=recorded.recorded_at)
        case VoucherExpired():
            return replace(voucher, expired=True)
        case VoucherRedeemed() | VoucherGivenBack():
            taken, first = dict(voucher.taken_by), dict(voucher.first_uses)
            _take(taken, first, stamp)
            return replace(voucher, taken_by=taken, first_uses=first)
        case Erased():
            issued = replace(voucher.issued, code=None, label=None) if voucher.issued else None
            return replace(voucher, issued=issued, erased=True)
        case _:
            assert_never(stamp)


def _take(
    taken: dict[UUID, int],
    first: dict[UUID, VoucherRedeemed],
    stamp: VoucherRedeemed | VoucherGivenBack,
) -> None:
    if isinstance(stamp, VoucherRedeemed):
        first.setdefault(stamp.order, stamp)
    uses = stamp.uses if isinstance(stamp, VoucherRedeemed) else -stamp.uses
    taken[stamp.order] = taken.get(stamp.order, 0) + uses
    if not taken[stamp.order]:
        del taken[stamp.order]
