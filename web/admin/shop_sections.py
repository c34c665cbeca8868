"""The settings of a shop in sections, each a page of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from adapters.shop_file.fields import known_zones
from adapters.shop_file.read import Capture
from ledger.payments.capabilities import CAPABILITIES
from web.admin.shop_fields import FieldKind, ShopField
from web.admin.shop_words import PROVIDERS, RELEASES, SIGN_INS, SURPLUSES
from web.http.current import parts
from web.i18n.gettext import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the settings. `lead` says what it is about."""

    slug: str
    title: object
    lead: object
    fields: Sequence[ShopField]


def providers() -> Sequence[tuple[object, ...]]:
    """Who can take payments; which of them has no settings here is said."""
    missing = _("It has no settings here: without them nobody can pay.")
    return [
        (name, PROVIDERS.get(name, name), *([] if name in parts().providers else [missing]))
        for name in CAPABILITIES
    ]


def zones() -> Sequence[tuple[object, ...]]:
    """Every time zone of a place, and UTC."""
    return [(name, name) for name in sorted(known_zones()) if "/" in name or name == "UTC"]


def _of(words: Mapping[str, object]) -> Callable[[], Sequence[tuple[object, ...]]]:
    return lambda: [(str(value), text) for value, text in words.items()]


def _captures() -> Sequence[tuple[object, ...]]:
    return [
        (str(Capture.AUTOMATIC), _("At once")),
        (str(Capture.MANUAL), _("Reserve it first, take it when the time to cancel is over")),
    ]


def field(
    name: str,
    kind: FieldKind,
    label: object,
    hint: object = "",
    *,
    optional: bool = False,
    options: Callable[[], Sequence[tuple[object, ...]]] = lambda: (),
) -> ShopField:
    """A field, in short."""
    return ShopField(
        name=name, kind=kind, label=label, hint=hint, optional=optional, options=options
    )


STARTS = field("starts_at", FieldKind.MOMENT, _l("It starts"))
_CONTACT = Section(
    slug="contact",
    title=_l("Name and contact"),
    lead=_l("What the shop is called, who sells, and whom customers write to."),
    fields=(
        field("name", FieldKind.TEXTS, _l("Name")),
        field("seller.name", FieldKind.TEXT, _l("Seller"), _l("An association or a company.")),
        field("seller.email", FieldKind.EMAIL, _l("Email that letters come from")),
        field("seller.phone", FieldKind.TEXT, _l("Phone"), optional=True),
        field("seller.business_id", FieldKind.TEXT, _l("Business ID"), optional=True),
        field("seller.address", FieldKind.AREA, _l("Address of the seller"), optional=True),
    ),
)
_TERMS = Section(
    slug="terms",
    title=_l("Terms of sale"),
    lead=_l("Where the terms stand, for each language."),
    fields=(field("terms_url", FieldKind.TEXTS, _l("Terms of sale"), _l("An https address.")),),
)
_CANCELLATION = Section(
    slug="cancellation",
    title=_l("Cancelling"),
    lead=_l("Until when and for what fee customers can cancel by themselves."),
    fields=(
        field(
            "cancellation.period_days",
            FieldKind.WHOLE,
            _l("Days to cancel"),
            _l("Counted from the order, and never after it starts. 0: nobody cancels alone."),
        ),
        field("cancellation.fee.fixed", FieldKind.PRICE, _l("Fixed fee")),
        field("cancellation.fee.percent", FieldKind.PERCENT, _l("Fee in percent")),
        field(
            "cancellation.parts",
            FieldKind.FLAG,
            _l("Parts of an order can be cancelled"),
            _l("Single tickets, not only all of them."),
        ),
        field(
            "cancellation.release_seats",
            FieldKind.CHOICE,
            _l("When seats are free again"),
            options=_of(RELEASES),
        ),
        field(
            "cancellation.approval_above",
            FieldKind.PRICE,
            _l("Refunds above this need a second person"),
            _l("Of one order in all. Left empty, none does."),
            optional=True,
        ),
    ),
)
_PAYMENT = Section(
    slug="payment",
    title=_l("Paying"),
    lead=_l("Who takes the payments, and how long an order waits for its money."),
    fields=(
        field("provider", FieldKind.CHOICE, _l("Who takes the payments"), options=providers),
        field("how_to_pay", FieldKind.AREAS, _l("How to pay"), _l("Where money comes by hand.")),
        field(
            "bank_account.iban", FieldKind.TEXT, "IBAN", _l("For the codes that banks' apps read.")
        ),
        field("bank_account.holder", FieldKind.TEXT, _l("Holder of the account")),
        field("bank_account.bic", FieldKind.TEXT, "BIC", _l("Rarely needed."), optional=True),
        field("unpaid_after", FieldKind.SPAN, _l("Unpaid orders end after")),
        field(
            "remind_unpaid",
            FieldKind.FLAG,
            _l("Letter to who has not paid"),
            _l("One letter with the order's address and how to pay."),
        ),
        field("overpaid", FieldKind.CHOICE, _l("Money beyond the price"), options=_of(SURPLUSES)),
        field("capture", FieldKind.CHOICE, _l("When the money is taken"), options=_captures),
        field("grace_period", FieldKind.SPAN, _l("Time to cancel before the money is taken")),
        field("sign_in", FieldKind.CHOICE, _l("Who may buy"), options=_of(SIGN_INS)),
        field(
            "waiting_list",
            FieldKind.SPAN,
            _l("Waiting list: so long a seat is held for who is next"),
            _l("People can wait in line for what sold out. Left empty, nobody can."),
            optional=True,
        ),
    ),
)
_PLACE = Section(
    slug="place",
    title=_l("Place and time"),
    lead=_l("Pages show it before anybody buys; tickets and letters carry it."),
    fields=(
        STARTS,
        field("doors_at", FieldKind.MOMENT, _l("Doors open"), optional=True),
        field("ends_at", FieldKind.MOMENT, _l("It ends"), optional=True),
        field(
            "door_names",
            FieldKind.FLAG,
            _l("Names on the doors' lists"),
            _l(
                "Devices at the doors then say without a network whose a ticket is. Who finds such"
                " a device can read the names."
            ),
        ),
        field("venue.name", FieldKind.TEXTS, _l("Venue")),
        field("venue.address", FieldKind.TEXT, _l("Address of the venue")),
        field("venue.directions", FieldKind.AREAS, _l("How to get there")),
    ),
)
_ZONE = Section(
    slug="zone",
    title=_l("Time zone"),
    lead=_l("Moments stay what they are; from then on they are told in the new time zone."),
    fields=(field("timezone", FieldKind.CHOICE, _l("Time zone"), options=zones),),
)
LOOKS = Section(
    slug="looks",
    title=_l("Picture and colour"),
    lead=_l("How the shop's pages look."),
    fields=(
        field(
            "colour",
            FieldKind.COLOUR,
            _l("Colour"),
            _l("Such as #0b5c4d. It is made legible by itself. Left empty, it is ours."),
            optional=True,
        ),
        field("picture.alt", FieldKind.TEXTS, _l("What the picture shows")),
        field("logo.alt", FieldKind.TEXTS, _l("What the logo shows")),
    ),
)
_PEOPLE = Section(
    slug="people",
    title=_l("How long people are kept"),
    lead=_l(
        "Names and addresses are erased when nothing needs them any more. Receipts stay, without"
        " the person. Who is due is erased on the page of people's data."
    ),
    fields=(
        field(
            "retention.people_years",
            FieldKind.WHOLE,
            _l("Years that people are kept"),
            _l("After their order is over: as long as somebody can make a claim."),
        ),
        field(
            "retention.receipts_years",
            FieldKind.WHOLE,
            _l("Years that receipts are kept"),
            _l("From the end of the year of their date, as your bookkeeping law says."),
        ),
        field(
            "retention.named_receipts",
            FieldKind.FLAG,
            _l("Receipts carry the name as long"),
            _l("Only where the law wants the buyer's name: nobody who has one is erased before."),
        ),
    ),
)
SECTIONS: Mapping[str, Section] = {
    one.slug: one
    for one in (_CONTACT, _PLACE, _ZONE, LOOKS, _PAYMENT, _CANCELLATION, _TERMS, _PEOPLE)
}
PRODUCT: Sequence[ShopField] = (
    field("title", FieldKind.TEXTS, _l("Title")),
    field("description", FieldKind.AREAS, _l("Description")),
    field("price", FieldKind.PRICE, _l("Price"), _l("VAT included.")),
    field("vat_percent", FieldKind.PERCENT, _l("VAT in percent")),
    field("quotas", FieldKind.QUOTAS, _l("Quotas"), _l("One piece takes one seat of each.")),
    field("unlimited", FieldKind.FLAG, _l("Sold without limit"), _l("It takes from no quota.")),
    field("tickets", FieldKind.WHOLE, _l("Tickets for each piece")),
    field("max_per_order", FieldKind.WHOLE, _l("Most in one order")),
    field(
        "waiting_list",
        FieldKind.SPAN,
        _l("Waiting list: so long a seat is held for who is next"),
        _l("Left empty: as long as the shop's settings say. It counts where people may wait."),
        optional=True,
    ),
    field("available_from", FieldKind.MOMENT, _l("On sale from"), optional=True),
    field("available_until", FieldKind.MOMENT, _l("On sale until"), optional=True),
    field(
        "admission.days",
        FieldKind.WORDS,
        _l("Days of admission"),
        _l("Such as 2027-02-12, 2027-02-13. Left empty: every day."),
    ),
    field(
        "admission.doors",
        FieldKind.WORDS,
        _l("Doors"),
        _l("Such as main, backstage. Two ways into one hall are one door. Left empty: every door."),
    ),
    field(
        "admission.reentry",
        FieldKind.FLAG,
        _l("Re-entry"),
        _l("Whoever was seen leaving may come in again."),
    ),
    field("admission.hand_out", FieldKind.TEXTS, _l("What is handed out at the door")),
)
SLUG = field(
    "slug",
    FieldKind.TEXT,
    _l("Its address"),
    _l("Small letters, digits and hyphens. It stays for ever."),
)
