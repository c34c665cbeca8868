"""A person's own page: their orders over all shops, their devices, and what we know of them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial, wraps
from typing import Concatenate, ParamSpec
from uuid import UUID, uuid4

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from ledger.accounts.account import Account
from ledger.accounts.passkey import MOST_PASSKEYS
from ledger.kernel.refusals import UnknownOrder
from ledger.order import cancellation_policy as cancellation
from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.stamps import Letter
from web.actions import passkeys
from web.actions.account import After, claim, claimable, orders_of
from web.actions.cancel import give_up_unpaid
from web.actions.letters import receipts_of
from web.actions.passkey_names import name_of
from web.actions.personal_archive import archive, as_json, document
from web.actions.persons import holdings_of
from web.actions.wish import Wish
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.person import account_here
from web.http.rate_limit import slow_down
from web.http.session import browser_hash, end_session, end_sessions, sessions_of, signed_in
from web.i18n import languages
from web.i18n.format import told_in
from web.i18n.gettext import _
from web.i18n.refusals import told_cancellation
from web.pages.forms import PasskeyForm, PressForm
from web.pages.order_headline import standing
from web.pages.tickets import shown

pages = Blueprint("me", __name__)
Answer = str | BaseResponse | tuple[str, int]
PRESSES = 60
RECEIPTS: Mapping[str, object] = {
    Letter.PAID: _l("Receipt"),
    Letter.REFUNDED: _l("Credit note"),
    Letter.CANCELLED: _l("Cancellation"),
    Letter.CORRECTION: _l("Correction"),
}
_P = ParamSpec("_P")


def signed_in_only(
    view: Callable[Concatenate[Account, _P], Answer],
) -> Callable[_P, Answer]:
    """Guests are led to the sign-in, and back here where here is a page."""

    @wraps(view)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> Answer:
        if request.method == "POST":
            slow_down("me", limit=PRESSES)
        account = account_here()
        if account is None:
            back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
            return redirect(url_for("customer_sign_in.form", next=back), 303)
        return view(account, *args, **kwargs)

    return guarded


@pages.get("/me")
@signed_in_only
def home(account: Account) -> Answer:
    """All of it on one page; the orders page by page."""
    return _home(account, PasskeyForm())


@pages.post("/me/claim")
@signed_in_only
def claim_orders(account: Account) -> Answer:
    """Take the orders that were placed with this address as a guest, then see other."""
    before = len(account.claimed)
    after = claim(parts(), account)
    return redirect(url_for("me.home", claimed=len(after.claimed) - before), 303)


@pages.post("/me/language")
@signed_in_only
def choose_language(account: Account) -> Answer:
    """Be spoken to in another language, on this page, on others, and in letters of later orders."""
    language = languages.of_tag(request.form.get("language"))
    if language not in languages.known():
        return redirect(url_for("me.home"), 303)
    parts().accounts.choose_language(account.id, language, correlation_id=uuid4())
    answer = redirect(url_for("me.home", _anchor="language"), 303)
    languages.remember(answer, language)
    return answer


@pages.post("/me/sessions/end")
@signed_in_only
def end_sessions_of(account: Account) -> Answer:
    """Sign out elsewhere: one device, or all but this one."""
    here, named = signed_in("customer"), request.form.get("session", "")
    if named == "others" and here is not None:
        end_sessions("customer", account.id, but=here.id)
    else:
        end_session("customer", account.id, uuid_in(named))
    return redirect(url_for("me.home", _anchor="devices"), 303)


@pages.post("/me/passkeys/question")
@signed_in_only
def ask_for_passkey(account: Account) -> Answer:
    """What the browser asks a device to make, as JSON."""
    site = passkeys.site_of(parts().settings.base_url)
    if site is None:
        return "", 404
    asked = passkeys.begin_registration(parts(), site, _owner(account), browser=browser_hash())
    return Response(asked, content_type="application/json")


@pages.post("/me/passkeys")
@signed_in_only
def add_passkey(account: Account) -> Answer:
    """Keep what a device made, then see other."""
    typed, site = PasskeyForm(), passkeys.site_of(parts().settings.base_url)
    if not typed.validate_on_submit():
        return _home(account, typed), 422
    try:
        if site is None:
            raise passkeys.PasskeyRefused("no passkey works here")
        passkeys.finish_registration(
            parts(),
            site,
            _owner(account),
            answer=typed.answer.data or "",
            name=(typed.name.data or "").strip(),
            browser=browser_hash(),
        )
    except passkeys.PasskeyRefused:
        sentence = _("The passkey was not added. Nothing changed; please try again.")
        return _home(account, typed, complaint=sentence), 422
    return redirect(url_for("me.home", added=1, _anchor="passkeys"), 303)


@pages.post("/me/passkeys/remove")
@signed_in_only
def remove_passkey(account: Account) -> Answer:
    """A passkey signs in no more, then see other."""
    parts().passkeys.remove("customer", account.id, uuid_in(request.form.get("passkey", "")))
    return redirect(url_for("me.home", _anchor="passkeys"), 303)


@pages.get("/me/export.json")
@signed_in_only
def export(account: Account) -> Answer:
    """All that we know of this person, for them to keep."""
    slow_down("export", limit=10)
    found = holdings_of(parts(), account.email or "", with_messages=False)
    return Response(
        as_json(document(parts(), found)),
        content_type="application/json; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="my-data.json"',
            "Cache-Control": "private, no-store",
        },
    )


@pages.get("/me/export.zip")
@signed_in_only
def export_archive(account: Account) -> Answer:
    """The same with the words of every letter."""
    slow_down("export", limit=10)
    found = holdings_of(parts(), account.email or "", with_messages=False)
    return Response(
        archive(parts(), found, messages=False),
        content_type="application/zip",
        headers={
            "Content-Disposition": 'attachment; filename="my-data.zip"',
            "Cache-Control": "private, no-store",
        },
    )


@pages.get("/me/orders/<order>/cancel")
@signed_in_only
def look_at_unpaid(account: Account, order: str) -> Answer:
    """What is given up, before a press does it."""
    found = own_order(account, order)
    if not _unpaid(found):
        return _to_the_order(found)
    return render_template("me_cancel.html", order=found, form=PressForm())


@pages.post("/me/orders/<order>/cancel")
@signed_in_only
def cancel_unpaid(account: Account, order: str) -> Answer:
    """Cancel what nobody has paid, at once, then see other: the order's page."""
    found = own_order(account, order)
    return _to_the_order(give_up_unpaid(parts(), found.id, wish_of_person()))


def own_order(account: Account, order: str) -> Order:
    """An order of this account. Anybody else's looks like one that is not there."""
    found = parts().orders.get(uuid_in(order))
    if not account.has(found):
        raise UnknownOrder
    told_in(found.terms.timezone)
    return found


def wish_of_person() -> Wish:
    """What this person asks now."""
    return Wish(correlation_id=uuid4(), actor="customer", at=now())


def _home(account: Account, typed: PasskeyForm, *, complaint: str = "") -> str:
    languages.read_again_at(url_for("me.home"))
    here, listed = signed_in("customer"), orders_of(parts(), account, after=_after())
    if listed.orders:
        told_in(listed.orders[0].terms.timezone)
    return render_template(
        "me.html",
        email=account.email,
        chosen=account.language,
        orders=listed.orders,
        more=_told(listed.after) if listed.after else "",
        later=bool(request.args.get("after")),
        claimable=claimable(parts(), account),
        claimed=request.args.get("claimed", type=int),
        standing=standing,
        payable=payable,
        unpaid=_unpaid,
        tickets=partial(shown, at=now()),
        receipts=receipts_of,
        kinds=RECEIPTS,
        eligibility=lambda order: cancellation.eligibility(order, now()),
        told_cancellation=told_cancellation,
        sessions=sessions_of("customer", account.id),
        here=here.id if here else None,
        passkeys=[
            (one, name_of(parts(), one)) for one in parts().passkeys.of("customer", account.id)
        ],
        most_passkeys=MOST_PASSKEYS,
        site=passkeys.site_of(parts().settings.base_url),
        here_url=request.host_url.rstrip("/"),
        added="added" in request.args,
        complaint=complaint,
        form=PressForm(),
        passkey_form=typed,
    )


def _unpaid(order: Order) -> bool:
    """Whether its owner may give it up at once."""
    return order.alive and payable(order) and not order.received and not order.under_way


def _to_the_order(order: Order) -> BaseResponse:
    return redirect(url_for("orders.page", shop=order.terms.shop_slug, order=order.id), 303)


def _owner(account: Account) -> passkeys.Owner:
    return passkeys.Owner(kind="customer", subject=account.id, shown=account.email or "")


def _after() -> After | None:
    """Where the list goes on; what is no such place is its beginning."""
    try:
        placed_at, order = json.loads(urlsafe_b64decode(request.args.get("after", "")))
        at = datetime.fromisoformat(placed_at)
        return (at, UUID(order)) if at.tzinfo else None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _told(after: After) -> str:
    return urlsafe_b64encode(json.dumps([after[0].isoformat(), str(after[1])]).encode()).decode()
