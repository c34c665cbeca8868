"""SumUp's pages through the whole shop: closed where they must not bring money, looked at first."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from adapters.worker.look_up import Look
from adapters.worker.reactors.unpaid_orders import Timeouts
from ledger.order.order import Order
from ledger.order.status import status
from tests.kits.product import SHOP, Product
from tests.kits.sumup_shop import SumupShop, sumup_shop
from web.wiring.parts import intake, open_pages

CHECKOUTS = "/v0.1/checkouts/"


@pytest.fixture
def shop(product: Product) -> Iterator[SumupShop]:
    with sumup_shop(product) as made:
        yield made


def stands(shop: SumupShop) -> list[str]:
    """The states of all pages at SumUp, the oldest first."""
    return [one.status for one in shop.sumup.checkouts.values()]


def try_again(shop: SumupShop, order: Order) -> Any:
    return shop.client.post(f"{SHOP}/orders/{order.id}/payments", json={})


def cancel(shop: SumupShop, order: Order) -> Any:
    wish = {"reason": "wished", "version": shop.order(order.id).version, "refund": False}
    token = shop.product.token("staff")
    return shop.client.post(f"{SHOP}/orders/{order.id}/cancel", json=wish, headers=token)


def time_out(shop: SumupShop, order: UUID) -> None:
    """Four days pass, and the worker looks at what nobody paid."""
    shop.product.clock.move(days=4)
    parts = shop.parts
    timeouts = Timeouts(
        orders=parts.orders,
        pages=open_pages(parts),
        look=Look(pages=parts.pages, intake=intake(parts)),
        clock=parts.clock,
    )
    timeouts(order)


def cases(shop: SumupShop) -> list[str]:
    return [one.kind for one in shop.parts.views.cases("open")]


def test_a_second_attempt_closes_the_first_page_and_is_paid(shop: SumupShop):
    order = shop.buy()
    assert try_again(shop, order).status_code == 201
    assert stands(shop) == ["EXPIRED", "PENDING"]
    second = [*shop.order(order.id).attempts.values()][-1].session
    shop.sumup.conclude(second, "SUCCESSFUL")
    shop.tell()
    assert status(shop.order(order.id)) == "PAID"
    assert cases(shop) == []


def test_after_a_failed_try_the_same_page_may_still_bring_the_money(shop: SumupShop):
    order = shop.buy()
    (attempt,) = order.attempts.values()
    shop.sumup.conclude(attempt.session, "FAILED")
    shop.tell()
    assert status(shop.order(order.id)) == "FAILED"
    assert try_again(shop, order).status_code == 201
    assert stands(shop) == ["EXPIRED", "PENDING"]


def test_a_page_that_was_paid_when_a_second_is_wished_is_the_payment(shop: SumupShop):
    """SumUp answers 409 to whoever closes it; the look at it is not thrown away."""
    order = shop.buy()
    shop.pay(order)
    assert try_again(shop, order).status_code == 409
    assert status(shop.order(order.id)) == "PAID"
    assert stands(shop) == ["PAID"]
    shop.tell()
    assert shop.order(order.id).received == order.due
    assert cases(shop) == []


def test_a_page_that_is_paid_while_it_is_replaced_is_the_payment(
    shop: SumupShop, monkeypatch: pytest.MonkeyPatch
):
    order = shop.buy()
    sumup: Any = shop.parts.providers["sumup"]
    make = sumup.create_payment

    def meanwhile(*asked: Any, **named: Any) -> Any:
        shop.pay(order)
        return make(*asked, **named)

    monkeypatch.setattr(sumup, "create_payment", meanwhile)
    assert try_again(shop, order).status_code == 409
    assert status(shop.order(order.id)) == "PAID"
    assert stands(shop) == ["PAID", "EXPIRED"]
    shop.tell()
    assert shop.order(order.id).received == order.due
    assert cases(shop) == []


def test_a_page_that_cannot_be_closed_is_the_one_that_is_handed_out(shop: SumupShop):
    order = shop.buy()
    (attempt,) = order.attempts.values()
    shop.sumup.plan("500", method="DELETE", path=CHECKOUTS)
    shop.sumup.plan("500", method="GET", path=CHECKOUTS, times=4)
    answer = try_again(shop, order)
    assert answer.json["payment"]["redirect_url"] == attempt.redirect_url
    shop.sumup.calm()
    assert try_again(shop, order).json["payment"]["redirect_url"] != attempt.redirect_url
    assert stands(shop).count("PENDING") == 1


def test_the_page_of_a_cancelled_order_is_closed(shop: SumupShop):
    order = shop.buy()
    assert cancel(shop, order).status_code == 200
    assert stands(shop) == ["EXPIRED"]
    assert status(shop.order(order.id)) == "CANCELLED"


def test_a_page_that_was_paid_before_its_order_was_cancelled_is_money_of_the_order(
    shop: SumupShop,
):
    order = shop.buy()
    shop.pay(order)
    assert cancel(shop, order).status_code == 200
    after = shop.order(order.id)
    assert (after.received, after.alive) == (order.due, False)
    assert stands(shop) == ["PAID"]
    shop.tell()
    assert shop.order(order.id).received == order.due


def test_the_page_of_an_order_whose_time_is_over_is_closed(shop: SumupShop):
    order = shop.buy()
    time_out(shop, order.id)
    assert status(shop.order(order.id)) == "CANCELLED"
    assert stands(shop) == ["EXPIRED"]


def test_an_order_that_was_paid_without_a_word_is_not_timed_out(shop: SumupShop):
    order = shop.buy()
    shop.pay(order)
    shop.sumup.news.clear()
    time_out(shop, order.id)
    assert status(shop.order(order.id)) == "PAID"
    assert stands(shop) == ["PAID"]


def test_while_sumup_is_away_an_order_is_not_timed_out(shop: SumupShop):
    order = shop.buy()
    shop.sumup.plan("500", method="GET", path=CHECKOUTS, times=4)
    shop.product.clock.move(days=-1)
    time_out(shop, order.id)
    assert shop.order(order.id).alive
    shop.sumup.calm()
    time_out(shop, order.id)
    assert not shop.order(order.id).alive
