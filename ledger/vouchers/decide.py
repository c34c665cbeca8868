"""What may be done with a voucher, and the stamp that comes of it; pure, like every decision."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from ledger.kernel.money import Money
from ledger.shop.limits import EARLIEST, LATEST, PERCENT, PERCENT_DECIMALS, PRICE
from ledger.shop.shop import Shop
from ledger.vouchers.reduction import Offered, covered, eligible
from ledger.vouchers.refusals import (
    UnknownVoucher,
    VoucherInvalid,
    VoucherNotForThese,
    VoucherNotValidNow,
    VoucherTooFewPieces,
    VoucherUsedUp,
)
from ledger.vouchers.stamps import (
    Effect,
    EffectKind,
    VoucherChanged,
    VoucherExpired,
    VoucherGivenBack,
    VoucherRedeemed,
    VoucherRevoked,
    VoucherTerms,
)
from ledger.vouchers.voucher import Voucher

# Every use is a stamp of one stream, which whoever uses it next reads.
USES = (1, 10_000)
LABEL = 200


def check_terms(terms: VoucherTerms, shop: Shop) -> None:
    """Whether a shop can offer this; raises `VoucherInvalid` with the field and the rule."""
    _check_effect(terms.effect, shop.terms.currency)
    if not set(terms.products) <= set(shop.products):
        raise VoucherInvalid(field="products", rule="unknown_product")
    if not USES[0] <= terms.uses <= USES[1]:
        raise VoucherInvalid(field="uses", rule="out_of_range")
    if not 1 <= terms.minimum <= terms.uses:
        raise VoucherInvalid(field="minimum", rule="out_of_range")
    _check_time(terms)
    known = {quota for slug in terms.products for quota in shop.quota_ids(shop.products[slug])}
    if not set(terms.reserved) <= known:
        raise VoucherInvalid(field="reserved", rule="not_of_its_products")


def _check_time(terms: VoucherTerms) -> None:
    for field, moment in (("valid_from", terms.valid_from), ("valid_until", terms.valid_until)):
        if moment is not None and not EARLIEST <= moment <= LATEST:
            raise VoucherInvalid(field=field, rule="out_of_range")
    if terms.valid_from and terms.valid_until and terms.valid_from >= terms.valid_until:
        raise VoucherInvalid(field="valid_until", rule="before_start")


def reservable(products: Sequence[str], shop: Shop) -> tuple[UUID, ...]:
    """The quotas of which seats can be kept for these products.

    They must all take from the same ones: nobody knows which of them will be bought. Raises
    `VoucherInvalid` where they do not, where none is named, or where they take from none.
    """
    quotas = {shop.quota_ids(shop.products[slug]) for slug in products if slug in shop.products}
    if len(quotas) != 1 or not (found := quotas.pop()):
        raise VoucherInvalid(field="reserved", rule="needs_one_quota")
    return found


def _check_effect(effect: Effect, currency: str) -> None:
    if effect.kind is EffectKind.PERCENT_OFF:
        if effect.amount is not None or not _is_percent(effect.percent):
            raise VoucherInvalid(field="percent", rule="out_of_range")
        return
    least = 0 if effect.kind is EffectKind.SET_PRICE else 1
    amount = effect.amount
    if amount is None or not least <= amount.amount <= PRICE[1]:
        raise VoucherInvalid(field="amount", rule="out_of_range")
    if amount.currency != currency:
        raise VoucherInvalid(field="amount", rule="currency")


def _is_percent(text: str) -> bool:
    try:
        share = Decimal(text)
    except InvalidOperation:
        return False
    if not share.is_finite() or len(text) > 12 or not text.isascii():
        return False
    exponent = share.as_tuple().exponent
    fine = isinstance(exponent, int) and -PERCENT_DECIMALS <= exponent <= 0
    return fine and PERCENT[0] < share <= PERCENT[1]


def usable(voucher: Voucher | None, shop: UUID, at: datetime) -> Voucher:
    """The voucher, if it is one of the shop and its time is now.

    A code that nobody ever made and one that was revoked are told alike. Raises
    `UnknownVoucher`, `VoucherNotValidNow`, `VoucherUsedUp`.
    """
    if voucher is None or voucher.issued is None or voucher.issued.shop != shop or voucher.revoked:
        raise UnknownVoucher
    terms = voucher.terms
    early = terms.valid_from is not None and at < terms.valid_from
    if early or (terms.valid_until is not None and at >= terms.valid_until):
        raise VoucherNotValidNow(valid_from=terms.valid_from, valid_until=terms.valid_until)
    if not voucher.uses_left:
        raise VoucherUsedUp
    return voucher


def pieces_covered(voucher: Voucher, lines: Sequence[Offered]) -> tuple[int, ...]:
    """How many pieces of each line it makes cheaper just now.

    Raises `VoucherNotForThese` where none would be, `VoucherTooFewPieces`.
    """
    terms = voucher.terms
    found = eligible(lines, terms)
    if found and found < terms.minimum:
        raise VoucherTooFewPieces(minimum=terms.minimum)
    many = covered(lines, terms, left=voucher.uses_left)
    if not any(many):
        raise VoucherNotForThese
    return many


def redeem(voucher: Voucher, *, order: UUID, uses: int, reduction: Money) -> VoucherRedeemed:
    """An order takes uses; raises `VoucherUsedUp`.

    Its time is not asked for: an order that comes to life again keeps the price it was placed at.
    """
    if voucher.issued is None or uses > voucher.terms.uses - voucher.taken:
        raise VoucherUsedUp
    return VoucherRedeemed(order=order, uses=uses, reduction=reduction)


def give_back(voucher: Voucher, *, order: UUID, uses: int) -> VoucherGivenBack:
    """An order gives uses back: at most those that it has."""
    return VoucherGivenBack(order=order, uses=min(uses, voucher.taken_by.get(order, 0)))


def change(voucher: Voucher, terms: VoucherTerms) -> VoucherChanged | None:
    """Other terms; None if they are the same. Raises `UnknownVoucher`, `VoucherInvalid`."""
    if voucher.revoked:
        raise UnknownVoucher
    if terms.uses < voucher.taken:
        raise VoucherInvalid(field="uses", rule="fewer_than_taken")
    return None if terms == voucher.terms else VoucherChanged(terms=terms)


def revoke(voucher: Voucher, reason: str) -> VoucherRevoked | None:
    """Nobody uses it any more; None if that was so. Raises `UnknownVoucher`."""
    if voucher.issued is None:
        raise UnknownVoucher
    return None if voucher.revoked else VoucherRevoked(reason=reason)


def expire(voucher: Voucher, at: datetime) -> VoucherExpired | None:
    """Seats are kept no longer than it is valid; None while it is, or where none are kept."""
    until = voucher.terms.valid_until if voucher.issued else None
    return VoucherExpired() if voucher.reserves and until is not None and at >= until else None
