"""How often a voucher counts as used, as its keeper shows it at this moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.keeper import KeeperSilent, KeptVoucher, VoucherAsk, VoucherKeeper
from ledger.grants.service import Grantees
from ledger.grants.stamps import VoucherUsesSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """Somebody's voucher that is shown with fewer uses than were seen before.

    `moved`: it has another id than it was made with, as where its server was set up anew.
    """

    grantee: UUID
    seen: KeptVoucher
    moved: bool


def fewer_uses(grantee: Grantee, seen: KeptVoucher) -> Fallen | None:
    """What is shown of a voucher, if that is fewer uses than were seen; None if it is not."""
    own = _same(grantee, seen)
    if own is None or seen.uses >= own.uses:
        return None
    return Fallen(grantee=grantee.id, seen=seen, moved=seen.reference != own.reference)


def see_uses(grantees: Grantees, grantee: UUID, seen: KeptVoucher, *, at: datetime) -> bool:
    """Stamp it where it is news; `at` is before it was looked at. False where it is none."""
    known = grantees.get(grantee)
    own = _same(known, seen)
    if own is None or own.uses == seen.uses:
        return False
    fact = VoucherUsesSeen(uses=seen.uses, seen_at=at)
    after = grantees.record(grantee, own.correlation_id, fact, actor="worker")
    return after is not None and after.version != known.version


def look_again(
    grantees: Grantees, keeper: VoucherKeeper, grantee: UUID, reference: str, *, at: datetime
) -> bool | KeeperSilent:
    """Look at somebody's voucher of this reference, and stamp what is news of it."""
    own = of_reference(grantees.get(grantee), reference)
    ask = question_of(own) if own is not None else None
    if ask is None:
        return False
    seen = keeper.look(ask)
    if isinstance(seen, KeeperSilent):
        return seen
    return seen is not None and see_uses(grantees, grantee, seen, at=at)


def of_reference(grantee: Grantee, reference: str) -> IssuedVoucher | None:
    """Somebody's voucher that its keeper calls by this reference."""
    return next((one for one in grantee.vouchers if one.reference == reference), None)


def question_of(voucher: IssuedVoucher) -> VoucherAsk | None:
    """What a look at it asks for; None where nobody can ask any more."""
    if voucher.code is None:
        return None
    return VoucherAsk(
        voucher=voucher.correlation_id,
        code=voucher.code,
        kind=voucher.kind,
        terms=voucher.terms,
        destination=voucher.destination,
        worth=voucher.worth,
        reference=voucher.reference,
    )


def _same(grantee: Grantee, seen: KeptVoucher) -> IssuedVoucher | None:
    """The one that was seen: by its mark, as ids are given anew where a server is set up anew."""
    if seen.ours is None:
        return of_reference(grantee, seen.reference)
    return next((one for one in grantee.vouchers if one.correlation_id == seen.ours), None)
