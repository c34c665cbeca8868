"""What is written and kept for forms and times is what the libraries would have said."""

from datetime import UTC, datetime

import pytest
from wtforms.widgets.core import html_params

from tests.kits.product import open_shop
from web.i18n.format import moment, told_in
from web.pages.forms import ConfirmForm, attributes


@pytest.mark.parametrize(
    "given",
    [
        {"name": "a", "id": "b", "value": 'x"y', "required": True, "disabled": False},
        {"data_for_whom": "<b>&'", "aria_describedby": "a b", "class_": "wide", "for_": "z"},
        {"value": None, "maxlength": 12, "pattern": "[0-9]{1,3}"},
        {},
    ],
)
def test_attributes_are_written_as_the_library_writes_them(given):
    assert attributes(**given) == html_params(**given)


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Not a valid integer value."), ("fi", "Ei ole kelvollinen kokonaisluku")],
)
def test_the_library_speaks_the_language_of_the_page(language, told):
    app = open_shop().app
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context(f"/?lang={language}", method="POST", data={"amount": "much"}):
        form = ConfirmForm()
        form.validate()
        assert form.amount.errors[0] == told


def test_one_moment_is_another_time_of_day_in_another_zone():
    at = datetime(2027, 2, 12, 23, 30, tzinfo=UTC)
    with open_shop().app.test_request_context("/?lang=en"):
        told_in("UTC")
        assert moment(at) == "12 February 2027 at 23:30"
        told_in("Europe/Helsinki")
        assert moment(at) == "13 February 2027 at 01:30"
