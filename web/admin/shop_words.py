"""Changes of a shop in words: what each value is called, and how it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from flask_babel import lazy_gettext as _l

from ledger.kernel.money import Money
from ledger.order.stamps import Letter
from ledger.shop import stamps
from ledger.shop.changes import Change
from ledger.shop.questions import Needed, QuestionKind
from ledger.shop.stamps import Release, ShopStamp, SignIn, Surplus
from web.admin.shop_fields import TONGUES, FieldKind, ShopField
from web.admin.words import LETTERS
from web.i18n.format import moment, money, percent, span
from web.i18n.gettext import _

PROVIDERS: Mapping[str, object] = {
    "stripe": "Stripe",
    "paytrail": "Paytrail",
    "sumup": "SumUp",
    "manual": _l("By hand: cash and bank transfers"),
}
RELEASES: Mapping[str, object] = {
    Release.AT_REQUEST: _l("As soon as it is asked for"),
    Release.AT_REFUND_ACCEPTED: _l("When the provider has accepted the refund"),
    Release.AT_REFUND_SETTLED: _l("When the money has arrived"),
}
MAILING_STATES: Mapping[str, object] = {
    stamps.MailingState.RUNNING: _l("The letter to all buyers is being sent."),
    stamps.MailingState.PAUSED: _l("The letter to all buyers is paused."),
    stamps.MailingState.CALLED_OFF: _l("The letter to all buyers is called off."),
    stamps.MailingState.FINISHED: _l("The letter to all buyers has reached everybody."),
}
SURPLUSES: Mapping[str, object] = {
    Surplus.CASE: _l("Waits for a person"),
    Surplus.REFUND: _l("Goes back by itself"),
}
SIGN_INS: Mapping[str, object] = {
    SignIn.OPTIONAL: _l("Guests may buy"),
    SignIn.REQUIRED: _l("Only who is signed in may buy"),
}
KINDS: Mapping[str, object] = {
    QuestionKind.NAME: _l("A name, for the ticket and the badge"),
    QuestionKind.EMAIL: _l("An email address"),
    QuestionKind.CHOICE: _l("One of some answers"),
    QuestionKind.TEXT: _l("A line of text"),
}
NEEDS: Mapping[str, object] = {
    Needed.OPTIONAL: _l("It may be left out"),
    Needed.AT_CHECKOUT: _l("Before the order is placed"),
    Needed.LATER: _l("Until its date"),
}
_WORDS = {**PROVIDERS, **RELEASES, **SURPLUSES, **SIGN_INS, **KINDS, **NEEDS}
# What each value is called, by the last parts of its path.
_LABELS: Mapping[str, object] = {
    "seller.name": _l("Seller"),
    "seller.email": _l("Email that letters come from"),
    "seller.business_id": _l("Business ID"),
    "seller.address": _l("Address of the seller"),
    "seller.phone": _l("Phone"),
    "subject": _l("Subject of the letter"),
    "opening": _l("Below the greeting"),
    "closing": _l("At the end"),
    "cancellation.period_days": _l("Days to cancel"),
    "cancellation.fee_fixed": _l("Fixed fee"),
    "cancellation.fee_percent": _l("Fee in percent"),
    "cancellation.release": _l("When seats are free again"),
    "cancellation.parts": _l("Parts of an order can be cancelled"),
    "cancellation.approval_above": _l("Refunds above this need a second person"),
    "venue.name": _l("Venue"),
    "venue.address": _l("Address of the venue"),
    "venue.directions": _l("How to get there"),
    "bank_account.iban": "IBAN",
    "bank_account.holder": _l("Holder of the account"),
    "bank_account.bic": "BIC",
    "retention.people_years": _l("Years that people are kept"),
    "retention.receipts_years": _l("Years that receipts are kept"),
    "retention.named_receipts": _l("Receipts carry the name as long"),
    "picture.hash": _l("Picture"),
    "picture.alt": _l("What the picture shows"),
    "logo.hash": _l("Logo"),
    "logo.alt": _l("What the logo shows"),
    "admission": _l("Admission"),
    "admission.days": _l("Days of admission"),
    "admission.doors": _l("Doors"),
    "admission.reentry": _l("Re-entry"),
    "admission.hand_out": _l("What is handed out at the door"),
    "available_from": _l("On sale from"),
    "available_until": _l("On sale until"),
    "bank_account": _l("Bank account"),
    "capacity": _l("Seats"),
    "choice": _l("Answer"),
    "colour": _l("Colour"),
    "currency": _l("Currency"),
    "description": _l("Description"),
    "doors_at": _l("Doors open"),
    "ends_at": _l("It ends"),
    "grace_period": _l("Time to cancel before the money is taken"),
    "hint": _l("Hint"),
    "door_names": _l("Names on the doors' lists"),
    "how_to_pay": _l("How to pay"),
    "kind": _l("Kind of answer"),
    "label": _l("Question"),
    "max_per_order": _l("Most in one order"),
    "name": _l("Name"),
    "needed": _l("Whether it has to be answered"),
    "overpaid": _l("Money beyond the price"),
    "price": _l("Price"),
    "provider": _l("Who takes the payments"),
    "quotas": _l("Quotas"),
    "rank": _l("Place in the list"),
    "remind_unpaid": _l("Letter to who has not paid"),
    "revision": _l("Revision"),
    "sign_in": _l("Who may buy"),
    "slug": _l("Address"),
    "starts_at": _l("It starts"),
    "terms_url": _l("Terms of sale"),
    "tickets": _l("Tickets for each piece"),
    "timezone": _l("Time zone"),
    "title": _l("Title"),
    "unpaid_after": _l("Unpaid orders end after"),
    "until": _l("Answers until"),
    "vat_percent": _l("VAT"),
    "waiting_list": _l("Waiting list: so long a seat is held for who is next"),
}
# What an order never shows: how a picture was made, and what follows from others.
_SILENT = ("source", "width", "height", "unlimited")
_SPANS = ("unpaid_after", "grace_period", "waiting_list")
_PERCENTS = ("vat_percent", "fee_percent")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """A change of one value. `about` is the product or quota it belongs to, if it is of one."""

    about: str
    label: str
    before: str
    after: str


def in_words(changes: Sequence[Change]) -> Sequence[ChangeShown]:
    """What changed, value by value; moves in the list only where nothing else changed."""
    told = [one for one in changes if one.path.rpartition(".")[2] not in _SILENT]
    moves = [one for one in told if one.path.endswith(".rank")]
    others = [one for one in told if one not in moves]
    shown = [_shown(one) for one in others]
    return shown or [_shown(one) for one in moves]


def value_named(path: str) -> str:
    """What a value is called, with the product or quota that it belongs to."""
    about, _name, label = _named(path.removesuffix(".amount"))
    return ", ".join(filter(None, (about, label)))


def _named(whole: str) -> tuple[str, str, str]:
    """Of a path whom it is about, what of it without a language, and what that is called."""
    path, about = whole.split("."), ""
    if path[0] in ("products", "quotas") and len(path) > 1:
        about, path = path[1], path[2:] or (["capacity"] if path[0] == "quotas" else [])
    if path[0:1] == ["questions"] and len(path) > 2:
        about, path = f"{about} · {path[1]}", path[2:]
        if path[0] == "choices" and len(path) > 1:
            about, path = f"{about} · {path[1]}", ["choice", *path[2:]]
    if path[0:1] == ["letters"] and len(path) > 2:
        about, path = str(LETTERS[Letter(path[1])]), path[2:]
    tongue = path[-1] if path and path[-1] in TONGUES else ""
    name = ".".join(path[:-1] if tongue else path)
    label = str(_LABELS.get(name) or _LABELS.get(name.rpartition(".")[2]) or name or _("On sale"))
    return about, name, f"{label} ({TONGUES[tongue]})" if tongue else label


def _shown(change: Change) -> ChangeShown:
    about, name, label = _named(change.path)
    before, after = (_value(name, said, value) for said, value in _pairs(change))
    return ChangeShown(about=about, label=label, before=before, after=after)


def _pairs(change: Change) -> Sequence[tuple[str, object]]:
    return list(zip((change.before, change.after), change.values, strict=True))


def _value(name: str, said: str, value: object) -> str:
    last = name.rpartition(".")[2]
    match value:
        case Money():
            return money(value)
        case datetime():
            return moment(value)
        case bool():
            return _("yes") if value else _("no")
        case int() if last in _SPANS:
            return span(value)
        case str() if last in _PERCENTS:
            return percent(value)
        case str() if value in _WORDS:
            return str(_WORDS[value])
        case _:
            if said in ("on sale", "withdrawn"):
                return _("yes") if said == "on sale" else _("no")
            return said[:10] + "…" if last == "hash" and said else said


def span_in_words(number: str, unit: str) -> str:
    """What the two controls of a span say."""
    sizes = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}
    return span(int(number) * sizes[unit]) if number.isdecimal() and unit in sizes else ""


def choice_in_words(field: ShopField, said: str) -> str:
    """What was chosen, as it is called."""
    if field.kind is FieldKind.FLAG:
        return _("yes") if said == "true" else _("no")
    return next((str(one[1]) for one in field.options() if one[0] == said), said)


def shop_stamp_in_words(one: ShopStamp) -> str:  # noqa: C901 (a dispatching match)
    """What a stamp of a shop says to staff."""
    match one:
        case stamps.ShopOpened():
            return _("The shop opens.")
        case stamps.PreferencesChanged():
            return _("The settings of the shop change.")
        case stamps.QuotaSet():
            return _("Quota %(quota)s holds %(num)s.", quota=one.slug, num=one.capacity)
        case stamps.ProductRevised():
            return _(
                "Product %(product)s as it is sold from here on: revision %(num)s.",
                product=one.slug,
                num=one.revision,
            )
        case stamps.QuestionsSet():
            return _("What is asked about each ticket of %(product)s.", product=one.product)
        case stamps.LetterWordsSet():
            letter = LETTERS[Letter(one.letter)]
            return _("Your own words in the letter: %(letter)s.", letter=letter)
        case stamps.MailingStarted():
            return _("A letter to all buyers is sent.")
        case stamps.MailingTurned():
            return str(MAILING_STATES[one.state])
        case stamps.ProductWithdrawn():
            return _("Product %(product)s is off sale.", product=one.slug)
        case stamps.ShopRestated():
            return _("The shop is said anew.")
        case stamps.SeriesResumed():
            return _("Numbers go on after a backup was restored.")
        case stamps.ChangeExplained():
            return _("Why it was changed.")
        case stamps.ShopCancelled():
            return _("The shop is cancelled.")
        case stamps.ShopMoved():
            return _("The shop is moved to another time.")
        case _:
            assert_never(one)
