"""From chosen products to an order, and on to the payment page."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from json import dumps, loads
from urllib.parse import urlencode
from uuid import UUID, uuid5

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from ledger.cart.appraisal import AppraisedLine
from ledger.kernel import refusals as no
from ledger.kernel.money import Money
from ledger.kernel.store import LedgerUnavailable
from ledger.order.cancellation_policy import promise
from ledger.order.commands import Wanted
from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.stamps import Customer
from ledger.payments.capabilities import capability
from ledger.shop.shop import Shop
from ledger.shop.stamps import SignIn
from ledger.vouchers.code import folded
from ledger.waiting_list.place import WaitingPlace
from web.actions.cart import after_order, appraised
from web.actions.choice import Choice, price_of, with_code
from web.actions.place import place_order
from web.http.addresses import now
from web.http.current import parts
from web.http.person import account_here
from web.http.problems import ProblemRaised, of_refusal
from web.http.rate_limit import pressed_too_often
from web.http.session import browser_hash
from web.http.visitor_cart import change_cart
from web.i18n import languages
from web.i18n.gettext import _
from web.i18n.refusals import of_field, of_lines, of_price, told_promise
from web.i18n.voucher_words import of_voucher
from web.pages.answers import AskedPart, answers_typed, parts_of, wrong
from web.pages.buyer import remember
from web.pages.cart import ordered_lately, settled_cart
from web.pages.forms import CheckoutForm
from web.pages.pay import go_and_pay
from web.pages.shop import PREFIX, by_rate, entered, paying, quantities, times_of
from web.pages.waiting_list import hold_here, hold_used

pages = Blueprint("checkout", __name__)
_LINKS = UUID("0f1c4c0a-6a43-4d8e-9a55-9f3f2d1c7b60")
_TYPED = ("first_name", "last_name", "email", "phone")
_KEPT, _MOST_TYPED = "typed", 1_500
_SHOWN = re.compile(r"([0-9]{1,18}) ([A-Z]{3})")


@pages.get("/<shop>/checkout")
def form(shop: str) -> str | Response:
    """Who buys what the cart holds of this shop, or what a link names."""
    open_shop, empty = entered(shop), CheckoutForm()
    if _must_sign_in(open_shop):
        return _through_sign_in()
    _as_typed_before(empty)
    if chosen := choices(open_shop, quantities()):
        return _named_by_link(open_shop, chosen, empty)
    cart = settled_cart()
    group = appraised(parts(), cart).group(shop)
    if group is None:
        done = any(one.order.terms.shop_slug == shop for one in ordered_lately(cart))
        nothing = url_for("shop.catalogue", shop=shop, nothing=1)
        return redirect(url_for("cart.show", shop=shop) if done else nothing, 303)
    if not group.orderable:
        return redirect(url_for("cart.show", shop=shop), 303)
    empty.of_cart(group.group.key)
    if group.group.voucher is not None:
        known = parts().vouchers.find(group.group.voucher)
        empty.code.data = (known.code if known else None) or ""
    wanted = {one.product: one.quantity for one in group.group.lines}
    return _page(open_shop, choices(open_shop, wanted), empty, changed=group.lines)


def _named_by_link(shop: Shop, chosen: list[Choice], empty: CheckoutForm) -> str:
    """Not from the cart, and not into it. One browser that comes back to it means the same order.

    Whoever ordered it already is told so, and may press again for another one.
    """
    named = dumps([shop.slug, sorted((one.product.slug, one.quantity) for one in chosen)])
    generate_csrf()  # what tells this browser from others
    empty.key.data = str(uuid5(_LINKS, f"{session['csrf_token']}\n{named}"))
    if (first := _first_order(empty)) is None:
        return _page(shop, chosen, empty)
    empty.renew()
    return _page(shop, chosen, empty, complaint=_ordered_before(), first=first)


@pages.post("/<shop>/checkout")
def place(shop: str) -> str | Response | tuple[str, int]:
    """Place the order, then see other: the payment page."""
    too_often = pressed_too_often("checkout", limit=20)
    open_shop = _with_all(entered(shop))
    chosen = choices(open_shop, quantities())
    if too_often and not chosen:
        raise ProblemRaised("too-many-requests")
    sent = CheckoutForm()
    if not chosen:
        if not sent.is_ours():
            raise ProblemRaised("csrf")
        return redirect(url_for("shop.catalogue", shop=shop, nothing=1), 303)
    key = sent.correlation()
    if too_often:
        sentence = _("Please wait a minute, then press again. Nothing is lost.")
        return _page(open_shop, chosen, sent, complaint=sentence), 429
    only_looks = "apply" in request.form and sent.is_ours()
    if only_looks or not _is_right(open_shop, chosen, sent) or key is None:
        return _page(open_shop, chosen, sent) if only_looks else _again(open_shop, chosen, sent)
    try:
        return _bought(open_shop, sent, key)
    except LedgerUnavailable:
        sentence = _("We cannot take your order at this moment. Please press again in a moment.")
        return _page(open_shop, chosen, sent, complaint=sentence), 503
    except no.Refusal as refusal:
        return _refused(open_shop, chosen, sent, refusal=refusal)


def _must_sign_in(shop: Shop) -> bool:
    return shop.terms.sign_in is SignIn.REQUIRED and account_here() is None


def _through_sign_in(
    sent: CheckoutForm | None = None, wanted: Mapping[str, int] | None = None
) -> Response:
    """To the sign-in and back here; what was typed waits in the browser, sealed for it alone."""
    back = request.full_path.rstrip("?")
    if sent is not None:
        typed = dumps({name: sent[name].data or "" for name in _TYPED}).encode()
        sealed = parts().keyring.seal_note(_browser(), typed[:_MOST_TYPED])
        session[_KEPT] = b64encode(sealed).decode()
        named = (
            {} if sent.is_of_cart else {f"{PREFIX}{one}": n for one, n in (wanted or {}).items()}
        )
        address = url_for("checkout.form", **(request.view_args or {}))
        back = f"{address}?{urlencode(named)}" if named else address
    return redirect(url_for("customer_sign_in.form", next=back), 303)


def _as_typed_before(empty: CheckoutForm) -> None:
    """What was typed before the sign-in, once; else the address of whoever is signed in."""
    if (account := account_here()) is not None:
        empty.email.data = account.email
    kept = session.pop(_KEPT, None)
    if not isinstance(kept, str):
        return
    with suppress(Exception):  # what an older secret sealed, or another browser, is gone
        told = loads(parts().keyring.open_note(_browser(), b64decode(kept)) or b"{}")
        for name in _TYPED:
            if told.get(name):
                empty[name].data = str(told[name])


def _browser() -> UUID:
    return UUID(bytes=browser_hash()[:16])


def _bought(shop: Shop, sent: CheckoutForm, key: UUID) -> Response:
    """On to the payment page; who ordered and paid this before sees that order."""
    first = _first_order(sent)
    order = remember(_placed(shop, sent, key))
    hold_used()
    if sent.is_of_cart:
        _leaves_the_cart(order)
    return _shown_again(order) if first and not payable(order) else go_and_pay(order)


def _leaves_the_cart(order: Order) -> None:
    """The order stands, so nothing here may fail it: what is left undone the cart finds itself."""
    with suppress(LedgerUnavailable, no.Refusal):
        change_cart(lambda cart: after_order(cart, order))


def _shown_again(order: Order) -> Response:
    """Who went back and pressed again sees the order that they have."""
    address = url_for("orders.page", shop=order.terms.shop_slug, order=order.id, again=1)
    return redirect(address, 303)


def _with_all(shop: Shop) -> Shop:
    """The shop; read anew if it lacks something that was chosen, which another process showed."""
    known = all(product in shop.products for product in quantities())
    return shop if known else parts().shops.newest(shop.slug)


def choices(shop: Shop, asked: Mapping[str, int]) -> list[Choice]:
    """What is asked for, as far as the shop knows it."""
    known = sorted(shop.products.values(), key=lambda one: one.rank)
    return [Choice(product=one, quantity=asked[one.slug]) for one in known if one.slug in asked]


def _placed(shop: Shop, sent: CheckoutForm, key: UUID) -> Order:
    customer = Customer(
        first_name=_typed(sent.first_name.data),
        last_name=_typed(sent.last_name.data),
        email=_typed(sent.email.data),
        phone=_typed(sent.phone.data),
    )
    told, code = answers_typed(request.form, _every_asked(shop)), _typed(sent.code.data)
    lines = [
        Wanted(product=slug, quantity=many, answers=tuple(told.get(slug, ())))
        for slug, many in quantities().items()
    ]
    bought = [{"product": one.product, "quantity": one.quantity} for one in lines]
    content: list[object] = [shop.slug, bought, asdict(customer)]
    content += [folded(code)] if code else []
    content += [told] if told else []
    return place_order(
        parts(),
        shop.slug,
        key=key,
        lines=lines,
        customer=customer,
        language=languages.current(),
        content=dumps(content, sort_keys=True).encode(),
        expected_total=_shown(),
        account=account.id if (account := account_here()) else None,
        code=code,
        hold=hold.id if (hold := _hold(shop)) else None,
    )


def _is_right(shop: Shop, chosen: Sequence[Choice], sent: CheckoutForm) -> bool:
    """All of it is looked at, so that all that is wrong is said at once."""
    found = wrong(_asked(shop, chosen))
    return sent.validate_on_submit() and not found


def _is_sent() -> bool:
    """Whether the whole form was pressed: who only has a code looked at is told of nothing yet."""
    return request.method == "POST" and "apply" not in request.form


def _every_asked(shop: Shop) -> list[AskedPart]:
    return _asked(shop, choices(shop, quantities()))


def _asked(shop: Shop, chosen: Sequence[Choice], *, complain: bool = True) -> list[AskedPart]:
    """What the shop asks about each ticket that is chosen, with what was typed."""
    bought = [(one.product, min(one.quantity, one.product.max_per_order)) for one in chosen]
    return parts_of(shop, bought, request.form, complain=complain)


def _hold(shop: Shop) -> WaitingPlace | None:
    """The seats that are held for this browser, if it buys them now."""
    return hold_here(shop.slug, {*quantities()})


def _shown() -> Money | None:
    """The price that the page showed, as it told us; None where it told none."""
    found = _SHOWN.fullmatch(request.form.get("shown", ""))
    return Money(int(found[1]), found[2]) if found else None


def _typed(data: str | None) -> str:
    return (data or "").strip()


def _refused(
    shop: Shop, chosen: list[Choice], sent: CheckoutForm, *, refusal: no.Refusal
) -> Response | tuple[str, int]:
    if isinstance(refusal, no.SignInRequired):
        return _through_sign_in(sent, quantities())
    if isinstance(refusal, no.CustomerInvalid) and refusal.field in sent:
        sent.complain(refusal.field, of_field(refusal.field))
        return _again(shop, chosen, sent)
    if of_voucher(refusal, now()):
        return _page(shop, chosen, sent), of_refusal(refusal).status
    if isinstance(refusal, no.KeyReused):
        return _sent_before(shop, chosen, sent)
    sentence = of_lines(refusal, shop)
    problem = of_refusal(refusal)
    told = sentence or _(problem.detail)
    # What is asked again shows what is true now; what is gone is not asked for any more.
    newest = parts().shops.newest(shop.slug)
    if left := choices(newest, quantities()):
        shop, chosen = newest, left
    return _page(shop, chosen, sent, complaint=told), 409 if sentence else problem.status


def _sent_before(shop: Shop, chosen: list[Choice], sent: CheckoutForm) -> tuple[str, int]:
    """They went back and changed something: the first order stands, this would be a second."""
    first = _first_order(sent)
    sent.renew()
    return _page(shop, chosen, sent, complaint=_ordered_before(), first=first), 409


def _ordered_before() -> str:
    return _("You have placed an order with this form already. Press again for another one.")


def _first_order(sent: CheckoutForm) -> Order | None:
    key = sent.correlation()
    return parts().orders.placed_under(key) if key else None


def _again(shop: Shop, chosen: list[Choice], sent: CheckoutForm) -> tuple[str, int]:
    stale = sent.correlation() is None or "csrf_token" in sent.errors
    if stale:
        sent.renew()
    sentence = _("The page was open for a long time. Please press once more.") if stale else ""
    return _page(shop, chosen, sent, complaint=sentence), _unaccepted(sent)


def _unaccepted(sent: CheckoutForm) -> int:
    """Without its token a form is no wish at all; with it, something in it is wrong."""
    return 400 if "csrf_token" in sent.errors else 422


def _priced(shop: Shop, chosen: list[Choice], form: CheckoutForm) -> list[Choice]:
    """At the prices that the typed code gives; says at its field if it gives none."""
    code = _typed(form.code.data)
    try:
        return with_code(parts(), shop, code, chosen)
    except no.Refusal as refusal:
        form.complain("code", of_voucher(refusal, now()))
        return chosen


def _page(
    shop: Shop,
    chosen: list[Choice],
    form: CheckoutForm,
    *,
    complaint: str = "",
    first: Order | None = None,
    changed: Sequence[AppraisedLine] = (),
) -> str:
    priced = _priced(shop, chosen, form)
    named = {f"{PREFIX}{one.product.slug}": one.quantity for one in chosen}
    again = {} if form.is_of_cart else named
    languages.read_again_at(url_for("checkout.form", shop=shop.slug), again)
    gross = [(one.product.vat_percent, one.price) for one in priced]
    sum_of_all = price_of(shop, priced)
    return render_template(
        "checkout.html",
        shop=shop,
        chosen=chosen,
        priced=priced,
        form=form,
        asked=(asked := _asked(shop, chosen, complain=_is_sent())),
        wrong=wrong(asked),
        complaint=complaint,
        first=first,
        total=sum_of_all,
        vat=by_rate(gross),
        again=again,
        changed=[one for one in changed if one.price_changed],
        other_price=of_price,
        by_hand=capability(shop.terms.provider).by_hand,
        promised=told_promise(promise(shop.terms, sum_of_all, now())),
        paying=paying(shop.terms) if sum_of_all else "",
        times=times_of(shop.terms),
        hold=_hold(shop),
    )
