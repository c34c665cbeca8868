"""Vouchers that lie at a pretix with our mark and are in no book of ours: found, and deleted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.grants.keeper import KeeperSilent, KeptVoucher, VoucherAsk
from ledger.grants.stamps import (
    Destination,
    GrantKind,
    GrantTerms,
    Place,
    PriceMode,
    VoucherRequested,
)
from ledger.shop.stamps import shop_id
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A voucher at a pretix with our mark that is in no book of ours."""

    destination: Destination
    voucher: KeptVoucher


def orphans(parts: Parts, *, shop: str = "") -> Iterator[Orphan]:
    """What lies at the events of a shop, or of all. Raises `ProviderAway`."""
    keeper = parts.voucher_keepers.get(Place.PRETIX)
    if keeper is None:
        return
    for organizer, event in _events(parts, shop):
        told = Destination(place=Place.PRETIX, organizer=organizer, event=event)
        for one in keeper.kept(told):
            if not _is_ours(parts, one):
                yield Orphan(destination=told, voucher=one)


def _events(parts: Parts, shop: str) -> Sequence[tuple[str, str]]:
    """Where vouchers are, as lists know, and where they would be: a restored list may know none."""
    found = {*parts.views.voucher_events(shop)}
    for slug in [shop] if shop else parts.shops.slugs():
        rules = parts.grantees.programme(shop_id(slug)).rules
        if rules is not None and rules.destination.place is Place.PRETIX:
            found.add((rules.destination.organizer, rules.destination.event))
    return sorted(found)


def _is_ours(parts: Parts, one: KeptVoucher) -> bool:
    """The ledger itself says: a voucher that is being made at this moment is ours, too."""
    asked = parts.store.find(one.ours, VoucherRequested) if one.ours is not None else None
    if asked is None:
        return False
    known = parts.grantees.get(asked.stream)
    return any(own.lives and own.correlation_id == one.ours for own in known.vouchers)


def delete_orphan(parts: Parts, orphan: Orphan) -> str:
    """Delete one that nobody used: deleted, used, or why not."""
    keeper = parts.voucher_keepers[Place.PRETIX]
    if orphan.voucher.ours is None or _is_ours(parts, orphan.voucher):
        return "ours"
    if orphan.voucher.uses:
        return "used"
    answer = keeper.withdraw(_ask(orphan))
    if isinstance(answer, KeeperSilent):
        return "no-answer"
    return getattr(answer, "code", "deleted")


def _ask(orphan: Orphan) -> VoucherAsk:
    assert orphan.voucher.ours is not None, "it has our mark"
    return VoucherAsk(
        voucher=orphan.voucher.ours,
        code=orphan.voucher.code,
        kind=GrantKind.GRANT,
        terms=GrantTerms(mode=PriceMode.SET, value="0.00"),
        destination=orphan.destination,
        reference=orphan.voucher.reference,
    )
