"""The box office: a page for a phone at a door, and the reports of its shifts."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid4

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from ledger.kernel.money import Money, major, zero
from ledger.kernel.refusals import Refusal
from ledger.order.commands import Wanted
from ledger.order.order import Order
from ledger.shop.questions import Needed
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from ledger.tickets.code import in_groups
from ledger.till.service import TillWish
from ledger.till.shift import Shift
from ledger.till.stamps import Way
from web.actions.till import Till, sale_of, sell, tills, void
from web.actions.till_report import people, report_of, report_rows, shift_of, shifts_of
from web.admin.catalogue import shop_known
from web.admin.guard import back_office, current_staff, needs
from web.admin.priced import priced_form, shown_again
from web.admin.shop_fields import typed_amount
from web.admin.words import why
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.format import local
from web.i18n.gettext import _
from web.i18n.languages import current
from web.i18n.refusals import of_lines
from web.pages.answers import AskedPart, answers_typed, parts_of, wrong
from web.pages.forms import PressForm

pages = back_office("till", __name__)
READERS = (Role.STAFF, Role.AUDITOR)
Answer = str | Answered | tuple[str, int]
_REASON, PAGE, LATEST = 500, 50, 5


@pages.get("/shops/<shop>/till")
@needs(Role.STAFF)
def page(shop: str) -> Answer:
    """What can be sold, once a shift is open; before, how it begins."""
    return _page(shop_known(shop), {})


@pages.post("/shops/<shop>/till/open")
@needs(Role.STAFF)
def begin(shop: str) -> Answer:
    """A shift begins with the cash that lies in the till."""
    found, typed = shop_known(shop), _typed()
    opening = _amount(found, typed)
    if opening is None:
        return _page(found, typed, complaint=_told_amount()), 422
    tills(parts()).open(_wish(typed), shop=found.id, slug=found.slug, opening=opening)
    return redirect(url_for("till.page", shop=shop), 303)


@pages.post("/shops/<shop>/till")
@needs(Role.STAFF)
def press(shop: str) -> Answer:
    """Sold and paid; then see the tickets."""
    slow_down("till", limit=240)
    found, typed = shop_known(shop), _typed()
    shift = _open(found)
    lines, way, asked = _wanted(found, typed), typed.get("way", ""), _asked(found, typed)
    if shift is None or not lines or way not in [*Way]:
        told = _("Choose what is sold, and how it is paid.")
        return _page(found, typed, complaint=told), 422
    if typed.get("version", "") != str(found.version):
        told = _("The shop was changed. Look at the prices again, then press once more.")
        return _page(found, typed, complaint=told), 412
    priced = priced_form(found, lines, typed)
    if again := shown_again(priced, typed, _wish(typed).correlation_id):
        return _page(found, typed, complaint=again[0]), again[1]
    if (asked and "answers" not in typed) or wrong(asked):
        told = _("One thing more: the shop asks about these tickets.")
        return _page(found, typed, complaint=told), 422
    told_of = answers_typed(typed, asked)
    lines = [replace(one, answers=tuple(told_of.get(one.product, ()))) for one in lines]
    try:
        order = sell(
            parts(),
            Till(shop=found, actor=current_staff().actor, shift=shift.id),
            key=_wish(typed).correlation_id,
            lines=lines,
            way=Way(way),
            shown=priced.total,
            email=typed.get("email", ""),
            language=current(),
            code=priced.code,
        )
    except Refusal as refusal:
        return _page(found, typed, complaint=of_lines(refusal, found) or why(refusal)), 409
    return redirect(url_for("till.sold", shop=shop, order=order.id), 303)


@pages.get("/shops/<shop>/till/sales/<order>")
@needs(Role.STAFF)
def sold(shop: str, order: str) -> str:
    """The tickets of a sale, to be scanned from the screen, printed or mailed; then the next."""
    found = shop_known(shop)
    sale, _rung = sale_of(parts(), found, uuid_in(order))
    return _sold_page(found, sale)


@pages.post("/shops/<shop>/till/sales/<order>/void")
@needs(Role.STAFF)
def give_back(shop: str, order: str) -> Answer:
    """The sale was a mistake: its order is cancelled, and its money handed back from this till."""
    slow_down("till", limit=240)
    found, typed = shop_known(shop), _typed()
    sale, _rung = sale_of(parts(), found, uuid_in(order))
    shift, reason = _open(found), typed.get("reason", "")
    if shift is None or not reason:
        told = _("Open a shift first.") if shift is None else _("Say why: it stands in the ledger.")
        return _sold_page(found, sale, complaint=told), 422
    minor = typed_amount(typed.get("shown", ""), _currency(found))
    try:
        void(
            parts(),
            Till(shop=found, actor=current_staff().actor, shift=shift.id),
            sale.id,
            key=_wish(typed).correlation_id,
            reason=reason,
            shown=None if minor is None else Money(minor, _currency(found)),
        )
    except Refusal as refusal:
        fresh = parts().orders.get(sale.id)
        return _sold_page(found, fresh, complaint=why(refusal)), 409
    return redirect(url_for("till.sold", shop=shop, order=order), 303)


def _sold_page(shop: Shop, sale: Order, *, complaint: str = "") -> str:
    tickets = [
        (one, in_groups(one.code), parts().ticket_svg(one.code, in_groups(one.code)))
        for one in sale.valid_tickets
    ]
    return render_template(
        "admin/till_sold.html",
        shop_of=shop,
        order=sale,
        tickets=tickets,
        key=str(uuid4()),
        back=f"{major(sale.held):f}",
        complaint=complaint,
        form=PressForm(formdata=None),
    )


@pages.post("/shops/<shop>/till/cash")
@needs(Role.STAFF)
def cash(shop: str) -> Answer:
    """Cash is put in or taken out, for a reason."""
    found, typed = shop_known(shop), _typed()
    shift, amount = _open(found), _amount(found, typed)
    reason, inward = typed.get("reason", ""), typed.get("way") == "in"
    if shift is None or not amount or not reason:
        told = _("Enter an amount, and say why.")
        return _page(found, typed, complaint=told), 422
    tills(parts()).move_cash(shift.id, _wish(typed), amount=amount, inward=inward, reason=reason)
    return redirect(url_for("till.page", shop=shop, done=1), 303)


@pages.post("/shops/<shop>/till/close")
@needs(Role.STAFF)
def close(shop: str) -> Answer:
    """The shift is over; then see its report."""
    found, typed = shop_known(shop), _typed()
    shift, counted = _open(found), _amount(found, typed)
    if shift is None or counted is None:
        return _page(found, typed, complaint=_told_amount()), 422
    tills(parts()).close(shift.id, _wish(typed), counted=counted)
    return redirect(url_for("till.report", shop=shop, shift=shift.id), 303)


@pages.get("/shops/<shop>/till/shifts")
@needs(*READERS)
def shifts(shop: str) -> str:
    """Everybody's shifts, the newest first."""
    found, typed = shop_known(shop), request.args.get("from", "")
    offset = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 0
    shown = shifts_of(parts(), found, PAGE + 1, offset=offset)
    return render_template(
        "admin/till_shifts.html",
        shop_of=found,
        shifts=shown[:PAGE],
        people=people(parts()),
        before=max(0, offset - PAGE) if offset else None,
        after=offset + PAGE if len(shown) > PAGE else None,
    )


@pages.get("/shops/<shop>/till/shifts/<shift>")
@needs(*READERS)
def report(shop: str, shift: str) -> str:
    """The report of one shift, each sale beside its order as it is today."""
    found = shop_known(shop)
    shown = report_of(parts(), shift_of(parts(), found, uuid_in(shift)))
    sells = current_staff().may(Role.STAFF, shop=shop)
    return render_template(
        "admin/till_report.html", shop_of=found, report=shown, shift=shown.shift, sells=sells
    )


@pages.get("/shops/<shop>/till/shifts/<shift>.csv")
@needs(*READERS)
def file(shop: str, shift: str) -> Response:
    """The same for a spreadsheet."""
    found = shop_known(shop)
    shown = report_of(parts(), shift_of(parts(), found, uuid_in(shift)))
    answer = Response(report_rows(shown), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="shift.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _open(shop: Shop) -> Shift | None:
    return tills(parts()).open_of(shop.id, current_staff().actor)


def _typed() -> Mapping[str, str]:
    return {name: text[:_REASON].strip() for name, text in request.form.items()}


def _wish(typed: Mapping[str, str]) -> TillWish:
    """The form's own key: pressed twice, it is one wish."""
    try:
        key = UUID(typed.get("key", ""))
    except ValueError:
        raise ProblemRaised("csrf") from None
    return TillWish(correlation_id=key, actor=current_staff().actor)


def _currency(shop: Shop) -> str:
    return shop.terms.currency


def _amount(shop: Shop, typed: Mapping[str, str]) -> Money | None:
    minor = typed_amount(typed.get("amount", ""), _currency(shop))
    return Money(minor, _currency(shop)) if minor is not None and 0 <= minor < 2**53 else None


def _told_amount() -> str:
    return _("Enter an amount such as 12.50.")


def _wanted(shop: Shop, typed: Mapping[str, str]) -> list[Wanted]:
    """How many of each product; what is no number is none."""
    words = {slug: typed.get(f"many-{slug}", "") for slug in shop.products}
    return [
        Wanted(product=slug, quantity=int(word))
        for slug, word in words.items()
        if word.isascii() and word.isdecimal() and len(word) < 4 and int(word)
    ]


def _asked(shop: Shop, typed: Mapping[str, str]) -> list[AskedPart]:
    """What the shop asks about each ticket of what is chosen, of products that need an answer.

    What may wait is not asked in a queue: ticket sales add it on the order's page.
    """
    bought = [(shop.products[one.product], one.quantity) for one in _wanted(shop, typed)]
    asking = [(one, many) for one, many in bought if _needs_answers(shop, one.slug)]
    return parts_of(shop, asking, typed, complain="answers" in typed)


def _needs_answers(shop: Shop, product: str) -> bool:
    return any(one.needed is Needed.AT_CHECKOUT for one in shop.asks(product).asked)


def _page(shop: Shop, typed: Mapping[str, str], *, complaint: str = "") -> str:
    shift = _open(shop)
    ranked = sorted(shop.products.values(), key=lambda one: one.rank)
    return render_template(
        "admin/till.html",
        shop_of=shop,
        shift=shift,
        latest=[*reversed(shift.sales)][:LATEST] if shift else [],
        asked=_asked(shop, typed),
        products=[(one, local(one.title)) for one in ranked],
        priced=priced_form(shop, _wanted(shop, typed), typed),
        typed=typed,
        key=str(uuid4()),
        complaint=complaint,
        nothing=zero(_currency(shop)),
        done=bool(request.args.get("done")),
        form=PressForm(),
    )
