"""Vouchers for people in a real browser, on a phone: set up, a list, two confirmed, used, told."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from adapters.providers.pretix import PretixVouchers
from adapters.providers.pretix.check import PretixCheck
from ledger.grants.stamps import Place
from ledger.grants.uses import look_again
from tests.kits.back_office import entered
from tests.stand_ins.pretix import PretixStandIn
from tests.stand_ins.serving import serving
from tests.web.admin.test_in_a_browser import House
from web.actions.find_people import BEGINNING

LIST = (
    "email,name,kind,reference\nbea@example.org,Bea Åberg,grant,1\n"
    "not an address,Cyd,grant,2\nada@example.org,Ada Lovelace,co_speaker,3\n"
)
# A folder for pictures of each step, for whoever wants to look.
PICTURES = os.environ.get("STAMPLEDGER_PICTURES", "")


@pytest.fixture(scope="module")
def pretix() -> Iterator[PretixStandIn]:
    stand_in = PretixStandIn()
    with serving(stand_in):
        yield stand_in


@pytest.fixture(scope="module")
def house(pretix: PretixStandIn) -> Iterator[Any]:
    made: Any = House()
    parts = made.world.parts
    keepers = {Place.PRETIX: PretixVouchers(pretix.token, api_base=pretix.url)}
    object.__setattr__(parts, "fulfilment", replace(parts.fulfilment, keepers=keepers))
    check = PretixCheck(pretix.token, api_base=pretix.url)
    object.__setattr__(parts, "check_destination", check)
    made.cookie = entered(made.world, "admin").get_cookie("staff").value
    yield made
    made.close()


def rows(house: Any) -> Any:
    return house.world.parts.views.grantees("winterfest", {}, after=BEGINNING, limit=9)


def works(house: Any) -> None:
    """The worker's pass over all that is due."""
    for row in rows(house):
        house.world.parts.fulfilment.act(row.stream)


def looks(house: Any) -> None:
    """The worker's look at how often vouchers were used."""
    parts = house.world.parts
    for row in rows(house):
        keeper, at = parts.voucher_keepers[Place.PRETIX], house.world.clock()
        look_again(parts.grantees, keeper, row.stream, row.provider_reference, at=at)


def sound(page: Any, name: str) -> None:
    """Nothing is wider than the phone, and nothing is said that a reader cannot hear."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(page).response["violations"] == [], name
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def set_up(page: Any, house: Any) -> None:
    page.goto(f"{house.base}/admin/shops/winterfest/people/set-up")
    page.get_by_label("At an event of pretix").check()
    page.get_by_label("Organiser and event").fill("org/other")
    page.get_by_label("Number of a quota").fill("1")
    page.get_by_label("What the ticket costs without a voucher").fill("100")
    page.get_by_role("button", name="Check, and show what would change").click()
    expect(page.get_by_text("The pretix has no such event")).to_be_visible()
    sound(page, "set-up-wrong")
    page.get_by_label("Organiser and event").fill("org/conf")
    page.get_by_role("button", name="Check, and show what would change").click()
    expect(page.get_by_text("Vouchers can be made there.")).to_be_visible()
    expect(page.get_by_text("The conference")).to_be_visible()
    sound(page, "set-up-seen")
    page.get_by_label("Why").fill("The grants of this year")
    page.get_by_role("button", name="Yes, change it").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    sound(page, "set-up-done")


def take_over(page: Any, house: Any) -> None:
    page.goto(f"{house.base}/admin/shops/winterfest/people")
    sound(page, "nobody")
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    page.get_by_label("List (CSV)").set_input_files(file)
    page.locator("form[enctype]").get_by_role("button", name="Show").click()
    expect(page.get_by_text("no e-mail address")).to_be_visible()
    sound(page, "list-seen")
    page.get_by_role("button", name="Take it over").click()
    expect(page.get_by_text("bea@example.org")).to_be_visible()


def confirm(page: Any) -> None:
    for name in ("Bea Åberg", "Ada Lovelace"):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_label("What to do").select_option("confirm")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("2 × Done")).to_be_visible()


def test_two_people_are_given_vouchers_one_is_used_and_the_report_tells(
    browser: Any, house: Any, pretix: PretixStandIn
) -> None:
    page = house.open(browser, 360)
    set_up(page, house)
    take_over(page, house)
    confirm(page)
    works(house)
    page.goto(f"{house.base}/admin/shops/winterfest/people")
    expect(page.get_by_role("meter", name="Vouchers issued")).to_be_visible()
    sound(page, "issued")
    assert len(pretix.made) == 2
    (bea,) = [one["code"] for one in pretix.vouchers.values() if one["value"] == "0.00"]
    pretix.redeem(bea, "ZPXLK")
    looks(house)
    page.get_by_label("Search").fill("bea@example.org")
    page.locator(".filters").get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Bea Åberg").click()
    expect(page.get_by_text("Used").first).to_be_visible()
    expect(page.get_by_text(bea)).to_be_visible()
    sound(page, "person")
    page.goto(f"{house.base}/admin/reports/vouchers")
    expect(page.get_by_role("cell", name="€125.00").first).to_be_visible()
    sound(page, "report")
    page.get_by_role("link", name="€125.00").click()
    expect(page.get_by_role("link", name="Bea Åberg")).to_be_visible()
    sound(page, "behind")
    assert page.complaints == []
    page.context.close()
