"""What a change of a shop would come to, before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template

from ledger.codec import NAMES
from ledger.kernel.money import Money, zero
from ledger.order.cancellation_policy import Eligibility
from ledger.order.policy_samples import AGES, sample
from ledger.shop.changes import changes, foreseen
from ledger.shop.differences import differences
from ledger.shop.shop import Shop, ShopSpec
from ledger.shop.stamps import Preferences, ProductRevised
from web.admin.shop_words import in_words, shop_stamp_in_words
from web.http.addresses import now
from web.http.current import parts
from web.i18n.refusals import of_cancellation
from web.pages.shop_colour import DARK, LIGHT, contrast, rgb, shades


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleShown:
    """A buyer of so long ago: what they would get back now, and then. `why` they would not."""

    age: timedelta
    price: Money
    answers: Sequence[tuple[Eligibility, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourShown:
    """A colour as pages use it, in the light or the dark, and its contrast there."""

    dark: bool
    asked: str
    used: str
    ratio: float


def preview(shop: Shop, spec: ShopSpec, **more: object) -> str:
    """The page that shows it, with the button that does it."""
    stamps, ahead = differences(spec, shop), foreseen(spec, shop)
    found = changes(spec, shop)
    paths = {one.path.partition(".")[0] for one in found}
    policy = bool(paths & {"cancellation", "provider"}) and shop.preferences is not None
    return render_template(
        "admin/shop_preview.html",
        changes=in_words(found),
        stamps=[(NAMES[type(one)][0], shop_stamp_in_words(one)) for one in stamps],
        revised=[one.slug for one in _new_revisions(stamps, shop)],
        samples=samples(shop, ahead) if policy else [],
        shades=colours(spec.preferences.colour) if "colour" in paths else [],
        picture=spec.preferences.picture if "picture" in paths else None,
        logo=spec.preferences.logo if "logo" in paths else None,
        unready=spec.preferences.provider not in parts().providers,
        **more,
    )


def _new_revisions(stamps: Sequence[object], shop: Shop) -> Sequence[ProductRevised]:
    return [
        one
        for one in stamps
        if isinstance(one, ProductRevised)
        and shop.revisions.get(one.slug, one.revision) != one.revision
    ]


def samples(*shops: Shop) -> Sequence[SampleShown]:
    """Sample buyers, under the terms of each of these shops."""
    price = _usual_price(shops[-1])
    return [
        SampleShown(
            age=age,
            price=price,
            answers=[_answer(one.terms, price, age) for one in shops],
        )
        for age in AGES
    ]


def _answer(terms: Preferences, price: Money, age: timedelta) -> tuple[Eligibility, str]:
    found = sample(terms, Money(price.amount, terms.currency), age=age, now=now())
    return found, "" if found.allowed else of_cancellation(found.why)


def _usual_price(shop: Shop) -> Money:
    """The dearest thing on sale: a sample of something free would tell little."""
    prices = [one.price for one in shop.products.values()]
    return max(prices, key=lambda one: one.amount, default=zero(shop.terms.currency))


def colours(colour: str) -> Sequence[ColourShown]:
    """A colour as it is made legible, by the same rule as for every page of the shop."""
    if not colour:
        return []
    found = []
    for dark, scheme in ((False, LIGHT), (True, DARK)):
        asked = rgb(colour)
        used = shades(asked, scheme).accent
        found.append(
            ColourShown(
                dark=dark,
                asked=colour.lower(),
                used=f"#{bytes(used).hex()}",
                ratio=contrast(used, scheme.paper),
            )
        )
    return found
