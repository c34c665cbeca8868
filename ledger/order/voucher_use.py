"""What an order has of a voucher: which of its pieces are cheaper, how many uses it keeps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ledger.kernel.money import Money, total
from ledger.order.order import Order
from ledger.order.stamps import Line, VoucherUse
from ledger.vouchers.decide import pieces_covered
from ledger.vouchers.reduction import Offered, reduced
from ledger.vouchers.stamps import Effect
from ledger.vouchers.voucher import Voucher


def with_voucher(lines: Sequence[Line], voucher: Voucher) -> tuple[tuple[Line, ...], VoucherUse]:
    """The lines with a voucher: what it makes cheaper stands in lines of its own, before the rest.

    Raises `VoucherNotForThese`, `VoucherTooFewPieces`.
    """
    offered = [
        Offered(product=one.product, price=one.unit_price, quantity=one.quantity) for one in lines
    ]
    many, terms = pieces_covered(voucher, offered), voucher.terms
    cut = (
        part
        for line, pieces in zip(lines, many, strict=True)
        for part in _cut(line, pieces, terms.effect)
    )
    use = VoucherUse(voucher=voucher.id, effect=terms.effect, uses=sum(many), returns=terms.returns)
    return tuple(cut), use


def _cut(line: Line, pieces: int, effect: Effect) -> Iterator[Line]:
    if pieces:
        price = reduced(line.unit_price, effect)
        yield replace(line, quantity=pieces, unit_price=price, full_price=line.unit_price)
    if pieces < line.quantity:
        yield replace(line, quantity=line.quantity - pieces)


def reduction_of(lines: Iterable[Line], currency: str) -> Money:
    """How much less these lines cost by a voucher."""
    saved = [
        (one.full_price - one.unit_price) * one.quantity
        for one in lines
        if one.full_price is not None
    ]
    return total(saved, currency)


def covered_pieces(lines: Iterable[Line]) -> int:
    """How many pieces of these lines a voucher made cheaper: one use each."""
    return sum(one.quantity for one in lines if one.full_price is not None)


def uses_of(order: Order) -> int:
    """How many uses of its voucher an order has.

    They go back with the seats of its pieces: all of them where nothing was paid, else as the
    voucher said when it was placed. No news from outside changes it, only what we decide.
    """
    use = order.placed.voucher if order.placed else None
    if use is None:
        return 0
    if order.released:
        return use.uses if _paid_before_release(order) and not use.returns else 0
    if not use.returns:
        return use.uses
    lines = order.terms.lines
    freed = sum(
        many
        for place, many in order.freed_pieces.items()
        if 0 <= place < len(lines) and lines[place].full_price is not None
    )
    return max(0, use.uses - freed)


def _paid_before_release(order: Order) -> bool:
    """Whether it was somebody's for good when its seats went: free, or money had come."""
    if order.free_confirmed is not None:
        return True
    return any(one.paid_position < order.released_position for one in order.paid_attempts)
