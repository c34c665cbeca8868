"""Where a shop's vouchers for people are made, as organisers set it up: typed, checked, stamped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.grants.keeper import DestinationCheck
from ledger.grants.programme import (
    GrantProgramme,
    fold_programme,
    programme_id,
    set_up_trouble,
)
from ledger.grants.stamps import Destination, GrantsSetUp, Place
from ledger.kernel.events import Recorded
from ledger.kernel.idempotency_key import granted
from ledger.kernel.money import Money
from ledger.kernel.refusals import GrantsSetUpWrong
from ledger.shop.shop import Shop
from projections.order_json import moment
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


def rules_for(
    shop: Shop,
    *,
    place: str,
    product: str,
    organizer: str,
    event: str,
    quota: int | None,
    item: int | None,
    block_quota: bool,
    percent: str,
    price: int | None,
    valid_until: datetime | None,
    reason: str | None,
) -> GrantsSetUp:
    """The rules that were asked for; of the place that was not chosen nothing counts.

    `price` is in minor units of the shop's currency.
    """
    if place == Place.PRETIX:
        where = Destination(
            place=Place.PRETIX,
            organizer=organizer,
            event=event,
            quota=quota,
            item=item,
            block_quota=block_quota,
            valid_until=valid_until,
        )
    else:
        where = Destination(place=Place.OWN, product=product, valid_until=valid_until)
    return GrantsSetUp(
        shop=shop.id,
        shop_slug=shop.slug,
        destination=where,
        co_speaker_percent=percent,
        ticket_price=None if price is None else Money(price, shop.terms.currency),
        reason=reason or None,
    )


def checked(parts: Parts, shop: Shop, wanted: GrantsSetUp) -> DestinationCheck:
    """What a check of these rules found. Raises `GrantsSetUpWrong` where they are hopeless."""
    if trouble := set_up_trouble(wanted):
        raise GrantsSetUpWrong(trouble)
    found = check(parts, shop, wanted.destination)
    if found.word in HOPELESS:
        raise GrantsSetUpWrong(found.word)
    return found


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
    """It is so from here on. Raises `GrantsSetUpWrong`; `ShopChanged` if not as it was seen.

    The same request again gets what it came to; `KeyReused` where another stands under its key.
    """
    id = programme_id(wanted.shop)
    history: Sequence[Recorded[object]] = parts.store.read(id)
    first = granted(history, wish.get("request"))
    if first is not None:
        return fold_programme(id, history[: first + 1])
    return parts.grantees.set_up(
        wanted,
        correlation_id=wish["correlation_id"],
        actor=wish["actor"],
        version=version,
        request=wish.get("request"),
    )


def rules_json(rules: GrantsSetUp) -> Mapping[str, object]:
    """Rules as JSON; the price in minor units."""
    told, price = rules.destination, rules.ticket_price
    return {
        "place": str(told.place),
        "product": told.product,
        "organizer": told.organizer,
        "event": told.event,
        "quota": told.quota,
        "item": told.item,
        "block_quota": told.block_quota,
        "co_speaker_percent": rules.co_speaker_percent,
        "ticket_price": price.amount if price is not None else None,
        "currency": price.currency if price is not None else None,
        "valid_until": moment(told.valid_until),
    }


def past(parts: Parts, programme: GrantProgramme) -> Sequence[PastRules]:
    """All rules that there were, the newest first."""
    history: Sequence[Recorded[object]] = parts.store.read(programme.id)
    return [
        PastRules(at=one.recorded_at, actor=one.actor, rules=one.stamp)
        for one in reversed(history)
        if isinstance(one.stamp, GrantsSetUp)
    ]
