"""Pages of the back office tell times by the clock of one's shops, never by one nobody lives by."""

from typing import Any
from uuid import uuid4

import pytest
from werkzeug.routing import Rule

from ledger.order.commands import CancelOrder
from tests.kits.back_office import entered
from tests.kits.pages import World
from tests.kits.url_table import address, doors, methods, name_of

PAGES = [one for one in doors() if "GET" in methods(one) and one.rule.startswith("/admin/")]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def order(world: World) -> str:
    placed = world.an_order()
    world.pay(placed)
    wish = CancelOrder(
        correlation_id=uuid4(), actor="staff", at=world.clock(), reason="Ill.", refund=True
    )
    world.parts.approvals.ask(placed.id, wish)
    return str(placed.id)


@pytest.fixture(scope="module")
def browser(world: World) -> Any:
    return entered(world, "admin")


@pytest.mark.parametrize("rule", PAGES, ids=name_of)
def test_no_page_tells_its_times_in_utc(browser: Any, order: str, rule: Rule):
    page = browser.get(address(rule, order=order))
    assert page.status_code < 500
    if page.mimetype == "text/html":
        assert "time zone UTC" not in page.text
