"""Every component in each of its states, for whoever designs a page. Only in the demo."""

from flask import Blueprint, render_template

from web.http.current import parts
from web.http.problems import ProblemRaised
from web.i18n.gettext import _
from web.pages.forms import WithdrawalForm
from web.pages.order_headline import ProgressStep

pages = Blueprint("components", __name__)
TONES = ("good", "wait", "bad", "quiet")


@pages.get("/_/components")
def gallery() -> str:
    """The gallery; elsewhere than in the demo there is no such page."""
    if not parts().settings.demo:
        raise ProblemRaised("not-found")
    return render_template(
        "components.html", tones=TONES, plain=_form(), wrong=_refused(), steps=_steps()
    )


def _form() -> WithdrawalForm:
    return WithdrawalForm(formdata=None, prefix="plain-")


def _refused() -> WithdrawalForm:
    form = WithdrawalForm(formdata=None, prefix="wrong-")
    form.number.errors = [_("Enter the order number, such as #000423.")]
    form.email.errors = [_("Enter your email address.")]
    return form


def _steps() -> list[ProgressStep]:
    words = (_("Chosen"), _("Reserved for you"), _("Confirmed"))
    states = ("done", "current", "ahead")
    return [ProgressStep(word=word, state=one) for word, one in zip(words, states, strict=True)]
