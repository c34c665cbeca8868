"""Where integrators are told of orders: endpoints of one's shops, and what became of events."""

from collections.abc import Mapping, Sequence

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from ledger.staff.role import Role
from ledger.webhooks.endpoint import Endpoint
from web.actions import webhooks as actions
from web.admin.guard import back_office, current_staff, needs, require_role, shops_here
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("webhooks_admin", __name__)
Answer = str | Response | tuple[str, int]
_MOST_DEAD, _LONGEST = 50, 2_000
FAULTS: Mapping[str, object] = {
    "malformed": _l("This is no address that events can be sent to."),
    "not-https": _l("The address must begin with https://."),
    "not-public": _l("The address does not lead to the public internet."),
    "no-such-host": _l("This host is not known."),
    "unknown-kind": _l("There is no such type of event."),
    "too-many": _l("The shop has as many endpoints as it can have. Remove one first."),
    "shop": _l("Choose one of your shops."),
}


@pages.get("/webhooks")
@needs(Role.ADMIN)
def page() -> str:
    """Those of one's shops."""
    return _page(done=request.args.get("done") == "1")


@pages.post("/webhooks")
@needs(Role.ADMIN)
def add() -> Answer:
    """An endpoint from here on; its secret is shown this once."""
    slow_down("webhooks", limit=30)
    if not PressForm().validate_on_submit():
        return _page(), 400
    shop, typed = request.form.get("shop", ""), request.form.get("url", "")[:_LONGEST]
    try:
        if shop not in shops_here(Role.ADMIN):
            raise actions.EndpointWrong("shop")
        made = actions.add(
            parts(),
            shop=shop,
            url=typed,
            kinds=request.form.getlist("kind"),
            personal="personal" in request.form,
            actor=current_staff().actor,
        )
    except actions.EndpointWrong as wrong:
        return _page(wrong=wrong.fault, typed=typed, shop=shop), 422
    return _page(secret=made.secret, about=made)


@pages.post("/webhooks/<webhook>/test")
@needs(Role.ADMIN)
def test(webhook: str) -> Answer:
    """An event that means nothing, at once."""
    slow_down("webhooks", limit=30)
    found = _found(webhook)
    if not PressForm().validate_on_submit():
        return _page(), 400
    return _page(about=found, answer=actions.test(parts(), found))


@pages.post("/webhooks/<webhook>/rotate")
@needs(Role.ADMIN)
def rotate(webhook: str) -> Answer:
    """A new secret, shown this once."""
    found = _found(webhook)
    if not PressForm().validate_on_submit():
        return _page(), 400
    rotated = actions.rotate(parts(), found, actor=current_staff().actor)
    return _page(secret=rotated.secret, about=rotated)


@pages.post("/webhooks/<webhook>/replay")
@needs(Role.ADMIN)
def replay(webhook: str) -> Answer:
    """One event again, or all after a position."""
    found = _found(webhook)
    if not PressForm().validate_on_submit():
        return _page(), 400
    one, after = request.form.get("position", ""), request.form.get("after", "")
    typed = one or after
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 15):
        return _page(about=found, complaint=_("A position is a whole number.")), 422
    by = current_staff().actor
    if not one:
        actions.replay(parts(), found, after=int(after), actor=by)
    elif not actions.replay_one(parts(), found, int(one), actor=by):
        return _page(about=found, complaint=_("There is no event of this shop.")), 422
    return redirect(url_for("webhooks_admin.page", done=1), 303)


@pages.post("/webhooks/<webhook>/enable")
@needs(Role.ADMIN)
def enable(webhook: str) -> Answer:
    """It is tried again."""
    found = _found(webhook)
    if not PressForm().validate_on_submit():
        return _page(), 400
    actions.enable(parts(), found, actor=current_staff().actor)
    return redirect(url_for("webhooks_admin.page", done=1), 303)


@pages.post("/webhooks/<webhook>/remove")
@needs(Role.ADMIN)
def remove(webhook: str) -> Answer:
    """It is told nothing more."""
    found = _found(webhook)
    if not PressForm().validate_on_submit():
        return _page(), 400
    actions.remove(parts(), found, actor=current_staff().actor)
    return redirect(url_for("webhooks_admin.page", done=1), 303)


def _found(webhook: str) -> Endpoint:
    """The endpoint, if it is of a shop that one is an admin of. Raises problems."""
    found = parts().webhooks.get(uuid_in(webhook))
    if found is None:
        raise ProblemRaised("not-found")
    require_role(shop=found.shop)
    return found


def _page(**shown: object) -> str:
    shops: Sequence[str] = shops_here(Role.ADMIN)
    found = parts().webhooks.listed(shops)
    return render_template(
        "admin/webhooks.html",
        shops=shops,
        endpoints=[(one, parts().webhooks.dead(one.id, _MOST_DEAD)) for one in found],
        kinds=actions.EVENT_KINDS,
        faults=FAULTS,
        form=PressForm(formdata=None),
        head=parts().store.head()[0],
        **shown,
    )
