"""A shop is opened from a page: a few fields, and the rest as in the shop to begin with."""

from pathlib import Path

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from adapters.shop_file.read import shop_of
from ledger.shop.shop import Shop
from ledger.shop.stamps import shop_id
from ledger.staff.role import Role
from web.admin.guard import back_office, current_staff, needs
from web.admin.shop_edit import Answer, ShopPage, shop_form, shop_press
from web.admin.shop_fields import FieldKind
from web.admin.shop_sections import SLUG, STARTS, field, providers, zones
from web.http.access import denied
from web.http.current import parts
from web.i18n.gettext import _

pages = back_office("new_shop", __name__)
STARTER = Path(__file__).parent.parent / "samples" / "new-shop.yaml"
_FIELDS = (
    SLUG,
    field("name", FieldKind.TEXTS, _l("Name")),
    field("seller.name", FieldKind.TEXT, _l("Seller"), _l("An association or a company.")),
    field("seller.email", FieldKind.EMAIL, _l("Email that letters come from")),
    field("currency", FieldKind.TEXT, _l("Currency"), _l("Three capital letters, such as EUR.")),
    field("timezone", FieldKind.CHOICE, _l("Time zone"), options=zones),
    STARTS,
    field("provider", FieldKind.CHOICE, _l("Who takes the payments"), options=providers),
    field("how_to_pay", FieldKind.AREAS, _l("How to pay"), _l("Where money comes by hand.")),
    field("products.0.title", FieldKind.TEXTS, _l("What the first ticket is called")),
    field("products.0.price", FieldKind.PRICE, _l("What it costs"), _l("VAT included.")),
    field("products.0.vat_percent", FieldKind.PERCENT, _l("VAT in percent")),
    field("quotas.weekend", FieldKind.WHOLE, _l("How many there are")),
)


@pages.get("/shops/new")
@needs(Role.ADMIN)
def form() -> str:
    """What is asked of a new shop."""
    _require_all_shops()
    return shop_form(_page())


@pages.post("/shops/new")
@needs(Role.ADMIN)
def press() -> Answer:
    """First what it would come to, then it is open."""
    _require_all_shops()
    return shop_press(_page())


def _require_all_shops() -> None:
    if not current_staff().may(shop=None):
        denied(current_staff(), shop=None)


def _page() -> ShopPage:
    slug = request.form.get("slug", "").strip()
    taken = bool(slug) and parts().shops.fresh(slug).version > 0
    return ShopPage(
        shop=Shop(id=shop_id(slug)),
        base=shop_of(STARTER.read_bytes(), name=STARTER.name),
        title=_("Open a shop"),
        lead=_("The rest is as in the shop to begin with, and can be changed at any time."),
        over=_("Back office"),
        back=url_for("admin.index"),
        done=url_for("catalogue.listed", shop=slug or "-", done=1),
        fields=_FIELDS,
        usual=dict.fromkeys(("slug", "name.en", "seller.name", "seller.email"), ""),
        complaints={"slug": _("There is a shop of this address already.")} if taken else {},
        needs_reason=False,
    )
