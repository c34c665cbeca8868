"""Who decides about whom: an admin of one shop about people of that shop, and about nobody else."""

import re

import pytest

from ledger.staff.role import Grant, Role
from ledger.staff.stamps import RoleGranted, StaffAdded
from tests.kits.back_office import employed, let_in
from tests.kits.product import Product
from web.actions import staff as actions

LINK = re.compile(r"/admin/welcome/[\w-]{43}")


@pytest.fixture(autouse=True)
def forms_without_tokens(product: Product) -> None:
    product.app.config["WTF_CSRF_ENABLED"] = False


def invite(browser, email: str, role: str = "staff", shop: str = "*"):
    return browser.post("/admin/people", data={"email": email, "role": role, "shop": shop})


def test_an_admin_invites_and_the_link_is_shown_once(product: Product):
    browser = let_in(product, employed(product, "admin").id)
    page = invite(browser, "eve@example.org", shop="winterfest").text
    assert LINK.search(page)
    assert not LINK.search(browser.get("/admin/people").text)
    eve = actions.member_of(product.parts, "EVE@example.org")
    assert eve.grants == {Grant(role=Role.STAFF, shop="winterfest")}
    added, granted = (one.stamp for one in product.parts.store.read(eve.id))
    assert isinstance(added, StaffAdded)
    assert isinstance(granted, RoleGranted), "a role is a stamp"


def test_whoever_belongs_gets_a_role_and_no_link(product: Product):
    """Or an admin of one shop could become one of all shops by inviting them."""
    employed(product, "admin", email="boss@example.org")
    browser = let_in(product, employed(product, "admin", shop="winterfest").id)
    page = invite(browser, "boss@example.org", shop="winterfest").text
    assert not LINK.search(page)


def test_an_admin_of_one_shop_decides_about_that_shop_only(product: Product):
    boss = employed(product, "admin", email="boss@example.org")
    browser = let_in(product, employed(product, "admin", shop="winterfest").id)
    assert invite(browser, "eve@example.org", role="admin", shop="*").status_code == 403
    assert invite(browser, "eve@example.org", shop="summerfest").status_code == 403
    for what in ("link", "remove"):
        assert browser.post(f"/admin/people/{boss.id}/{what}").status_code == 403
    grant = {"role": "admin", "shop": "*"}
    assert browser.post(f"/admin/people/{boss.id}/roles/withdraw", data=grant).status_code == 403
    assert product.parts.staff.get(boss.id) == boss


@pytest.mark.parametrize("left_out", ["role", "shop"])
def test_what_is_left_out_of_a_form_is_no_role_in_all_shops(product: Product, left_out: str):
    browser = let_in(product, employed(product, "admin").id)
    dora = employed(product, "door", shop="winterfest", email="dora@example.org")
    grant = {"role": "staff", "shop": "*"}
    del grant[left_out]
    assert browser.post(f"/admin/people/{dora.id}/roles", data=grant).status_code == 422
    invited = browser.post("/admin/people", data={"email": "eve@example.org", **grant})
    assert invited.status_code == 422
    assert product.parts.staff.get(dora.id) == dora


def test_the_last_admin_of_all_shops_stays(product: Product):
    boss = employed(product, "admin", email="boss@example.org")
    browser = let_in(product, boss.id)
    assert browser.post(f"/admin/people/{boss.id}/remove").status_code == 409
    grant = {"role": "admin", "shop": "*"}
    assert browser.post(f"/admin/people/{boss.id}/roles/withdraw", data=grant).status_code == 409
    other = employed(product, "admin", email="other@example.org")
    assert browser.post(f"/admin/people/{boss.id}/remove").status_code == 303
    assert product.parts.staff.get(other.id).runs_everything
    assert browser.get("/admin/people").status_code == 303


def test_who_is_locked_out_begins_anew(product: Product):
    browser = let_in(product, employed(product, "admin").id)
    dora = employed(product, "door", shop="winterfest", email="dora@example.org")
    actions.choose_password(product.parts, dora.id, "seven grey geese")
    there = let_in(product, dora.id)
    page = browser.post(f"/admin/people/{dora.id}/link").text
    assert LINK.search(page)
    assert there.get("/admin/").status_code == 303
    assert product.parts.credentials.read(dora.id).password_hash is None


def test_who_comes_back_is_the_same_and_has_nothing_of_before(product: Product):
    browser = let_in(product, employed(product, "admin").id)
    dora = employed(product, "door", email="dora@example.org")
    actions.choose_password(product.parts, dora.id, "seven grey geese")
    assert browser.post(f"/admin/people/{dora.id}/remove").status_code == 303
    page = invite(browser, "dora@example.org", role="auditor").text
    assert LINK.search(page)
    again = actions.member_of(product.parts, "dora@example.org")
    assert again.id == dora.id
    assert again.grants == {Grant(role=Role.AUDITOR)}
    assert product.parts.credentials.read(dora.id).password_hash is None


def test_nobody_is_not_found(product: Product):
    browser = let_in(product, employed(product, "admin").id)
    order = product.paid().rpartition("/")[2]
    for nobody in ("x", order):
        assert browser.post(f"/admin/people/{nobody}/remove").status_code == 404
