"""The withdrawal function (Directive 2011/83/EU, Article 11a; SPEC X8), page by page."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.order.stamps import PaymentPending
from tests.kits.pages import MEMBER, World, address, hidden, press
from tests.kits.pages_shop import winterfest
from web.app import create_app

FORM = "/winterfest/withdraw"
LABELS = {
    "en": ("Withdraw from contract here", "Confirm withdrawal"),
    "fi": ("Peruuta sopimus tästä", "Vahvista peruutus"),
    "sv": ("Frånträd avtalet här", "Bekräfta frånträdandet"),
}


def asked(world: World, number: str, email: str):
    return press(world.browser, world.browser.get(FORM).text, FORM, number=number, email=email)


@pytest.mark.parametrize("language", LABELS)
def test_every_page_of_the_shop_leads_to_the_function_while_a_period_runs(language):
    world, here = World(), LABELS[language][0]
    order = world.a_paid_order()
    link = world.a_link(order)
    pages = ("/winterfest/", "/winterfest/checkout?buy.weekend=1", FORM, address(order), link)
    for page in (*pages, "/winterfest/nothing-here", f"{address(order)}/cancel"):
        got = world.browser.get(page, headers={"Accept-Language": language}).text
        assert f'<a href="{FORM}">{here}</a>' in got, page
    assert here not in world.browser.get("/", headers={"Accept-Language": language}).text


def test_when_the_shop_has_started_or_never_promised_anything_nothing_leads_there():
    world = World()
    world.clock.now = world.shops.get("winterfest").terms.starts_at
    assert FORM not in world.browser.get("/winterfest/").text
    assert FORM not in World(period_days=0).browser.get("/winterfest/").text


def test_orders_of_a_former_policy_keep_their_way():
    world = World()
    shop = world.shops.get("winterfest")
    none = winterfest(replace(shop.terms.cancellation, period_days=0))
    world.shops.import_shop(none, actor="test", at=world.clock())
    assert FORM in world.browser.get("/winterfest/").text


@pytest.mark.parametrize("language", LABELS)
def test_the_buttons_are_labelled_as_the_law_says_and_show_name_contract_and_address(language):
    world, (here, confirm) = World(), LABELS[language]
    order = world.a_paid_order()
    link = world.a_link(order)
    browser = world.app.test_client()
    browser.get(f"/?lang={language}")
    assert f">{here}</button>" in browser.get(f"{address(order)}/cancel").text
    page = browser.get(link).text
    assert f">{confirm}</button>" in page
    for shown in ("Aino Virtanen", "#000001", "aino@example.org"):
        assert shown in page
    assert "aino@example.org" not in browser.get(address(order)).text


def test_number_and_address_bring_the_link_to_that_address():
    world = World()
    order = world.a_paid_order()
    answer = asked(world, f"#{order.number:06d}", "Aino@Example.org ")
    assert answer.status_code == 303
    (link,) = world.orders.get(order.id).links
    assert len(link.code or "") == 43


@pytest.mark.parametrize(
    ("number", "email"),
    [("1", "someone@example.org"), ("2", MEMBER["email"]), ("999999999", "a@b.example")],
)
def test_whoever_is_not_the_customer_gets_the_same_answer_and_no_letter(number, email):
    world = World()
    order = world.a_paid_order()
    ours, theirs = asked(world, number, email), asked(world, "1", MEMBER["email"])
    assert (ours.status_code, ours.location, ours.data) == (
        theirs.status_code,
        theirs.location,
        theirs.data,
    )
    assert len(world.orders.get(order.id).links) == 1


def test_nothing_is_looked_up_before_the_answer_is_made():
    world, left = World(), list[Callable[[], None]]()
    world.app = create_app(replace(world._parts(), aside=left.append))
    world.browser = world.app.test_client()
    order = world.a_paid_order()
    assert asked(world, "1", MEMBER["email"]).status_code == 303
    assert world.orders.get(order.id).links == ()
    for errand in left:
        errand()
    assert len(world.orders.get(order.id).links) == 1


def test_an_order_that_cannot_be_cancelled_gets_the_same_answer():
    world = World()
    world.a_paid_order()
    world.clock.pass_by(days=15)
    assert asked(world, "1", MEMBER["email"]).status_code == 303


def test_what_was_typed_stays_when_it_was_too_often_or_the_page_too_old():
    world = World()
    page = world.browser.get(FORM).text
    stale = world.browser.post(FORM, data={"number": "423", "email": "a@b.example"})
    assert stale.status_code == 400
    assert 'value="423"' in stale.text
    for _ in range(5):
        again = press(world.browser, page, FORM, number="423", email="a@b.example")
    assert again.status_code == 429
    assert 'value="423"' in again.text
    assert 'value="a@b.example"' in again.text


@pytest.mark.parametrize("number", ["", "#", "abc", "12345678901234567890", "-1", "1.5", "\u0663"])
def test_what_is_no_number_is_said_beside_its_field(number):
    answer = asked(World(), number, "a@b.example")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_a_payment_under_way_is_said_once_and_nobody_is_asked_to_pay():
    world = World()
    order = world.with_a_page(world.an_order())
    attempt = next(iter(order.attempts))
    pending = PaymentPending(provider_reference="cs_1")
    world.orders.record(order.id, pending, correlation_id=attempt, actor="stripe")
    page = world.browser.get(address(order)).text
    assert "You need not do anything." in page
    for wrong in ("You can pay until", "cancelled by itself", "cancelled and costs", "/pay"):
        assert wrong not in page


def test_checkout_keeps_what_was_typed_when_it_is_pressed_too_often_or_too_late():
    world = World()
    where = "/winterfest/checkout?buy.weekend=1"
    page = world.browser.get(where).text
    fields = {**MEMBER, "first_name": "Ai no", "buy.weekend": "1", "key": hidden(page, "key")}
    stale = world.browser.post("/winterfest/checkout", data=fields)
    assert (stale.status_code, 'value="Ai no"' in stale.text) == (400, True)
    for _ in range(21):
        answer = press(world.browser, page, "/winterfest/checkout", **{**fields, "email": "no"})
    assert answer.status_code == 429
    for typed in ('value="Ai no"', 'value="Virtanen"', 'value="no"'):
        assert typed in answer.text


@pytest.mark.parametrize("language", LABELS)
def test_every_page_with_a_time_names_its_time_zone_and_errors_say_what_to_do(language):
    world = World()
    order = world.an_order()
    spoken = {"Accept-Language": language}
    for page in ("/winterfest/", address(order)):
        assert "Europe/Helsinki" in world.browser.get(page, headers=spoken).text
    missing = world.browser.get("/winterfest/orders/x", headers=spoken)
    said = {"en": "Check the address", "fi": "Tarkista osoite", "sv": "Kontrollera adressen"}
    assert missing.status_code == 404
    assert said[language] in missing.text
