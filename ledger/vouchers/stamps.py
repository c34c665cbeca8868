"""Every stamp a voucher of our own shop can hold. Field names are storage format: never rename."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import stamp
from ledger.kernel.money import Money


class EffectKind(StrEnum):
    """What a voucher does to the price of one piece."""

    SET_PRICE = "set_price"
    PERCENT_OFF = "percent_off"
    AMOUNT_OFF = "amount_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one use takes off one piece: `amount` or `percent`, as the kind says."""

    kind: EffectKind
    amount: Money | None = None
    percent: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherTerms:
    """What a voucher is good for. One use is one piece.

    `products` are slugs (none: all of the shop); `minimum` is how many pieces of them an order
    must have; it is valid from `valid_from` until before `valid_until`. Of each of the `reserved`
    quotas a seat is kept for every use that is left. `returns`: what was bought with it and is
    cancelled gives its uses back; those of an order that nobody paid come back in any case.
    """

    effect: Effect
    products: tuple[str, ...] = ()
    uses: int = 1
    minimum: int = 1
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    reserved: tuple[UUID, ...] = ()
    returns: bool = True


@stamp("VOUCHER_ISSUED", binding=("shop", "code_index"), sealed=("code", "label"))
class VoucherIssued:
    """A code is good for something from here on.

    `code_index` is the keyed hash of the folded code; the code itself is a person's secret, and
    `label`, what the shop calls it, may name one. `source` is the stream of whoever it was made
    for, where somebody was.
    """

    shop: UUID
    shop_slug: str
    code_index: str
    terms: VoucherTerms
    source: UUID | None = None
    code: str | None = None
    label: str | None = None


@stamp("VOUCHER_CHANGED", binding=("terms",))
class VoucherChanged:
    """It is good for this from here on; orders that were placed keep what they had."""

    terms: VoucherTerms


@stamp("VOUCHER_REVOKED", sealed=("reason",))
class VoucherRevoked:
    """Nobody can use it any more; what was bought with it stays bought."""

    reason: str | None = None


@stamp("VOUCHER_EXPIRED")
class VoucherExpired:
    """Its time is over: the seats that were kept for it are free."""


@stamp("VOUCHER_REDEEMED", occurrence=("order",), binding=("uses", "reduction"))
class VoucherRedeemed:
    """An order took uses of it; `reduction` is what it pays less by them, over all its pieces."""

    order: UUID
    uses: int
    reduction: Money


@stamp("VOUCHER_GIVEN_BACK", occurrence=("order",), binding=("uses",))
class VoucherGivenBack:
    """An order gave uses back: it was not paid in time, or these pieces were cancelled."""

    order: UUID
    uses: int


VoucherStamp = (
    VoucherIssued
    | VoucherChanged
    | VoucherRevoked
    | VoucherExpired
    | VoucherRedeemed
    | VoucherGivenBack
    | Erased
)
