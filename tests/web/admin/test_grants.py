"""The list of people with vouchers: taken over after a look, asked, confirmed, looked after."""

import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

import web
from ledger.grants.stamps import GrantsSetUp, PersonConfirmed, PersonInvited, PersonListed
from tests.kits.back_office import entered
from tests.kits.product import Product
from tests.kits.voucher_house import OWN, SHOP

LIST = (
    "email,name,kind,reference\nbea@example.org,Bea Åberg,grant,1\n"
    ",Somebody,speaker,2\nx,Cyd,grant,3\nada@example.org,Ada,co_speaker,4\n"
)
PAGE = "/admin/shops/winterfest/people"


@pytest.fixture
def staff(product: Product) -> Any:
    return entered(product, "staff")


def pressed(browser: Any, path: str, data: dict[str, Any], *, page: str = PAGE) -> Any:
    """A form of this page is sent, with its token."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get(page).text)
    token = found[1] if found else ""
    return browser.post(path, data={"csrf_token": token, **data})


def upload(staff: Any, content: str = LIST) -> Any:
    file = {"file": (io.BytesIO(content.encode()), "people.csv")}
    return pressed(staff, f"{PAGE}/list", file)


def taken_over(staff: Any) -> None:
    told = pressed(staff, f"{PAGE}/list", {"content": LIST, "commit": "1"})
    assert told.status_code == 200


def stamped(product: Product, kind: type) -> int:
    return sum(isinstance(one.stamp, kind) for one in product.parts.store.feed(0, limit=9_000))


def people(page: str) -> list[str]:
    return re.findall(r'name="person" value="([^"]+)"', page)


def test_a_list_is_shown_first_with_each_row_s_trouble_and_taken_over_when_somebody_says_so(
    product: Product, staff: Any
):
    page = upload(staff).text
    assert "no e-mail address" in page
    assert "Names nobody: left alone" in page
    assert stamped(product, PersonListed) == 0
    taken_over(staff)
    assert stamped(product, PersonListed) == 3
    shown = staff.get(PAGE).text
    assert "bea@example.org" in shown
    assert "Names nobody" in shown
    taken_over(staff)
    assert stamped(product, PersonListed) == 3, "the second run does nothing again"


def test_who_is_ticked_is_confirmed_and_each_result_is_told(product: Product, staff: Any):
    taken_over(staff)
    chosen = people(staff.get(PAGE).text)
    answer = pressed(staff, PAGE, {"action": "confirm", "person": chosen})
    assert "2 × Done" in answer.text
    assert "1 × Not possible" in answer.text
    again = pressed(staff, PAGE, {"action": "confirm", "person": chosen}).text
    assert "2 × Was so already" in again
    assert stamped(product, PersonConfirmed) == 2


def test_everybody_that_the_filter_shows_is_asked_and_nobody_else(product: Product, staff: Any):
    taken_over(staff)
    pressed(staff, PAGE, {"action": "invite", "all": "1", "kind": "grant"})
    assert stamped(product, PersonInvited) == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"action": "eat"}, 400),
        ({"action": "confirm"}, 422),
        ({"action": "confirm", "person": "x"}, 422),
        ({"action": "confirm", "person": "x", "reason": "y" * 501}, 422),
    ],
)
def test_what_cannot_be_is_said(staff: Any, data: dict[str, str], status: int):
    assert pressed(staff, PAGE, data).status_code == status


@pytest.mark.parametrize("content", ["", "name\nBea\n", "email,kind,shoe\n"])
def test_what_is_no_list_is_said(staff: Any, content: str):
    assert upload(staff, content).status_code == 422


def test_whoever_did_something_is_called_as_people_know_them():
    """Templates of the back office tell no actor without the filter that names people."""
    pages = [*(Path(web.__path__[0]) / "templates" / "admin").glob("*.html")]
    bare = re.compile(r"\.actor\b(?!\|called)(?=\s*[)}])(?<!people.get\(one\.actor, one\.actor)")
    assert [one.name for one in pages if bare.search(one.read_text())] == []
    assert len(pages) > 20


def test_a_page_that_does_not_exist_is_not_found(staff: Any):
    assert staff.get(f"{PAGE}?after=x").status_code == 404
    assert staff.get("/admin/shops/nothing/people").status_code in (403, 404)


@pytest.fixture
def link(product: Product, staff: Any) -> str:
    taken_over(staff)
    index = product.parts.keyring.blind_index("bea@example.org")
    shop = product.parts.shops.get("winterfest")
    bea = product.parts.grantees.of_address(shop.id, index)
    assert bea is not None
    pressed(staff, PAGE, {"action": "invite", "person": [str(bea.id)]})
    invited = product.parts.grantees.get(bea.id)
    assert invited.invitation is not None
    return f"/winterfest/invitation/{bea.id}/{invited.invitation.code}"


def test_opening_the_link_says_nothing_and_pressing_does_once(product: Product, link: str):
    browser = product.client
    assert "Are you coming?" in browser.get(link).text
    browser.head(link)
    assert stamped(product, PersonConfirmed) == 0
    for _ in range(2):
        assert pressed(browser, link, {"answer": "yes"}, page=link).status_code == 303
    assert stamped(product, PersonConfirmed) == 1
    assert "You are coming" in browser.get(link).text
    pressed(browser, link, {"answer": "no"}, page=link)
    assert "You are not coming" in browser.get(link).text


def test_a_wrong_link_tells_nothing_and_does_nothing(product: Product, link: str):
    browser = product.client
    head, _, code = link.rpartition("/")
    wrong = [f"{head}/{code[:-1]}", f"{head}/x", f"/winterfest/invitation/x/{code}"]
    pages = [browser.get(one) for one in wrong]
    assert {one.status_code for one in pages} == {404}
    assert not any("Bea" in one.text for one in pages)
    assert all(
        pressed(browser, one, {"answer": "yes"}, page=link).status_code == 404 for one in wrong
    )
    assert pressed(browser, link, {"answer": "maybe"}, page=link).status_code == 400
    assert stamped(product, PersonConfirmed) == 0


def test_who_was_taken_back_cannot_say_yes(product: Product, staff: Any, link: str):
    person, browser = link.split("/")[3], product.client
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get(link).text)
    assert token is not None
    pressed(staff, PAGE, {"action": "cancel", "person": [person], "reason": "twice"})
    assert browser.post(link, data={"answer": "yes", "csrf_token": token[1]}).status_code == 409
    assert "taken back" in product.client.get(link).text


def test_no_page_of_a_link_names_its_person(product: Product, link: str):
    assert "bea@example.org" not in product.client.get(link).text


def test_who_confirms_when_it_is_over_reads_why_none_comes_and_stands_on_the_list(
    product: Product, staff: Any, link: str
):
    at = product.parts.clock()
    set_up_until(product, at - timedelta(days=1))
    browser = product.client
    assert "Tell us all the same whether you come" in browser.get(link).text
    pressed(browser, link, {"answer": "yes"}, page=link)
    product.parts.fulfilment.act(UUID(link.split("/")[3]))
    page = browser.get(link).text
    assert "Your answer is kept" in page
    assert "within minutes" not in page
    for here in (PAGE, f"{PAGE}?trouble=1", f"{PAGE}/{link.split('/')[3]}"):
        assert "Held back: the vouchers were over" in staff.get(here).text
    assert "is held back, and is given one" in staff.get(PAGE).text
    set_up_until(product, at + timedelta(days=30))
    product.parts.fulfilment.act(UUID(link.split("/")[3]))
    assert "within minutes" in browser.get(link).text
    assert "Held back" not in staff.get(PAGE).text


def set_up_until(product: Product, until: datetime) -> None:
    rules = GrantsSetUp(
        shop=SHOP,
        shop_slug="winterfest",
        destination=replace(OWN, valid_until=until),
        co_speaker_percent="25",
    )
    product.parts.grantees.set_up(rules, correlation_id=uuid4(), actor="admin")
