"""Where a shop's vouchers for people are made, as organisers set it up: typed, checked, stamped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.grants.keeper import DestinationCheck
from ledger.grants.programme import GrantProgramme
from ledger.grants.stamps import Destination, GrantsSetUp, Place
from ledger.kernel.events import Recorded
from ledger.shop.shop import Shop
from web.actions.wish import Wish
from web.wiring.parts import Parts

# What a check found, as operators read it; `""` is all that is well.
CHECKS: Mapping[str, str] = {
    "": "Vouchers can be made there.",
    "no_token": "STAMPLEDGER_PRETIX_TOKEN is not set: nothing is made before it is.",
    "token": "The pretix does not accept the token.",
    "forbidden": "The pretix has no such event, or the token's team may not see it.",
    "event": "The pretix knows no such event.",
    "quota": "The event has no quota with that number.",
    "item": "The event has no item with that number.",
    "vouchers": "The token's team may not see and change vouchers.",
    "orders": "The token's team may not see orders: nobody would learn that a voucher was used.",
    "later": "The pretix asks to be left alone for a moment. Check again.",
    "away": "The pretix does not answer.",
    "no_pretix": "What answers there is no pretix.",
    "product": "The shop sells no such product.",
    "over": "The time until which vouchers are valid is over.",
}
# Such rules would only make vouchers that are refused.
HOPELESS = frozenset({"event", "quota", "item", "product", "over"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRules:
    """Rules that were set up: when, by whom and why."""

    at: datetime
    actor: str
    rules: GrantsSetUp


def check(parts: Parts, shop: Shop, told: Destination) -> DestinationCheck:
    """Whether vouchers can be made there, as things are; a pretix is asked."""
    if told.valid_until is not None and told.valid_until <= parts.clock():
        return DestinationCheck(word="over")
    if told.place is Place.OWN:
        product = shop.products.get(told.product)
        if product is None:
            return DestinationCheck(word="product")
        return DestinationCheck(names=(product.slug,))
    if parts.check_destination is None:
        return DestinationCheck(word="no_token")
    return parts.check_destination(told)


def set_up(
    parts: Parts, wanted: GrantsSetUp, wish: Wish, *, version: int | None = None
) -> GrantProgramme:
    """It is so from here on. Raises `GrantsSetUpWrong`; `ShopChanged` if not as it was seen."""
    return parts.grantees.set_up(
        wanted,
        correlation_id=wish["correlation_id"],
        actor=wish["actor"],
        version=version,
    )


def past(parts: Parts, programme: GrantProgramme) -> Sequence[PastRules]:
    """All rules that there were, the newest first."""
    history: Sequence[Recorded[object]] = parts.store.read(programme.id)
    return [
        PastRules(at=one.recorded_at, actor=one.actor, rules=one.stamp)
        for one in reversed(history)
        if isinstance(one.stamp, GrantsSetUp)
    ]
