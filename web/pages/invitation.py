"""Where somebody who was invited says whether they come: opening it says nothing, pressing does."""

from datetime import datetime
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.programme import over_since
from ledger.kernel.refusals import GrantNotOpen, UnknownGrantee
from ledger.shop.shop import Shop
from web.actions import grants as actions
from web.actions.wish import Wish
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.rate_limit import slow_down
from web.pages.forms import PressForm
from web.pages.shop import entered

pages = Blueprint("invitation", __name__)
Answer = str | Response | tuple[str, int]
_SAYS = {"yes": GrantState.CONFIRMED, "no": GrantState.DECLINED}
_PERSON = "invited"


@pages.get("/<shop>/invitation/<person>/<code>")
def form(shop: str, person: str, code: str) -> Answer:
    """What it is about, and two buttons. Link previews and prefetch do nothing."""
    open_shop = entered(shop)
    found = _behind(open_shop, person, code)
    if found is None:
        return _page(open_shop, None, code), 404
    return _page(open_shop, found, code)


@pages.post("/<shop>/invitation/<person>/<code>")
def answer(shop: str, person: str, code: str) -> Answer:
    """They come, or do not; said twice it is said once."""
    slow_down("invitation", limit=30)
    open_shop, said = entered(shop), _SAYS.get(request.form.get("answer", ""))
    found = _behind(open_shop, person, code)
    if found is None:
        return _page(open_shop, None, code), 404
    if not PressForm().validate_on_submit() or said is None:
        return _page(open_shop, found, code, again=True), 400
    wish = Wish(correlation_id=uuid4(), actor=_PERSON, at=now())
    try:
        actions.set_state(parts(), found.id, said, wish, by_link=True)
    except GrantNotOpen:
        return _page(open_shop, found, code), 409
    return redirect(url_for("invitation.form", shop=shop, person=person, code=code), 303)


def _behind(shop: Shop, person: str, code: str) -> Grantee | None:
    """Whoever the link is of; the same nothing for every wrong one."""
    try:
        id: UUID = uuid_in(person)
        return actions.by_link(parts(), shop, id, code[:200])
    except UnknownGrantee:
        return None


def _page(shop: Shop, found: Grantee | None, code: str, *, again: bool = False) -> str:
    return render_template(
        "invitation.html",
        shop=shop,
        found=found,
        code=code,
        again=again,
        over=_over(shop, found),
        form=PressForm(),
    )


def _over(shop: Shop, found: Grantee | None) -> datetime | None:
    """Since when vouchers are over, for somebody who has none."""
    if found is None or (found.voucher is not None and found.voucher.lives):
        return None
    return over_since(parts().grantees.programme(shop.id).rules, now())
