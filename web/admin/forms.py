"""What people type into the pages of the back office about themselves and each other."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Form, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from ledger.approvals.stamps import Act
from ledger.shop.mail_address import is_recipient
from ledger.staff.role import Grant, Role
from web.actions.passwords import LONGEST, SHORTEST, WeakBecause, weakness
from web.i18n.gettext import _
from web.pages.forms import TypedForm

_ROLES = {
    Role.ADMIN: _l("Admin"),
    Role.STAFF: _l("Ticket sales"),
    Role.DOOR: _l("Door"),
    Role.AUDITOR: _l("Auditor"),
}
_WEAK = {
    WeakBecause.SHORT: _l("A password has at least %(num)d characters.", num=SHORTEST),
    WeakBecause.LONG: _l("A password has at most %(num)d characters.", num=LONGEST),
    WeakBecause.COMMON: _l(
        "That one is guessed first. Take several words that do not belong together."
    ),
    WeakBecause.ADDRESS: _l("Your own address is no password."),
}
_ACTS = {
    Act.REFUND: _l("Refund"),
    Act.REFUND_BY_HAND: _l("Refund by hand"),
    Act.CANCEL: _l("Cancel and refund"),
    Act.CANCEL_PART: _l("Cancel a part and refund it"),
    Act.SWAP: _l("Replace tickets"),
    Act.WITHDRAW_PAYMENT: _l("Take back: the payment never came"),
    Act.WITHDRAW_CANCELLATION: _l("Take back: the cancellation was a mistake"),
}
# No shop may be called so, and no field that is left out says it.
EVERYWHERE = "*"


def act_name(act: Act) -> str:
    """What is to be done, in words."""
    return str(_ACTS[act])


def role_name(role: Role) -> str:
    """What a role is called."""
    return str(_ROLES[role])


def an_address(form: Form, field: Field) -> None:
    """An address that a letter could reach."""
    if not is_recipient((field.data or "").strip()):
        raise ValidationError(_("Enter an email address."))


class SignInForm(TypedForm):
    """Who it is, and where to go on."""

    email = EmailField(
        _l("Email"), [InputRequired(_l("Enter your email address.")), Length(max=254)]
    )
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Enter your password.")), Length(max=LONGEST)]
    )
    next = HiddenField()


class CodeForm(TypedForm):
    """A code of the second factor."""

    code = StringField(_l("Code"), [InputRequired(_l("Enter the code.")), Length(max=40)])
    next = HiddenField()


class PasswordForm(TypedForm):
    """A password that is to count from now on."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Enter a new password."))])
    email: str = ""

    def validate_password(self, field: Field) -> None:
        """Whether it is one that is not guessed first."""
        why = weakness(field.data or "", email=self.email)
        if why is not None:
            raise ValidationError(str(_WEAK[why]))


class ChangeForm(PasswordForm):
    """The same, from somebody who has one."""

    current = PasswordField(_l("Present password"), [Length(max=LONGEST)])


class SecondFactorForm(TypedForm):
    """The first code of an app, with the secret that it was made from, sealed for this session."""

    code = StringField(_l("Code"), [InputRequired(_l("Enter the code.")), Length(max=40)])
    secret = HiddenField()


class AnswerForm(TypedForm):
    """What a device with a passkey answered; `name` is what its owner calls it."""

    answer = HiddenField()
    name = StringField(_l("Name of the device"), [Length(max=60)])
    next = HiddenField()


class DeclineForm(TypedForm):
    """Why something is not approved."""

    reason = StringField(
        _l("Reason"),
        [InputRequired(_l("Say why, so that it can be asked better.")), Length(max=500)],
    )


class GrantForm(TypedForm):
    """A role, and the shop that it counts in."""

    role = SelectField(
        _l("Role"),
        [InputRequired(_l("Choose a role."))],
        choices=[SelectChoice(str(role), name) for role, name in _ROLES.items()],
        default=str(Role.STAFF),
    )
    shop = SelectField(_l("Shop"), [InputRequired(_l("Choose a shop."))], validate_choice=False)

    def grant(self) -> Grant:
        """What is to be given or taken."""
        shop = self.shop.data
        return Grant(role=Role(self.role.data), shop=None if shop == EVERYWHERE else shop)


class InviteForm(GrantForm):
    """Who is to belong."""

    email = EmailField(_l("Email"), [InputRequired(_l("Enter an email address.")), an_address])
    language = SelectField(
        _l("Language of the letter"),
        choices=[
            SelectChoice("en", "English"),
            SelectChoice("fi", "Suomi"),
            SelectChoice("sv", "Svenska"),
        ],
        default="en",
        validate_choice=True,
    )
