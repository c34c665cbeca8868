"""What closing a payment page tells is a payment, and nobody is handed a second page (SPEC P15)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from ledger.payments.provider import PaymentAsk
from tests.contract.counter import PRICE, SHOP, Counter
from tests.contract.test_payment_providers import counter_of
from tests.kits.pages import press
from tests.kits.worlds import SPEC
from web.http.access import Token, digest_of

STAFF = {"Authorization": "Bearer sl_staff"}


@pytest.fixture
def counter() -> Iterator[Counter]:
    with counter_of("stripe") as made:
        made.parts.tokens.known[digest_of("sl_staff")] = Token(  # type: ignore[attr-defined]
            name="till", role="staff", shop=None
        )
        yield made


def pay_again(counter: Counter, order: UUID) -> Any:
    return counter.client.post(f"{SHOP}/orders/{order}/payments", json={})


def away(counter: Counter, method: str, *, times: int) -> None:
    """The provider does not answer when it is asked about a page that is there."""
    lever: Any = getattr(counter.till, "_lever")  # noqa: B009 (not part of any till)
    lever("calls/next", kind="500", method=method, path="/v1/checkout/sessions/", count=times)


def redirect_of(counter: Counter, order: UUID, number: int = 0) -> str:
    return [*counter.order(order).attempts.values()][number].redirect_url


def test_a_page_that_turns_out_paid_when_staff_cancel_is_a_payment_that_goes_back(
    counter: Counter,
) -> None:
    order = counter.place()
    page = counter.page(order)
    counter.till.pay(page)
    wish = {"reason": "wished", "version": counter.order(order).version, "refund": False}
    answer = counter.client.post(f"{SHOP}/orders/{order}/cancel", json=wish, headers=STAFF)
    assert answer.status_code == 200, answer.text
    assert counter.shown(order)["money"]["received"] == PRICE
    counter.come_to_rest()
    assert counter.shown(order)["money"]["refunded"] == PRICE
    assert counter.till.held(page) == 0


def test_try_again_on_a_page_that_was_paid_shows_that_it_is_paid(counter: Counter) -> None:
    order = counter.place()
    page, here = counter.page(order), f"/{SPEC.slug}/orders/{order}"
    counter.till.decline(page)
    counter.tell()
    form = counter.client.get(here).text
    assert "Try again" in form
    counter.till.pay(page)
    answer = press(counter.client, form, f"{here}/pay")
    assert (answer.status_code, answer.location) == (303, here)
    assert "your order is paid" in counter.client.get(here).text


def test_who_was_declined_and_comes_by_is_not_told_that_it_failed(counter: Counter) -> None:
    order = counter.place()
    counter.till.decline(counter.page(order))
    counter.tell()
    counter.till.pay(counter.page(order))
    assert "your order is paid" in counter.client.get(f"/{SPEC.slug}/orders/{order}").text


def test_a_page_that_cannot_be_closed_is_the_one_that_is_handed_out(counter: Counter) -> None:
    order = counter.place()
    first = redirect_of(counter, order)
    away(counter, "GET", times=2)
    away(counter, "POST", times=1)
    answer = pay_again(counter, order)
    assert answer.json["payment"]["redirect_url"] == first
    assert pay_again(counter, order).json["payment"]["redirect_url"] != first
    stripe: Any = counter.parts.pages["stripe"]
    stands = [stripe.page(page).state for page in counter.pages(order)]
    assert stands.count("open") == 1


def test_a_page_that_was_paid_when_it_is_replaced_is_the_payment(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = counter.place()
    page, stripe = counter.page(order), counter.parts.providers["stripe"]
    make: Any = stripe.create_payment

    def meanwhile(ask: PaymentAsk, *, try_number: int) -> Any:
        counter.till.pay(page)
        return make(ask, try_number=try_number)

    monkeypatch.setattr(stripe, "create_payment", meanwhile)
    answer = pay_again(counter, order)
    assert answer.status_code == 409
    assert counter.status(order) == "PAID"
    with pytest.raises(AssertionError):
        counter.till.pay(counter.page(order))  # the second page is closed
    counter.come_to_rest()
    assert counter.shown(order)["money"]["received"] == PRICE
