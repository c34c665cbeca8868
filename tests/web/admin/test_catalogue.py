"""A shop's catalogue and settings in the back office: seen first, then stamped as by an import."""

import re
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from adapters.shop_file.read import shop_of
from adapters.shop_file.write import shop_file
from ledger.kernel.money import Money
from ledger.shop import faults, rules
from ledger.shop.changes import changes
from ledger.shop.shop import spec_of
from ledger.shop.stamps import ChangeExplained, ProductRevised, ProductWithdrawn
from tests.kits.back_office import entered
from tests.kits.pages import World
from tests.web.admin.test_orders import text_of
from web.i18n.shop_faults import SENTENCES

BASE = "/admin/shops/winterfest"


class Office:
    """A world, and an admin of its shop in front of it."""

    def __init__(self, role: str = "admin") -> None:
        made: Any = World()
        self.world = made
        made.app.config["WTF_CSRF_ENABLED"] = False
        self.browser = entered(made, role, shop="winterfest")

    @property
    def shop(self) -> Any:
        return self.world.parts.shops.newest("winterfest")

    @property
    def newest(self) -> list[Any]:
        """The stamps of the last edit."""
        return list(self.world.parts.shops.edits("winterfest")[-1].stamps)

    def see(self, path: str, **typed: Any) -> Any:
        typed.setdefault("reason", "Because.")
        typed.setdefault("version", str(self.shop.version))
        return self.browser.post(f"{BASE}{path}", data=typed)

    def do(self, path: str, **typed: Any) -> Any:
        """Seen, then done with what the preview carries."""
        seen = self.see(path, **typed)
        assert 'id="preview"' in seen.text, text_of(seen)
        done = self.browser.post(f"{BASE}{path}", data={**carried(seen.text), "sure": "1"})
        assert done.status_code == 303, text_of(done)
        return seen


def carried(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {unescape(name): unescape(value) for name, value in found}


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_price_is_revised_after_one_has_seen_it(office):
    seen = office.do("/products/weekend", price="40,00", reason="The hall costs more.")
    assert "€35.00" in seen.text
    assert "A new revision: weekend" in text_of(seen)
    revised, why = office.newest
    assert isinstance(revised, ProductRevised)
    assert (revised.revision, revised.price) == (2, Money(4000, "EUR"))
    assert why == ChangeExplained(reason="The hall costs more.")
    assert "The hall costs more." in text_of(office.browser.get(f"{BASE}/history"))
    revisions = text_of(office.browser.get(f"{BASE}/products/weekend"))
    assert all(f"Revision {one}" in revisions for one in (1, 2))


# Of each: what a page is told, and what somebody writes into the exported file instead.
CHANGES: list[tuple[str, dict[str, str], tuple[str, str]]] = [
    ("/products/weekend", {"price": "40.00"}, ("price: 3500", "price: 4000")),
    (
        "/products/friday",
        {"title.sv": "Fredag"},
        ("fi: Perjantailippu}", "fi: Perjantailippu, sv: Fredag}"),
    ),
    ("/quotas/friday", {"friday": "90"}, ("friday: 80", "friday: 90")),
    ("/settings/cancellation", {"cancellation.fee.fixed": "1,50"}, ("fixed: 0", "fixed: 150")),
    (
        "/settings/payment",
        {"unpaid_after.number": "12", "unpaid_after.unit": "H"},
        ("unpaid_after: P3D", "unpaid_after: PT12H"),
    ),
    ("/settings/payment", {"provider": "paytrail"}, ("provider: stripe", "provider: paytrail")),
    (
        "/settings/people",
        {"retention.people_years": "2"},
        ("people_years: 3", "people_years: 2"),
    ),
    (
        "/settings/place",
        {"doors_at": "2027-02-12T11:00"},
        ("slug: winterfest", "slug: winterfest\ndoors_at: 2027-02-12T11:00:00"),
    ),
]


@pytest.mark.parametrize(("path", "typed", "line"), CHANGES, ids=[one[0] for one in CHANGES])
def test_a_page_makes_the_same_stamps_as_importing_the_changed_file(office, path, typed, line):
    before = shop_file(spec_of(office.shop))
    assert before.count(line[0]) == 1
    file = before.replace(*line)
    office.do(path, **typed)
    other: Any = World()
    spec = shop_of(file.encode(), name="winterfest.yaml")
    why = ChangeExplained(reason="Because.")
    imported = other.parts.shops.import_shop(spec, actor="cli", at=other.clock(), why=why)
    assert office.newest == [one.stamp for one in imported]
    assert changes(spec, office.shop) == []
    assert shop_file(spec_of(office.shop)) == shop_file(spec)


def test_what_is_left_out_of_a_form_stays_as_it_is(office):
    before = spec_of(office.shop)
    office.do("/settings/contact", **{"seller.phone": "+358 40 1234567"})
    after = spec_of(office.shop)
    seller = replace(before.preferences.seller, phone="+358 40 1234567")
    assert after == replace(before, preferences=replace(before.preferences, seller=seller))


def test_complaints_stand_at_their_fields_and_nothing_typed_is_lost(office):
    answer = office.see(
        "/products/weekend",
        **{"price": "many", "vat_percent": "200", "title.en": "x" * 300, "reason": ""},
    )
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    for name, said in {
        "price": "Enter an amount such as 12.50.",
        "vat_percent": "Enter a percentage from 0 to 100, such as 13.5.",
        "title.en": "At most 250 characters.",
        "reason": "Say why. It is kept sealed with the shop.",
    }.items():
        assert f'<p class="error" id="{name}-error">{said}</p>' in answer.text
    assert office.shop.products["weekend"].revision == 1


def test_every_rule_of_the_importer_has_a_sentence():
    """Or a page would tell in English what a file would."""
    texts = [Path(str(one.__file__)).read_text(encoding="utf-8") for one in (rules, faults)]
    moves = {"another time than the one it has already", "a time that lies ahead"}
    found = {said for text in texts for said in re.findall(r'right(?::.*)? = "([^"]+)"', text)}
    found |= {said for text in texts for said in re.findall(r'right="([^"]+)"', text)}
    assert len(found) > 25
    assert {one for one in found if not one.startswith("a time that lies")} - moves <= {*SENTENCES}


def test_whoever_comes_second_is_told_and_shown_both(office):
    seen = str(office.shop.version)
    office.do("/products/weekend", price="40.00")
    second = office.see("/products/weekend", version=seen, price="42.00", tickets="2", sure="1")
    assert second.status_code == 412
    assert "Now stands there: 40.00" in unescape(second.text)
    assert 'value="42.00"' in second.text
    assert 'name="tickets" value="2"' in second.text
    assert office.shop.products["weekend"].price == Money(4000, "EUR")
    office.do("/products/weekend", version=carried(second.text)["version"], price="42.00")
    assert office.shop.products["weekend"].price == Money(4200, "EUR")


def test_what_somebody_else_changed_is_not_changed_back(office):
    seen = str(office.shop.version)
    office.do("/products/weekend", price="40.00")
    told = office.see("/products/weekend", version=seen, price="35.00", tickets="2")
    assert told.status_code == 412
    assert "Now stands there" not in told.text
    office.do("/products/weekend", tickets="2", price="40.00")
    product = office.shop.products["weekend"]
    assert (product.price, product.tickets) == (Money(4000, "EUR"), 2)


def test_what_was_seen_is_not_done_once_the_shop_moved(office):
    seen = office.see("/products/weekend", price="40.00")
    office.do("/settings/contact", **{"seller.phone": "1"})
    late = office.browser.post(f"{BASE}/products/weekend", data={**carried(seen.text), "sure": "1"})
    assert late.status_code == 412
    assert office.shop.products["weekend"].price == Money(3500, "EUR")


def test_pressed_twice_is_done_once(office):
    seen = carried(office.see("/products/weekend", price="40.00").text)
    many = len(office.world.parts.shops.edits("winterfest"))
    for _ in range(2):
        office.browser.post(f"{BASE}/products/weekend", data={**seen, "sure": "1"})
    assert len(office.world.parts.shops.edits("winterfest")) == many + 1


def test_the_order_is_changed_without_scripts(office):
    moved = office.browser.post(
        f"{BASE}/catalogue",
        data={"version": office.shop.version, "order": ["weekend", "friday"], "down": "weekend"},
    )
    assert "not saved yet" in text_of(moved)
    order = re.findall(r'name="order" value="([^"]+)"', moved.text)
    assert order[:2] == ["friday", "weekend"]
    office.do("/catalogue", order=order, reason="")
    ranks = {one.slug: one.rank for one in office.shop.products.values()}
    assert sorted(ranks, key=lambda one: ranks[one])[:2] == ["friday", "weekend"]
    assert {type(one) for one in office.newest} == {ProductRevised}


def test_what_was_never_sold_is_deleted_and_what_was_sold_goes_off_sale(office):
    office.world.a_paid_order()
    unsold = office.browser.get(f"{BASE}/products/friday/withdraw")
    assert "Delete “Friday ticket”" in text_of(unsold)
    sold = office.browser.get(f"{BASE}/products/weekend/withdraw")
    assert "Take “Weekend ticket” off sale" in text_of(sold)
    for slug in ("friday", "weekend"):
        office.do(f"/products/{slug}/withdraw")
        assert ProductWithdrawn(slug=slug) in office.newest
    page = text_of(office.browser.get(f"{BASE}/catalogue"))
    assert "Off sale weekend" in page
    office.do("/products/weekend", reason="Again.")
    assert office.shop.products["weekend"].revision == 2


def test_a_quota_shrinks_to_what_is_held_and_sold_and_no_further(office):
    order = office.world.a_paid_order()
    (quota,) = order.seats
    office.world.parts.seats([quota])
    taken = sum(order.seats[quota])
    small = office.see("/quotas/weekend", weekend=str(taken - 1), sure="1")
    assert small.status_code in (409, 422)
    assert office.shop.quotas["weekend"] == 500
    office.do("/quotas/weekend", weekend=str(taken))
    assert office.shop.quotas["weekend"] == taken


def test_a_quota_tells_who_has_its_seats_since_when(office):
    paid, unpaid = office.world.a_paid_order(), office.world.an_order()
    page = office.browser.get(f"{BASE}/quotas/weekend")
    for order in (paid, unpaid):
        assert f"/admin/orders/{order.id}" in page.text
    assert f"version={len(office.world.parts.orders.history(paid.id))}" in page.text
    assert text_of(page).count("November 2026 at") == 3


def test_a_quota_that_is_used_is_not_deleted(office):
    used = office.see("/quotas/weekend/withdraw")
    assert "There is nothing to do" in text_of(used)
    office.do("/quotas/new", slug="boat", seats="7")
    assert office.shop.quotas["boat"] == 7
    office.do("/quotas/boat/withdraw")
    assert office.shop.quotas["boat"] == 0
    assert "Deleted: boat" in text_of(office.browser.get(f"{BASE}/catalogue"))


def test_a_new_product_asks_for_what_it_needs(office):
    empty = office.see("/products/new", slug="late")
    assert empty.status_code == 422
    for name in ("title.en", "price", "quotas"):
        assert f'id="{name}-error"' in empty.text
    office.do(
        "/products/new",
        **{"slug": "late", "title.en": "Late ticket", "price": "20", "vat_percent": "13.5",
           "quotas": ["", "friday", "weekend"], "unlimited": "false"},
    )  # fmt: skip
    product = office.shop.products["late"]
    assert (product.quotas, product.rank) == (("friday", "weekend"), 5)


def test_a_change_is_taken_back_by_a_new_one_or_refused_with_the_reason(office):
    office.do("/products/weekend", price="40.00")
    edit = office.world.parts.shops.edits("winterfest")[-1]
    office.do(f"/history/{edit.id}/undo", reason="A slip.")
    assert office.shop.products["weekend"].price == Money(3500, "EUR")
    assert office.newest[-1] == ChangeExplained(undoes=edit.id, reason="A slip.")
    again = office.browser.get(f"{BASE}/history/{edit.id}/undo")
    assert "changed again since (weekend, Price)" in text_of(again)
    opened = office.world.parts.shops.edits("winterfest")[0]
    refused = office.see(f"/history/{opened.id}/undo", sure="1")
    assert "A shop that was opened stays." in text_of(refused)
    assert office.newest[-1] == ChangeExplained(undoes=edit.id, reason="A slip.")


def test_the_shops_page_is_seen_with_a_change_before_it_is_made(office):
    page = office.see("/products/weekend", look="1", price="41.00", **{"title.en": "Pass"})
    assert "Nothing has been changed" in text_of(page)
    assert "€41.00" in page.text
    assert " inert>" in page.text
    assert "€35.00" in office.browser.get("/winterfest/").text


def test_a_policy_is_seen_on_sample_buyers(office):
    seen = office.see("/settings/cancellation", **{"cancellation.fee.percent": "10"})
    text = text_of(seen)
    assert "€35.00 of €35.00" in text
    assert "€31.50 of €35.00" in text
    longer = office.see("/settings/cancellation", **{"cancellation.period_days": "20"})
    assert text_of(longer).count("€35.00 of €35.00") == 5


def test_a_picture_is_sent_seen_and_kept(office):
    file = BytesIO()
    Image.new("RGB", (640, 360), (11, 92, 77)).save(file, "PNG")
    alt = {f"picture.alt.{code}": "A hall." for code in ("en", "fi", "sv")}
    bare = office.see("/settings/looks", picture=(BytesIO(file.getvalue()), "hall.png"))
    assert "Write it in at least one language" in text_of(bare)
    office.do("/settings/looks", **alt, **{
        name: value for name, value in carried(bare.text).items() if name.startswith("picture.")
    })  # fmt: skip
    picture = office.shop.terms.picture
    assert (picture.width, picture.height, picture.alt["fi"]) == (640, 360, "A hall.")
    assert office.browser.get(f"/_/pictures/{picture.hash}.webp").status_code == 200
    office.do("/settings/looks", **{"picture.remove": "1"})
    assert office.shop.terms.picture is None
    broken = office.see("/settings/looks", picture=(BytesIO(b"<svg/>"), "x.png"))
    assert "Send a JPEG, PNG or WebP" in text_of(broken)


def test_a_shop_is_opened_from_a_page():
    made: Any = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    browser = entered(made, "admin")
    typed = {
        "version": "0", "slug": "summerfest", "name.en": "Summerfest", "seller.name": "Summer ry",
        "seller.email": "tickets@summerfest.example", "products.0.price": "25,00",
        "quotas.weekend": "70", "starts_at": "2027-07-01T12:00", "timezone": "Europe/Stockholm",
    }  # fmt: skip
    taken = browser.post("/admin/shops/new", data={**typed, "slug": "winterfest"})
    assert "There is a shop of this address already." in taken.text
    seen = browser.post("/admin/shops/new", data=typed)
    done = browser.post("/admin/shops/new", data={**carried(seen.text), "sure": "1"})
    assert done.headers["Location"].startswith("/admin/shops/summerfest/catalogue")
    shop = made.parts.shops.newest("summerfest")
    assert shop.products["weekend"].price == Money(2500, "EUR")
    assert shop.terms.starts_at.isoformat() == "2027-07-01T10:00:00+00:00"


def test_staff_read_and_change_nothing():
    office = Office("staff")
    for path in ("/catalogue", "/products/weekend", "/quotas/weekend", "/settings", "/history"):
        page = office.browser.get(f"{BASE}{path}")
        assert page.status_code == 200
        assert "Show what it would do" not in page.text
    assert office.see("/products/weekend", price="1", sure="1").status_code == 403


def test_a_form_of_another_shop_names_nothing_that_is_not_there(office):
    for path in ("/products/nothing", "/quotas/nothing", "/settings/nothing", "/history/x/undo"):
        assert office.browser.get(f"{BASE}{path}").status_code == 404
