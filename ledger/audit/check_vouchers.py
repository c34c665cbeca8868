"""Whether a voucher is used as often as it may be, and orders got what its terms said."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ledger.audit.findings import Finding, Step
from ledger.order.stamps import OrderPlaced
from ledger.order.voucher_use import covered_pieces
from ledger.vouchers.reduction import reduced
from ledger.vouchers.stamps import (
    VoucherChanged,
    VoucherExpired,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherRevoked,
)
from ledger.vouchers.voucher import Voucher, voucher_id


def issued_once(step: Step) -> Sequence[Finding]:
    """Law 3: a voucher is issued first and once, in the stream of its own code."""
    if not isinstance(step.before, Voucher) or step.stamp is None:
        return ()
    said = step.stamp.stamp
    if isinstance(said, VoucherIssued) != (step.before.issued is None):
        issued = "again" if step.before.issued else "never"
        return [step.finding("3", f"{step.type} on a voucher that was {issued} issued")]
    if isinstance(said, VoucherIssued) and step.stamp.stream != voucher_id(
        said.shop, said.code_index
    ):
        return [step.finding("3", "a voucher stands in the stream of another code")]
    return ()


def uses_are_counted(step: Step) -> Iterator[Finding]:
    """SPEC V5: what was redeemed less what was given back is at most its uses, and never less."""
    known = step.before
    if not isinstance(known, Voucher) or step.stamp is None or known.issued is None:
        return
    said = step.stamp.stamp
    if isinstance(said, VoucherRedeemed):
        taken = known.taken + said.uses
        if said.uses < 1 or taken > known.terms.uses:
            yield step.finding("V5", f"{taken} of {known.terms.uses} uses are taken")
    elif isinstance(said, VoucherGivenBack):
        had = known.taken_by.get(said.order, 0)
        if not 0 < said.uses <= had:
            yield step.finding("V5", f"gives back {said.uses} of {had} uses that it had")
    elif isinstance(said, VoucherChanged) and said.terms.uses < known.taken:
        yield step.finding("V5", f"{known.taken} uses are taken, {said.terms.uses} are left to it")


def reduced_as_agreed(step: Step) -> Iterator[Finding]:
    """SPEC V5: a line costs what the voucher, as it was then, makes of its price."""
    if step.stamp is None or not isinstance(step.stamp.stamp, OrderPlaced):
        return
    placed = step.stamp.stamp
    use = placed.voucher
    if (use.uses if use else 0) != covered_pieces(placed.lines):
        yield step.finding("V5", "other pieces are reduced than a voucher's uses were taken for")
    for line in placed.lines:
        if use and line.full_price is not None:
            right = reduced(line.full_price, use.effect)
            if line.unit_price != right:
                yield step.finding("V5", f"{line.unit_price} was asked where {right} was due")


OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    issued_once: (
        VoucherIssued,
        VoucherChanged,
        VoucherRevoked,
        VoucherExpired,
        VoucherRedeemed,
        VoucherGivenBack,
    ),
    uses_are_counted: (VoucherRedeemed, VoucherGivenBack, VoucherChanged),
    reduced_as_agreed: (OrderPlaced,),
}
