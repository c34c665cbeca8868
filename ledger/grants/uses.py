"""How often a voucher counts as used, as its keeper shows it now."""

from datetime import datetime
from uuid import UUID

from ledger.grants.keeper import KeeperSilent, KeptVoucher, VoucherAsk, VoucherKeeper
from ledger.grants.service import Grantees
from ledger.grants.stamps import VoucherUsesSeen


def see_uses(grantees: Grantees, grantee: UUID, seen: KeptVoucher, *, at: datetime) -> bool:
    """Stamp it where it is news; `at` is before it was looked at. False where it is none."""
    known = grantees.get(grantee)
    own = next((one for one in known.vouchers if one.reference == seen.reference), None)
    if own is None or own.uses == seen.uses:
        return False
    fact = VoucherUsesSeen(uses=seen.uses, seen_at=at)
    after = grantees.record(grantee, own.correlation_id, fact, actor="worker")
    return after is not None and after.version != known.version


def look_again(
    grantees: Grantees, keeper: VoucherKeeper, grantee: UUID, reference: str, *, at: datetime
) -> bool | KeeperSilent:
    """Look at somebody's voucher of this reference, and stamp what is news of it."""
    known = grantees.get(grantee)
    own = next((one for one in known.vouchers if one.reference == reference), None)
    if own is None or own.code is None:
        return False
    ask = VoucherAsk(
        voucher=own.correlation_id,
        code=own.code,
        kind=own.kind,
        terms=own.terms,
        destination=own.destination,
        reference=reference,
    )
    seen = keeper.look(ask)
    if isinstance(seen, KeeperSilent):
        return seen
    return seen is not None and see_uses(grantees, grantee, seen, at=at)
