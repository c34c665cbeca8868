"""Every role at every address: the app does what the rows say, and no address is without one."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from werkzeug.routing import Rule

from ledger.staff.role import Role
from tests.kits.back_office import entered
from tests.kits.permissions import PAGE, page
from tests.kits.product import Product, open_shop
from tests.kits.url_table import address, doors, methods, name_of
from web.http.permissions import PERMISSIONS, Place, lets_in

HERE, ELSEWHERE = "winterfest", "summerfest"
OUTSIDE = {"REMOTE_ADDR": "203.0.113.7"}
ASKERS = [(None, None), *((role, shop) for role in Role for shop in (HERE, ELSEWHERE, None))]


@pytest.fixture(scope="module")
def house() -> Product:
    product = open_shop()
    product.app.config["WTF_CSRF_ENABLED"] = False
    return product


@pytest.fixture(scope="module")
def order(house: Product) -> str:
    return house.paid().rpartition("/")[2]


def test_every_address_has_a_row_and_every_row_an_address():
    assert sorted(PERMISSIONS) == sorted({name_of(one) for one in doors()})


def test_the_page_says_what_the_rows_say():
    """`python -m tests.kits.permissions` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def ask(house: Product, rule: Rule, path: str, role: Role | None, shop: str | None) -> Any:
    """What this role is answered, by a session for pages and by a token for everything else."""
    (method,) = methods(rule)
    headers: dict[str, str] = {}
    browser = house.app.test_client()
    if role is not None and path.startswith(("/admin", "/door")):
        # The shop of a role need not be there: it may have been closed.
        member = f"{role}@{shop or 'every'}.example"
        browser = entered(house, role, shop=shop, email=member)
    elif role is not None:
        headers = house.token(role, shop=shop)
    return browser.open(path, method=method, headers=headers, environ_base=OUTSIDE)


def refusals(house: Product, rule: Rule, order: str) -> Iterator[str]:
    row, path = PERMISSIONS[name_of(rule)], address(rule, order=order)
    askers = ASKERS[:2] if row[0] in (Place.OPEN, Place.SIGNED, Place.ACCOUNT) else ASKERS
    for role, shop in askers:
        with structlog.testing.capture_logs() as logs:
            answer = ask(house, rule, path, role, shop)
        denied = any(one["event"] == "access denied" for one in logs)
        led_away = answer.status_code == 303 and "/sign-in" in answer.headers["Location"]
        refused = (
            denied
            or answer.status_code == 401
            or (led_away and (role is None or row[0] is Place.ACCOUNT))
        )
        if refused == lets_in(row, role, shop, asked=HERE):
            yield f"{role} of {shop}: {answer.status_code}, denied: {denied}"
        if denied and role is not None and answer.status_code != 403:
            yield f"{role} of {shop}: denied, and answered {answer.status_code}"


@pytest.mark.parametrize("rule", doors(), ids=name_of)
def test_the_app_does_what_the_rows_say(house: Product, order: str, rule: Rule):
    if PERMISSIONS[name_of(rule)][0] is Place.OPEN and rule.rule.startswith(
        ("/admin/sign-in", "/me/sign-")
    ):
        assert ask(house, rule, address(rule, order=order), None, None).status_code != 401
        return
    assert list(refusals(house, rule, order)) == []
