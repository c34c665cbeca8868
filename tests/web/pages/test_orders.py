import pytest

from ledger.order.stamps import PaymentFailed, PaymentPending
from tests.kits.pages import World, address, press

NO_ORDER = "5ad6a9b1-0c0e-4f6a-9f63-0f3c1c8a7d11"


def seen(world, order, query=""):
    answer = world.browser.get(address(order) + query)
    assert answer.status_code == 200
    return answer.text


def test_a_provider_that_did_not_answer_is_told_as_that():
    world = World()
    page = seen(world, world.an_order())
    assert "The payment page could not be opened yet" in page
    assert "Nothing was charged. Please try again" in page
    assert "Pay €" in page


def test_an_unpaid_order_says_until_when_it_is_held():
    world = World()
    page = seen(world, world.with_a_page(world.an_order()))
    assert "Your order is waiting for payment" in page
    assert "#000001" in page
    assert "24 November 2026 at 11:30" in page  # in the shop's time zone


def test_the_page_holds_nothing_personal():
    world = World()
    page = seen(world, world.a_paid_order())
    for personal in ("Aino", "Virtanen", "aino@example.org"):
        assert personal not in page


def test_a_paid_order_tells_its_story_and_what_can_be_done():
    world = World()
    page = seen(world, world.a_paid_order())
    assert "Thank you, your order is paid" in page
    assert "We received €70.00." in page
    assert "You can cancel this order yourself until 5 December 2026" in page
    assert "Of which VAT 13.5 %" in page
    assert "€8.33" in page


def test_back_from_payment_without_news_the_page_waits_with_and_without_scripts():
    world = World()
    order = world.an_order()
    page = seen(world, order, "?paid=1")
    assert "We are waiting for the confirmation" in page
    assert f'url={address(order)}?paid=2"' in page
    assert f'data-watch="/api/v1/shops/winterfest/orders/{order.id}"' in page
    assert "Go to the payment page" in page
    last = seen(world, order, "?paid=12")
    assert "It takes longer than usual" in last
    assert "http-equiv" not in last


def test_once_the_news_came_nothing_waits():
    world = World()
    page = seen(world, world.a_paid_order(), "?paid=1")
    assert "Thank you" in page
    assert "http-equiv" not in page


def test_a_declined_payment_can_be_tried_again():
    world = World()
    order = world.an_order()
    attempt = next(iter(order.attempts))
    declined = PaymentFailed(provider_reference="pi_1", code="card_declined")
    world.orders.record(order.id, declined, correlation_id=attempt, actor="stripe")
    page = seen(world, order)
    assert "The payment did not go through" in page
    assert "card_declined" not in page
    assert press(world.browser, page, f"{address(order)}/pay").location == world.bank.page


def test_a_slow_way_of_paying_asks_for_patience():
    world = World()
    order = world.an_order()
    slow = PaymentPending(provider_reference="cs_1")
    world.orders.record(order.id, slow, correlation_id=next(iter(order.attempts)), actor="stripe")
    page = seen(world, order)
    assert "Your payment is under way" in page
    assert "/pay" not in page


def test_a_paid_order_cannot_be_paid_again():
    world = World()
    order = world.a_paid_order()
    page = seen(world, order)
    assert press(world.browser, page, f"{address(order)}/pay").status_code == 409


@pytest.mark.parametrize("where", ["/winterfest/orders/x", f"/winterfest/orders/{NO_ORDER}"])
def test_an_unknown_order_is_a_page_of_its_own(where):
    answer = World().browser.get(where)
    assert answer.status_code == 404
    assert "Unknown order" in answer.text


def test_an_order_is_not_found_in_another_shop():
    world = World()
    order = world.an_order()
    assert world.browser.get(f"/other/orders/{order.id}").status_code == 404
