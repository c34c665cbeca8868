"""What a voucher takes off: piece by piece, in whole minor units, never below nothing."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from ledger.kernel.money import Money, percent_of, zero
from ledger.vouchers.stamps import Effect, EffectKind, VoucherTerms


class Offered(Struct, frozen=True, kw_only=True):
    """A line before any voucher: so many pieces of a product at a price each."""

    product: str
    price: Money
    quantity: int


def reduced(price: Money, effect: Effect) -> Money:
    """What one piece costs with a voucher; a share is rounded half up, once.

    >>> reduced(Money(3335, "EUR"), Effect(kind=EffectKind.PERCENT_OFF, percent="10"))
    Money(amount=3001, currency='EUR')
    """
    amount = effect.amount or zero(price.currency)
    if amount.currency != price.currency:
        return price
    match effect.kind:
        case EffectKind.SET_PRICE:
            after = min(price, amount)
        case EffectKind.PERCENT_OFF:
            after = price - percent_of(price, Decimal(effect.percent))
        case EffectKind.AMOUNT_OFF:
            after = price - amount
    return min(price, max(zero(price.currency), after))


def eligible(lines: Sequence[Offered], terms: VoucherTerms) -> int:
    """How many pieces of these lines are of products that a voucher is for."""
    return sum(one.quantity for one in lines if _is_for(terms, one.product))


def covered(lines: Sequence[Offered], terms: VoucherTerms, *, left: int) -> tuple[int, ...]:
    """How many pieces of each line it makes cheaper, by so many uses that are left.

    Where there are not enough uses, those pieces come first that save most; of equal ones those
    that stand first. What would not get cheaper takes no use.
    """
    savings = [
        (one.price - reduced(one.price, terms.effect)).amount if _is_for(terms, one.product) else 0
        for one in lines
    ]
    many = [0] * len(lines)
    for place in sorted(range(len(lines)), key=lambda at: -savings[at]):
        if savings[place] > 0:
            many[place] = min(left, lines[place].quantity)
            left -= many[place]
    return tuple(many)


def _is_for(terms: VoucherTerms, product: str) -> bool:
    return not terms.products or product in terms.products
