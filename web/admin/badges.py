"""Names and answers of a shop's valid tickets: to look at, and for a badge printer."""

from itertools import islice

from flask import Response, render_template, request, url_for

from ledger.staff.role import Role
from web.actions.badges import badge_rows, badges, columns_of
from web.admin.catalogue import shop_known
from web.admin.guard import back_office, needs
from web.http.current import parts
from web.i18n.format import local
from web.i18n.languages import current

pages = back_office("badges", __name__)
_SHOWN = 100
_LONGEST = 63


@pages.get("/shops/<shop>/badges")
@needs(Role.STAFF)
def page(shop: str) -> str:
    """The first of them, and the file."""
    found, product = shop_known(shop), _product()
    shown = badges(parts(), shop, product=product, language=current())
    return render_template(
        "admin/badges.html",
        shop_of=found,
        product=product,
        products=[("", ""), *((slug, local(one.title)) for slug, one in found.products.items())],
        columns=columns_of(parts(), found, product),
        rows=[*islice(shown, _SHOWN)],
        most=_SHOWN,
        file=url_for("badges.file", shop=shop, product=product or None),
    )


@pages.get("/shops/<shop>/badges.csv")
@needs(Role.STAFF)
def file(shop: str) -> Response:
    """All of them, row by row as they are read."""
    return as_csv(shop, _product())


def as_csv(shop: str, product: str) -> Response:
    """The file, for page and API alike."""
    found = parts().shops.get(shop)
    rows = badge_rows(parts(), found, product=product, language=current())
    answer = Response(rows, mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="badges.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _product() -> str:
    return request.args.get("product", "")[:_LONGEST]
