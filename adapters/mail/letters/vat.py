"""The figures of a letter: VAT by rate, and which part of a refund belongs to which rate."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ledger.kernel.money import Money, total
from ledger.kernel.vat import VatShare, gross_by_rate, shares
from ledger.order.order import Order
from ledger.order.refund import Refund
from ledger.order.stamps import Line


def line_total(line: Line) -> Money:
    return line.unit_price * line.quantity


def vat_of_order(order: Order) -> Sequence[VatShare]:
    """VAT by rate in everything that was ordered; a rate of 0 % is kept (SPEC R2)."""
    return shares(_by_rate(order.terms.lines))


def vat_of_part(amount: Money, order: Order) -> Sequence[VatShare]:
    """VAT by rate in a part of an order: the part is spread over the rates as the order was."""
    return shares(spread(amount, _by_rate(order.terms.lines)))


def spread(amount: Money, weights: Mapping[Decimal, Money]) -> Mapping[Decimal, Money]:
    """Shares in proportion to the weights that add up to the amount, to the last cent."""
    whole = sum(weight.amount for weight in weights.values())
    if not whole:
        return weights
    cut = {rate: divmod(amount.amount * of.amount, whole) for rate, of in weights.items()}
    missing = amount.amount - sum(floor for floor, _ in cut.values())
    first = sorted(cut, key=lambda rate: (-cut[rate][1], rate))[:missing]
    return {
        rate: Money(floor + (rate in first), amount.currency) for rate, (floor, _) in cut.items()
    }


def announced(refund: Refund, currency: str) -> Money:
    """What the letter about a refund promises: all that was accepted, whatever came of it."""
    accepted = {**refund.accepted, **refund.settled}
    promised = total([*accepted.values()], currency)
    return promised if refund.manual is None else promised + refund.manual


def failed_amount(refund: Refund, currency: str) -> Money:
    """What of a refund was announced and did not arrive."""
    accepted = {**refund.accepted, **refund.settled}
    return total([money for name, money in accepted.items() if name in refund.gone], currency)


def lost_before(order: Order, position: int) -> Money:
    """What payers' banks had taken back for good up to a position: a letter stays as it was."""
    ended = (one for one in order.disputes.values() if one.won is False)
    taken = [one.amount for one in ended if one.amount and one.ended_position < position]
    return total(taken, order.currency)


def _by_rate(lines: Iterable[Line]) -> Mapping[Decimal, Money]:
    return gross_by_rate((line.vat_percent, line_total(line)) for line in lines)
