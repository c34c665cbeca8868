"""What people type into our pages, each form with its CSRF token."""

from dataclasses import replace
from functools import cache
from hashlib import sha256
from uuid import UUID, uuid4

from babel.support import NullTranslations, Translations
from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import EmailField, Field, Form, HiddenField, IntegerField, StringField, TelField
from wtforms.i18n import messages_path
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)
from wtforms.widgets import Input
from wtforms.widgets.core import clean_key

from ledger.accounts.passkey import LONGEST_NAME
from ledger.kernel.refusals import CustomerInvalid
from ledger.order.decisions.place import check_customer
from ledger.order.order import Order
from ledger.order.stamps import Customer, Pieces
from web.i18n import languages
from web.i18n.refusals import of_field

# A number as letters write it: bounded, so that it fits every column.
_NUMBER = r"^\s*#?\s*[0-9]{1,9}\s*$"
_HARMLESS = Customer(first_name="A", last_name="B", email="a@example.org")


def accepted(form: Form, field: Field) -> None:
    """The ledger's own rule for this field, asked before the order is placed."""
    try:
        check_customer(replace(_HARMLESS, **{field.name: (field.data or "").strip()}))
    except CustomerInvalid as refusal:
        raise ValidationError(of_field(field.name)) from refusal


@cache
def _library_texts(language: str) -> Translations | NullTranslations:
    """WTForms' own sentences. Flask-WTF would read its catalogue anew for each request."""
    return Translations.load(messages_path(), [language], domain="wtforms")


def attributes(**given: object) -> Markup:
    """Attributes as WTForms writes them, which takes it fifty times as long.

    >>> attributes(data_for='"a" & b', name="text", required=True, disabled=False)
    Markup('data-for="&#34;a&#34; &amp; b" name="text" required')
    """
    said = [
        clean_key(name) if value is True else f'{clean_key(name)}="{escape(value)}"'
        for name, value in sorted(given.items())
        if value is not False
    ]
    return Markup(" ".join(said))  # noqa: S704 (each value is escaped)


class TypedForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form as browsers send it. Files and JSON, which flask-wtf would read too, are nothing."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """Where the fields of a form come from."""

        def wrap_formdata(
            self, form: Form, formdata: object
        ) -> ImmutableMultiDict[str, str] | None:
            """What was typed; nothing where a form is made empty, with `formdata=None`."""
            return None if formdata is None else request.form or None

        def get_translations(self, form: Form) -> Translations | NullTranslations:
            return _library_texts(languages.current())

        def render_field(self, field: Field, render_kw: dict[str, object]) -> Markup:
            if isinstance(field.widget, Input):
                field.widget.html_params = attributes
            rendered: Markup = super().render_field(field, render_kw)
            return rendered

    def is_ours(self) -> bool:
        """Whether its token shows that it was sent from one of our pages, lately.

        Where tokens are switched off, as the settings of a test may have it, any form is ours.
        """
        return "csrf_token" not in self or bool(self.csrf_token.validate(self))


class CheckoutForm(TypedForm):
    """Who buys. All that is wrong is said at once.

    `key` makes a form that is sent twice one order; `cart` says that it came from the cart.
    """

    first_name = StringField(
        _l("First name"), [InputRequired(_l("Enter your first name.")), accepted]
    )
    last_name = StringField(_l("Last name"), [InputRequired(_l("Enter your last name.")), accepted])
    email = EmailField(_l("Email"), [InputRequired(_l("Enter your email address.")), accepted])
    phone = TelField(_l("Phone (optional)"), [Optional(), accepted])
    code = StringField(_l("Voucher (optional)"))
    key = HiddenField()
    cart = HiddenField()

    @property
    def is_of_cart(self) -> bool:
        """Whether what it orders leaves the cart."""
        return bool(self.cart.data)

    def of_cart(self, key: UUID) -> None:
        """It orders what the cart holds of a shop, under the key of just that."""
        self.key.data, self.cart.data = str(key), "1"

    def correlation(self) -> UUID | None:
        """The order's correlation id, or None if somebody wrote over it."""
        try:
            return UUID(self.key.data or "")
        except ValueError:
            return None

    def renew(self) -> None:
        """Another key: the next press is another order."""
        self.key.data = str(uuid4())

    def complain(self, field: str, sentence: str) -> None:
        """Say under a field what is wrong with it."""
        self[field].errors = [*self[field].errors, sentence]


class CartForm(TypedForm):
    """What goes into the cart. `key` makes a form that is sent twice one press."""

    key = HiddenField()

    def renew(self) -> None:
        """Another key: the next press adds again."""
        self.key.data = str(uuid4())

    def press(self, content: str) -> str:
        """What names this press; empty where the form has no key."""
        key = self.key.data or ""
        return sha256(f"{key}\n{content}".encode()).hexdigest() if key else ""


class WithdrawalForm(TypedForm):
    """Which order, and where its letters go."""

    number = StringField(
        _l("Order number"),
        [
            InputRequired(_l("Enter the order number.")),
            Regexp(_NUMBER, message=_l("Enter the order number, such as #000423.")),
        ],
    )
    email = EmailField(_l("Email"), [InputRequired(_l("Enter your email address.")), accepted])

    def number_typed(self) -> int:
        """The order's number, as it was typed: with or without its sign and zeros."""
        return int("".join(c for c in self.number.data or "" if c in "0123456789"))


class PlaceForm(TypedForm):
    """Who wants to wait in line, and for how many."""

    email = EmailField(_l("Email"), [InputRequired(_l("Enter your email address.")), accepted])
    quantity = IntegerField(
        _l("How many"),
        [
            InputRequired(_l("Enter how many you would like.")),
            NumberRange(min=1, max=1000, message=_l("Enter how many you would like.")),
        ],
    )


class LinkForm(TypedForm):
    """Where the link goes, and where its reader goes on."""

    email = EmailField(_l("Email"), [InputRequired(_l("Enter your email address.")), accepted])
    next = HiddenField()


class PasskeyForm(TypedForm):
    """What somebody calls their passkey, and what its device answered."""

    name = StringField(
        _l("Name of the passkey"),
        [
            InputRequired(_l("Give it a name, such as the device it is on.")),
            Length(max=LONGEST_NAME, message=_l("Choose a shorter name.")),
        ],
    )
    answer = HiddenField()


class PressForm(TypedForm):
    """A single button."""


def typed_pieces(typed: MultiDict[str, str], order: Order) -> tuple[Pieces, ...] | None:
    """How many of each line somebody typed or ticked, zeros left out; None where nobody was asked.

    What is no number counts for more than any order holds, so that it is refused as such. A page
    that showed which ones they are says so when they are confirmed.
    """
    fields = {place: f"pieces-{place}" for place in range(len(order.lines))}
    if not any(name in typed for name in fields.values()):
        return None
    found = []
    for place, name in fields.items():
        which = ticked(typed, place)
        quantity = _number_of(typed.get(name, "")) or len(which)
        found.append(Pieces(line=place, quantity=quantity, which=which))
    return tuple(some for some in found if some.quantity)


def ticked(typed: MultiDict[str, str], place: int) -> tuple[int, ...]:
    """Which pieces of a line were ticked, or told as a list; whatever is no piece is refused."""
    words = ",".join(typed.getlist(f"which-{place}")).split(",")
    return tuple(map(_number_of, filter(None, words)))


def _number_of(word: str) -> int:
    word = word.strip() or "0"
    return int(word) if word.isascii() and word.isdigit() and len(word) < 7 else 10**6


class ConfirmForm(TypedForm):
    """The last step of a cancellation. `amount` is the refund that the page showed."""

    amount = IntegerField(validators=[InputRequired()])
