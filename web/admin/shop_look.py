"""The shop's page with a change that has not been made: what customers would see."""

from dataclasses import replace

from ledger.kernel.refusals import ShopInvalid
from ledger.shop.changes import foreseen
from ledger.shop.rules import check
from ledger.shop.shop import Shop, ShopSpec
from web.i18n.gettext import _
from web.pages.shop import page_ahead


def look(shop: Shop, spec: ShopSpec) -> str | tuple[str, int]:
    """The page; or why there is none, where what was typed can be no shop."""
    try:
        check(spec)
    except ShopInvalid:
        return _("Something typed cannot be so. Press “Show what it would do” to see what."), 422
    ahead = foreseen(spec, shop)
    return page_ahead(replace(ahead, slug=ahead.slug or spec.slug))
