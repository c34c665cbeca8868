"""What people type into our pages, each form with its CSRF token."""

from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, IntegerField, StringField, TelField
from wtforms.validators import InputRequired, Optional


class CheckoutForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Who buys. What may stand in a field is the ledger's rule; here only what is missing.

    `key` makes a form that is sent twice one order.
    """

    first_name = StringField(_l("First name"), [InputRequired(_l("Enter your first name."))])
    last_name = StringField(_l("Last name"), [InputRequired(_l("Enter your last name."))])
    email = EmailField(_l("E-mail"), [InputRequired(_l("Enter your e-mail address."))])
    phone = TelField(_l("Phone (optional)"), [Optional()])
    key = HiddenField()

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


class PressForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A single button."""


class ConfirmForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """The last step of a cancellation. `amount` is the refund that the page showed."""

    amount = IntegerField(validators=[InputRequired()])
