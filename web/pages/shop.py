"""The shops, what each sells just now and how much is left of it, and on which terms."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf

from ledger.cart.appraisal import quotas_of
from ledger.cart.cart import CartGroup
from ledger.kernel.money import Money, gross_by_rate, shares
from ledger.payments.capabilities import capability
from ledger.shop.shop import SeatTotals, Shop
from ledger.shop.stamps import CancellationPolicy, Preferences, ProductRevised
from web.http.current import parts
from web.http.kept_answers import Tagged, is_anybody, kept_body, tagged
from web.http.visitor_cart import cart_beside
from web.i18n import languages
from web.i18n.format import local, money, percent, told_in
from web.i18n.gettext import _, ngettext
from web.pages.forms import CartForm
from web.pages.shop_colour import sheet_of
from web.pages.visit import times

# From this many on, a number of what is left says more than "available".
FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A product as the shop's page shows it. `word` is available, few, sold_out or upcoming."""

    product: ProductRevised
    word: str
    free: int

    @property
    def most(self) -> int:
        """The largest quantity one order may hold."""
        return max(min(self.free, self.product.max_per_order), 0)

    @property
    def buyable(self) -> bool:
        return self.word in {"available", "few"}


def offers(shop: Shop, totals: SeatTotals, *, at: datetime) -> list[Offer]:
    """What is on sale, in the shop's order; then what will be."""
    if shop.cancelled:
        return []
    totals = shop.in_open_sale(totals)
    shown = [_offer(shop, one, totals) for one in shop.on_sale(at)]
    upcoming = (one for one in shop.products.values() if one.available_from is not None)
    later = [one for one in upcoming if one.available_from and one.available_from > at]
    later.sort(key=lambda one: one.rank)
    return shown + [Offer(product=one, word="upcoming", free=0) for one in later]


def _offer(shop: Shop, product: ProductRevised, totals: SeatTotals) -> Offer:
    free = shop.free_of(product, totals)
    word = "sold_out" if free <= 0 else "few" if free <= FEW else "available"
    return Offer(product=product, word=word, free=free)


_WAYS: Mapping[str, object] = {
    "stripe": _l("You pay on Stripe's page, by card and in other ways that it offers."),
    "paytrail": _l("You pay on Paytrail's page, through your bank, by card or by phone."),
    "sumup": _l("You pay on SumUp's page, by card."),
    "manual": _l("You pay by bank transfer or as ticket sales tell you."),
}


def paying(terms: Preferences) -> str:
    """How one can pay."""
    return str(_WAYS.get(terms.provider, ""))


def cancelling(shop: Shop) -> str:
    """Until when and for what fee one can cancel (SPEC C1)."""
    policy = shop.terms.cancellation
    if not shop.takes_withdrawals:
        return _("Orders cannot be cancelled here; ticket sales can help.")
    if capability(shop.terms.provider).by_hand:
        return ngettext(
            "You can cancel a free order within %(num)d day of ordering, until it starts;"
            " ticket sales can help with others.",
            "You can cancel a free order within %(num)d days of ordering, until it starts;"
            " ticket sales can help with others.",
            policy.period_days,
        )
    until = ngettext(
        "You can cancel within %(num)d day of ordering, until it starts.",
        "You can cancel within %(num)d days of ordering, until it starts.",
        policy.period_days,
    )
    single = _("Single tickets of an order can be cancelled, too.") if policy.parts else ""
    return " ".join(filter(None, (until, _fee(policy), single)))


def _fee(policy: CancellationPolicy) -> str:
    share = Decimal(policy.fee_percent)
    if policy.fee_fixed and share:
        return _(
            "A fee of %(fixed)s and %(share)s of the price is kept back.",
            fixed=money(policy.fee_fixed),
            share=percent(policy.fee_percent),
        )
    if share:
        return _("A fee of %(share)s of the price is kept back.", share=percent(policy.fee_percent))
    if policy.fee_fixed:
        return _("A fee of %(fixed)s is kept back.", fixed=money(policy.fee_fixed))
    return _("It costs nothing.")


def by_rate(lines: Iterable[tuple[str, Money]]) -> list[tuple[str, Money]]:
    """(rate in percent, VAT inside) for each rate, highest first."""
    return [(one.rate, one.vat) for one in shares(gross_by_rate(lines))]


pages = Blueprint("shop", __name__)
PREFIX = "buy."


@pages.get("/")
def index() -> Response:
    """All shops."""
    shops = [parts().shops.get(slug) for slug in parts().shops.slugs()]
    about = ("shops", languages.current(), tuple((one.id, one.version) for one in shops))

    def drawn() -> bytes:
        return render_template("shops.html", shops=shops, place_of=place_of).encode()

    made = kept_body(about, drawn) if is_anybody() else Tagged.of(drawn())
    return tagged(made, mimetype="text/html")


@pages.get("/<shop>/")
def catalogue(shop: str) -> str:
    """One shop's products, with a quantity for each."""
    return catalogue_page(entered(shop))


def catalogue_page(shop: Shop, *, complaint: str = "") -> str:
    """The same, with what was chosen already, and why it could not be taken."""
    held, shown = cart_beside().group(shop.slug), offered(shop)
    if complaint or not is_anybody():
        return _drawn(shop, shown, held=held, complaint=complaint)
    # What most visitors see differs in its tokens only.
    until = shop.withdrawals_until
    withdrawals = until is not None and parts().clock() < until  # the foot leads there
    seen = tuple(_as_seen(one) for one in shown)
    about = ("shop", shop.id, shop.version, languages.current(), withdrawals, seen)
    page = kept_body(about, lambda: _untold(_drawn(shop, shown, complaint=complaint)))
    told = page.body.decode().replace(_TOKEN, generate_csrf())
    return told.replace(_KEY, str(uuid4()))


def _as_seen(offer: Offer) -> tuple[str, int, str, int, int]:
    product = offer.product
    few = offer.free if offer.word == "few" else 0
    return product.slug, product.revision, offer.word, few, offer.most


# What stands for a visitor's own tokens in a page that is kept. No text of a shop can be it.
_TOKEN, _KEY = "\0token\0", "\0key\0"


def _untold(page: str) -> bytes:
    """A page without the tokens that were drawn into it."""
    marks = {"csrf_token": _TOKEN, "key": _KEY}
    # Where nothing is on sale there is no form, and no token.
    for name, own in _OWN.findall(page):
        page = page.replace(own, marks[name])
    return page.encode()


_OWN = re.compile(r'<input id="(csrf_token|key)" name="\1" type="hidden" value="([^"]+)">')


def page_ahead(shop: Shop) -> str:
    """The page of a shop that is not so yet: nothing can be pressed on it."""
    told_in(shop.terms.timezone)
    sheet = sheet_of(shop.terms.colour)
    return _drawn(shop, offered(shop), ahead=True, colour_sheet=lambda: sheet)


def _drawn(
    shop: Shop,
    shown: list[Offer],
    *,
    held: CartGroup | None = None,
    complaint: str = "",
    **more: object,
) -> str:
    form = CartForm()
    form.renew()
    return render_template(
        "shop.html",
        shop=shop,
        offers=shown,
        chosen=quantities(),
        held={one.product: one.quantity for one in held.lines} if held else {},
        nothing="nothing" in request.args,
        complaint=complaint,
        form=form,
        cancelling=cancelling,
        paying=paying,
        times=times_of(shop.terms),
        sells=any(one.product.price for one in shown),
        sold_out={one.word for one in shown} - {"upcoming"} == {"sold_out"},
        **more,
    )


def place_of(shop: Shop) -> str:
    """Where a shop's event takes place, in a few words; empty where it does not say."""
    return local(shop.terms.venue.name) if shop.terms.venue else ""


def times_of(terms: Preferences) -> list[str]:
    """When it starts and ends, and when doors open."""
    return times(terms.starts_at, doors_at=terms.doors_at, ends_at=terms.ends_at)


def entered(slug: str) -> Shop:
    """The shop of an address; its page tells dates in its time zone. Raises `UnknownShop`."""
    if "\0" in slug:
        abort(404)
    shop = parts().shops.get(slug)
    told_in(shop.terms.timezone)
    return shop


def offered(shop: Shop) -> list[Offer]:
    """What the shop's page shows just now."""
    return offers(shop, parts().seats(quotas_of([shop])), at=parts().clock())


def quantities() -> dict[str, int]:
    """How many of each product the visitor wants; what is no number counts as none."""
    wanted = {}
    for name, value in request.values.items():
        if name.startswith(PREFIX) and value.isascii() and value.isdigit() and len(value) < 6:
            wanted[name.removeprefix(PREFIX)] = int(value)
    return {product: quantity for product, quantity in wanted.items() if quantity > 0}
