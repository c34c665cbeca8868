from uuid import UUID

from ledger.order.stamps import OrderPlaced
from tests.kits.pages import MEMBER, World, hidden, press

CHOSEN = "/winterfest/checkout?buy.weekend=2"


def test_the_first_page_lists_the_shops():
    page = World().browser.get("/").text
    assert "Winterfest 2027" in page
    assert 'href="/winterfest/"' in page


def test_a_shop_shows_what_is_on_sale_with_price_and_vat():
    page = World().browser.get("/winterfest/").text
    assert "Weekend ticket" in page
    assert "€35.00" in page
    assert "incl. VAT 13.5 %" in page
    assert "On sale from 21 December 2026" in page


def test_few_left_and_sold_out_have_their_own_words():
    world = World()
    world.take_all_but(3, "weekend")
    world.take_all_but(0, "friday")
    page = world.browser.get("/winterfest/").text
    assert "Only 3 left" in page
    assert "Sold out" in page
    assert 'name="buy.friday"' not in page


def test_an_unknown_shop_is_a_page_of_its_own():
    answer = World().browser.get("/nowhere/")
    assert answer.status_code == 404
    assert "Unknown shop" in answer.text


def test_nothing_chosen_leads_back_with_a_hint():
    answer = World().browser.get("/winterfest/checkout", follow_redirects=True)
    assert "Choose how many" in answer.text


def test_buying_leads_to_the_payment_page():
    world = World()
    answer = bought(world)
    assert answer.status_code == 303
    assert answer.location == world.bank.page
    assert world.bank.asked[0].amount.amount == 7000


def test_a_form_sent_twice_is_one_order():
    world = World()
    page = world.browser.get(CHOSEN).text
    sent = {**MEMBER, "key": hidden(page, "key"), "buy.weekend": "2"}
    for _ in range(2):
        assert (
            press(world.browser, page, "/winterfest/checkout", **sent).location == world.bank.page
        )
    assert world.orders.get(stream_of(world, sent["key"])).number == 1
    changed = press(world.browser, page, "/winterfest/checkout", **{**sent, "buy.weekend": "3"})
    assert changed.status_code == 409
    assert "#000001" in changed.text


def test_a_silent_provider_leads_to_the_order_page_where_one_can_try_again():
    world = World()
    world.bank.mood = "silent"
    answer = bought(world)
    assert "/winterfest/orders/" in answer.location
    page = world.browser.get(answer.location).text
    assert "Pay €70.00" in page
    world.bank.mood = "willing"
    again = press(world.browser, page, f"{answer.location}/pay")
    assert again.location == world.bank.page
    first, second = world.bank.asked
    assert first.idempotency_key == second.idempotency_key


def test_what_is_wrong_stands_in_a_summary_and_at_its_field():
    world = World()
    answer = bought(world, first_name="", email="nobody")
    assert answer.status_code == 422
    assert 'href="#first_name"' in answer.text
    assert "Enter your first name." in answer.text
    answer = bought(world, email="nobody")
    assert "name@example.com" in answer.text
    assert 'value="Aino"' in answer.text


def test_too_few_seats_name_the_product():
    world = World()
    page = world.browser.get("/winterfest/checkout?buy.friday=10").text
    for _ in range(8):
        world.an_order("friday", 10)
    sent = {**MEMBER, "key": hidden(page, "key"), "buy.friday": "10"}
    answer = press(world.browser, page, "/winterfest/checkout", **sent)
    assert answer.status_code == 409
    assert "There are not enough left of “Friday ticket”" in answer.text


def test_a_free_order_is_confirmed_at_once():
    world = World()
    page = world.browser.get("/winterfest/checkout?buy.volunteer=1").text
    assert "Confirm the free order" in page
    sent = {**MEMBER, "key": hidden(page, "key"), "buy.volunteer": "1"}
    answer = press(world.browser, page, "/winterfest/checkout", **sent)
    assert "Your order is confirmed" in world.browser.get(answer.location).text
    assert world.bank.asked == []


def test_without_its_token_a_form_does_nothing():
    world = World()
    answer = world.browser.post("/winterfest/checkout", data={**MEMBER, "buy.weekend": "2"})
    assert answer.status_code == 400
    assert world.store.head()[0] == World().store.head()[0]


def test_pressing_too_often_is_slowed_down():
    world = World()
    for _ in range(20):
        bought(world, first_name="")
    answer = bought(world)
    assert answer.status_code == 429
    assert "Please wait a minute" in answer.text


def bought(world, **details):
    page = world.browser.get(CHOSEN).text
    sent = {**MEMBER, **details, "key": hidden(page, "key"), "buy.weekend": "2"}
    return press(world.browser, page, "/winterfest/checkout", **sent)


def stream_of(world, key):
    return world.store.find(UUID(key), OrderPlaced).stream


def test_a_form_with_nothing_chosen_leads_back_only_if_it_is_ours():
    world = World()
    page = world.browser.get(CHOSEN).text
    assert world.browser.post("/winterfest/checkout", data=MEMBER).status_code == 400
    ours = press(world.browser, page, "/winterfest/checkout", **MEMBER)
    assert (ours.status_code, ours.location) == (303, "/winterfest/?nothing=1")
