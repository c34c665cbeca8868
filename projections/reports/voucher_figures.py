"""What vouchers add to reports: those of people and those of a shop, issued, withdrawn, used."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.stamps import GrantKind, Place
from ledger.kernel.money import Money
from ledger.vouchers.stamps import VoucherRedeemed
from ledger.vouchers.voucher import Voucher
from projections.engine.projection import column
from projections.reports.figures import Counted, Figure, Kind

# How reports call them: by whom they are for, and codes of a shop's own.
CODES = "codes"
FOR_WHOM: Mapping[GrantKind, str] = {
    GrantKind.SPEAKER: "speakers",
    GrantKind.GRANT: "grantees",
    GrantKind.CO_SPEAKER: "co_speakers",
}


def figures_of_person(grantee: Grantee) -> Mapping[Figure, Counted]:
    """Of somebody on a list: each voucher that was made, and what it is worth by the programme."""
    found: dict[Figure, Counted] = {}
    for voucher in grantee.vouchers:
        for kind, many in _standing(voucher):
            figure = _of_person(kind, voucher)
            known, worth = found.get(figure, Counted()), voucher.worth
            amount = worth.amount * min(many, 1) if worth is not None else 0
            found[figure] = Counted(known.many + column(many), known.amount + column(amount))
    return found


def _standing(voucher: IssuedVoucher) -> Iterator[tuple[Kind, int]]:
    if voucher.made:
        yield Kind.VOUCHERS_ISSUED, 1
        if voucher.withdrawn:
            yield Kind.VOUCHERS_WITHDRAWN, 1
        if voucher.uses > 0:
            yield Kind.VOUCHERS_USED, voucher.uses


def _of_person(kind: Kind, voucher: IssuedVoucher) -> Figure:
    return Figure(
        kind,
        voucher.requested_at,
        provider=str(voucher.destination.place),
        method=FOR_WHOM[voucher.kind],
        currency=voucher.worth.currency if voucher.worth is not None else "",
    )


def figures_of_voucher(voucher: Voucher) -> Mapping[Figure, Counted]:
    """Of a code: that it was opened, closed, and what orders pay less by their uses of it.

    One that was made for somebody counts with them.
    """
    found = dict(opened(voucher))
    for order in voucher.taken_by:
        for figure, more in used_by(voucher, order).items():
            known = found.get(figure, Counted())
            found[figure] = Counted(known.many + more.many, known.amount + more.amount)
    return found


def opened(voucher: Voucher) -> Mapping[Figure, Counted]:
    """Of a code: that it was opened, and closed."""
    if not _counts(voucher):
        return {}
    kinds = [Kind.VOUCHERS_ISSUED, *([Kind.VOUCHERS_WITHDRAWN] if voucher.revoked else [])]
    return {_of_code(voucher, one, ""): Counted(1) for one in kinds}


def used_by(voucher: Voucher, order: UUID) -> Mapping[Figure, Counted]:
    """What one order has of it. Of uses that came back in part each is worth the same."""
    uses, first = voucher.taken_by.get(order, 0), voucher.first_uses.get(order)
    if not _counts(voucher) or not uses or first is None:
        return {}
    figure = _of_code(voucher, Kind.VOUCHERS_USED, first.reduction.currency)
    return {figure: Counted(column(uses), column(worth_of(first, uses).amount))}


def worth_of(first: VoucherRedeemed, uses: int) -> Money:
    """What so many uses of those that an order took take off, rounded half up.

    >>> whole = VoucherRedeemed(order=UUID(int=1), uses=3, reduction=Money(1000, "EUR"))
    >>> [worth_of(whole, uses).amount for uses in (3, 2, 1, 0)]
    [1000, 667, 333, 0]
    """
    amount, of = first.reduction.amount, max(first.uses, 1)
    return Money((2 * amount * uses + of) // (2 * of), first.reduction.currency)


def _counts(voucher: Voucher) -> bool:
    return voucher.issued is not None and voucher.issued.source is None


def _of_code(voucher: Voucher, kind: Kind, currency: str) -> Figure:
    assert voucher.issued_at is not None, "asked before"
    return Figure(kind, voucher.issued_at, provider=str(Place.OWN), method=CODES, currency=currency)
