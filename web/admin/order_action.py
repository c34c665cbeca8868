"""What ticket sales do to an order: asked for, shown before it is done, then done; or why not."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ledger.approvals.service import Approvable
from ledger.codec import NAMES
from ledger.kernel.money import Money, digits
from ledger.kernel.refusals import OrderMoved, Refusal, SecondPersonNeeded
from ledger.order import part_policy
from ledger.order.commands import StaffWish, SwapLines
from ledger.order.letters_due import letters_due
from ledger.order.options import options
from ledger.order.order import Order
from ledger.order.part_policy import all_pieces, can_choose
from ledger.order.payable import awaits_payer
from ledger.order.preview import By, Foreseen, Preview, preview
from ledger.order.stamps import Customer, Letter, Pieces, TicketAnswers
from ledger.order.status import status
from ledger.order.ticket_answers import asked_tickets
from ledger.staff.role import Role
from web.actions import approvals
from web.actions.back_office import carry_out
from web.actions.letters import letters_of
from web.actions.staff_wishes import ACTIONS, StaffAction, Typed, offers
from web.actions.swap import Instead, foreseen
from web.actions.wish import Wish
from web.admin.guard import back_office, current_staff, needs
from web.admin.order import order_here
from web.admin.place_order import products_here, wanted_of
from web.admin.words import ACTIONS as WORDS
from web.admin.words import LETTERS, STATUSES, stamp_in_words, why
from web.http.addresses import now
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.i18n.refusals import of_lines
from web.pages.answers import parts_of_tickets, told_of, wrong
from web.pages.forms import PressForm

pages = back_office("order_action", __name__)
_REASON, _LINE, _LARGEST = 500, 200, 2**53
_Reader = Callable[[Order, Mapping[str, str]], Any]


class MistypedField(ValueError):
    """A field that cannot be read; the message is for who typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A stamp of a preview."""

    name: str
    text: str
    by: By


@pages.get("/orders/<order>/<action>")
@needs(Role.STAFF)
def form(order: str, action: str) -> str:
    """What an action asks for; or why it cannot be done now."""
    found, chosen = order_here(order, Role.STAFF), _action(action)
    return _form(found, chosen, _empty(found))


@pages.post("/orders/<order>/<action>")
@needs(Role.STAFF)
def press(order: str, action: str) -> str | Response | tuple[str, int]:
    """First what it would come to; with `sure`, it is done."""
    slow_down("staff-action", limit=120)
    found, chosen = order_here(order, Role.STAFF), _action(action)
    typed = {name: value[:_REASON] for name, value in request.form.items()}
    try:
        wish = chosen.command(parts(), _wish(typed), _read(found, chosen, typed))
        if "sure" in typed:
            return _done(found, chosen, wish)
        return _seen(found, chosen, typed, wish=wish)
    except MistypedField as error:
        return _form(found, chosen, typed, complaint=str(error)), 422
    except Refusal as refusal:
        moved = isinstance(refusal, OrderMoved)
        newest = parts().orders.get(found.id)
        fresh = {**typed, "version": str(newest.version)} if moved else typed
        return _form(newest, chosen, fresh, complaint=_why_not(refusal, found, chosen)), 409


def _why_not(refusal: Refusal, order: Order, action: StaffAction) -> str:
    """In a sentence, which names the product where something is to be ordered."""
    if "instead" not in action.fields:
        return why(refusal)
    return of_lines(refusal, parts().shops.get(order.terms.shop_slug)) or why(refusal)


def _done(order: Order, action: StaffAction, wish: StaffWish) -> Response:
    """It is done, or a second person is asked."""
    try:
        carry_out(parts(), order.id, wish)
    except SecondPersonNeeded:
        if not isinstance(wish, Approvable):
            raise
        approvals.ask(parts(), order.id, wish)
        return redirect(url_for("approvals.page"), 303)
    return redirect(url_for("order_admin.page", order=order.id, done=action.slug), 303)


def _seen(order: Order, action: StaffAction, typed: Mapping[str, str], *, wish: StaffWish) -> str:
    """What it would come to; once a second person has said yes, where one is needed."""
    try:
        seen = preview(order, wish)
        return _foreseen(order, action, typed, wish=wish, seen=seen)
    except SecondPersonNeeded:
        if not isinstance(wish, Approvable):
            raise
        agreed = replace(wish, approval=wish.correlation_id)
        seen = preview(order, agreed)
        return _foreseen(order, action, typed, wish=agreed, seen=seen, second=True)


def _foreseen(
    order: Order,
    action: StaffAction,
    typed: Mapping[str, str],
    *,
    wish: StaffWish,
    seen: Preview,
    second: bool = False,
) -> str:
    """Of a swap both orders, and the price as it was shown."""
    if not isinstance(wish, SwapLines):
        return _preview(order, action, typed, foreseen=seen, second=second)
    begun = foreseen(parts(), order, wish)
    price = wish.place.expected_total
    shown = {**typed, "shown": str(price.amount) if price else ""}
    return _preview(order, action, shown, foreseen=seen, second=second, placed=begun)


def _action(slug: str) -> StaffAction:
    action = ACTIONS.get(slug)
    if action is None:
        raise ProblemRaised("not-found")
    return action


def _wish(typed: Mapping[str, str]) -> Wish:
    """The form's own key: pressed twice, it is one wish."""
    try:
        key = UUID(typed.get("key", ""))
    except ValueError:
        raise ProblemRaised("csrf") from None
    return Wish(correlation_id=key, actor=current_staff().actor, at=now())


def _empty(order: Order) -> dict[str, str]:
    person = order.terms.customer
    known = (
        {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "phone": person.phone,
        }
        if person
        else {}
    )
    return {"version": str(order.version), "key": str(uuid4()), **known, **_as_it_is(order)}


def _goes_whole(order: Order) -> bool:
    """Whether only all of it can be replaced: nobody has paid, or it has no parts to choose."""
    return awaits_payer(order) or not can_choose(order)


def _as_it_is(order: Order) -> dict[str, str]:
    """How many of each product an order has that is replaced whole."""
    if not _goes_whole(order):
        return {}
    many: Counter[str] = Counter()
    for line in order.lines:
        many[line.product] += line.quantity
    return {f"many-{product}": str(count) for product, count in many.items()}


def _form(
    order: Order, action: StaffAction, typed: Mapping[str, str], *, complaint: str = ""
) -> str:
    (offer,) = (one for one in offers(options(order, now())) if one.action is action)
    return render_template(
        "admin/order_action.html",
        order=order,
        action=action,
        words=WORDS[action.slug],
        offer=offer,
        reason_why=why(offer.refusal) if offer.refusal else "",
        typed=typed,
        complaint=complaint,
        status=STATUSES[status(order)],
        holding=_holding(order),
        refused=[one for one in order.refunds.values() if one.was_refused],
        letters=[one for one in letters_of(order) if one.tries],
        letter_words=LETTERS,
        asked=parts_of_tickets(
            asked_tickets(order), typed, complain=bool(complaint), optional=True
        ),
        pieces=all_pieces(order),
        products=products_here(order) if "instead" in action.fields else {},
        whole=_goes_whole(order),
        unpaid=awaits_payer(order),
        form=PressForm(),
    )


def _preview(
    order: Order,
    action: StaffAction,
    typed: Mapping[str, str],
    *,
    foreseen: Preview,
    second: bool = False,
    placed: Preview | None = None,
) -> str:
    return render_template(
        "admin/order_preview.html",
        order=order,
        action=action,
        words=WORDS[action.slug],
        typed={name: value for name, value in typed.items() if name != "csrf_token"},
        preview=foreseen,
        second=second,
        stamps=shown(foreseen.stamps),
        before=STATUSES[status(foreseen.before)],
        after=STATUSES[status(foreseen.after)],
        letters=[LETTERS[one.letter] for one in foreseen.letters],
        new=_new(placed) if placed else None,
        form=PressForm(),
    )


def _new(begun: Preview) -> dict[str, Any]:
    """The order that would be placed, for the page."""
    return {
        "order": begun.after,
        "stamps": shown(begun.stamps),
        "status": STATUSES[status(begun.after)],
        "letters": [LETTERS[one.letter] for one in letters_due(begun.after)],
        "seats": sum(held + sold for held, sold in begun.after.seats.values()),
    }


def shown(stamps: Sequence[Foreseen]) -> list[Shown]:
    """Stamps of a preview, in words."""
    return [
        Shown(
            name=NAMES[type(one.draft.stamp)][0],
            text=stamp_in_words(one.draft.stamp),
            by=one.by,
        )
        for one in stamps
    ]


def _holding(order: Order) -> list[tuple[UUID, str, Money]]:
    """Payments of which something is held: which, through whom, how much."""
    held = ((one, order.held_by(one.correlation_id)) for one in order.paid_attempts)
    return [(one.correlation_id, one.provider, much) for one, much in held if much.amount > 0]


def _read(order: Order, action: StaffAction, typed: Mapping[str, str]) -> Typed:
    """What was filled in, of what this action asks for. Raises `MistypedField`."""
    reason = typed.get("reason", "").strip()
    if not reason:
        raise MistypedField(_("Say why. It is kept sealed with the order."))
    version = typed.get("version", "")
    if not (version.isascii() and version.isdecimal()) or len(version) > 9:
        raise ProblemRaised("csrf")
    asked = {name: _READ[name](order, typed) for name in action.fields}
    return Typed(reason=reason, version=int(version), **asked)


def _amount(order: Order, typed: Mapping[str, str]) -> Money | None:
    """In the currency of the order, as people write it: 12, 12.50 or 12,50; all, if left out."""
    text = "".join(typed.get("amount", "").split()).replace(",", ".")
    if not text:
        return None
    try:
        minor = Decimal(text).scaleb(digits(order.currency))
    except InvalidOperation:
        minor = Decimal("NaN")
    if not minor.is_finite() or minor != minor.to_integral_value() or not 0 < minor < _LARGEST:
        raise MistypedField(_("Enter an amount such as 12.50, or leave it empty for all."))
    return Money(int(minor), order.currency)


def _uuid(name: str) -> _Reader:
    def read(order: Order, typed: Mapping[str, str]) -> UUID | None:
        try:
            return UUID(typed[name]) if typed.get(name) else None
        except ValueError:
            raise ProblemRaised("bad-request") from None

    return read


def _tick(name: str) -> _Reader:
    return lambda order, typed: bool(typed.get(name))


def _letter(order: Order, typed: Mapping[str, str]) -> tuple[UUID, Letter] | None:
    receipt, _sign, letter = typed.get("letter", "").partition("/")
    try:
        return (UUID(receipt), Letter(letter)) if receipt else None
    except ValueError:
        raise ProblemRaised("bad-request") from None


def _pieces(order: Order, typed: Mapping[str, str]) -> tuple[Pieces, ...]:
    chosen = []
    for place in range(len(order.lines)):
        word = typed.get(f"pieces-{place}", "").strip() or "0"
        if not (word.isascii() and word.isdecimal()) or len(word) > 6:
            raise MistypedField(_("Enter how many pieces are given up."))
        if int(word):
            chosen.append(Pieces(line=place, quantity=int(word)))
    numbers = _ticket_numbers(typed)
    if numbers and chosen:
        raise MistypedField(_("Enter either how many pieces are given up or which tickets."))
    return part_policy.chosen(order, None, tickets=numbers) if numbers else tuple(chosen)


def _ticket_numbers(typed: Mapping[str, str]) -> tuple[int, ...]:
    words = typed.get("tickets", "").replace(",", " ").split()
    if not all(word.isascii() and word.isdecimal() and len(word) <= 6 for word in words):
        raise MistypedField(_("Enter the numbers of the tickets, such as 2, 4."))
    return tuple(map(int, words))


def _customer(order: Order, typed: Mapping[str, str]) -> Customer:
    fields = ("first_name", "last_name", "email", "phone")
    return Customer(**{name: typed.get(name, "").strip()[:_LINE] for name in fields})


def _answers(order: Order, typed: Mapping[str, str]) -> tuple[TicketAnswers, ...]:
    asked = parts_of_tickets(asked_tickets(order), typed, complain=True, optional=True)
    if found := wrong(asked):
        raise MistypedField(f"{found[0].label}: {found[0].error}")
    return told_of(asked)


def _instead(order: Order, typed: Mapping[str, str]) -> Instead:
    """What was chosen of an order; all that it has, where there is nothing to choose."""
    wanted = wanted_of(products_here(order), typed)
    if wanted is None:
        raise MistypedField(_("Enter how many of each, as a number."))
    if not wanted:
        raise MistypedField(_("Choose at least one ticket."))
    return Instead(
        order=order,
        pieces=all_pieces(order) if _goes_whole(order) else _pieces(order, typed),
        wanted=tuple(wanted),
        by_hand=bool(typed.get("by_hand")),
        shown=_shown(order, typed.get("shown", "")),
    )


def _shown(order: Order, word: str) -> Money | None:
    if not word:
        return None
    if not (word.isascii() and word.isdecimal()) or len(word) > 15:
        raise ProblemRaised("csrf")
    return Money(int(word), order.currency)


_READ: Mapping[str, _Reader] = {
    "amount": _amount,
    "payment": _uuid("payment"),
    "refund": _uuid("refund"),
    "reference": lambda order, typed: typed.get("reference", "").strip()[:50],
    "account": lambda order, typed: typed.get("account", "").strip()[:50],
    "despite_dispute": _tick("despite_dispute"),
    "by_hand": _tick("by_hand"),
    "waive_fee": _tick("waive_fee"),
    "letter": _letter,
    "pieces": _pieces,
    "customer": _customer,
    "answers": _answers,
    "instead": _instead,
}
