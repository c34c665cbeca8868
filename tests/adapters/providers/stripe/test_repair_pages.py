"""Pages that are missing, over or nameless are found, closed and made again, once."""

import json
from typing import Any

import pytest

from ledger.order.commands import RequestPayment
from ledger.order.stamps import Paid, PaymentExpired
from ledger.order.status import status
from ledger.payments.provider import ProviderAway
from tests.kits.stripe_shop import StripeShop, stripe_shop
from web.cli.sessions import sessions

SESSIONS = "/v1/checkout/sessions"


@pytest.fixture
def shop(tmp_path):
    with stripe_shop(tmp_path) as shop:
        yield shop


def regenerate(shop: StripeShop, *words: str, status: int) -> list[tuple[str, str]]:
    shop.world.clock.pass_(minutes=1)
    done = shop.run(sessions, "regenerate", "--json", *words)
    assert done.exit_code == status, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return [(one["fault"], one["outcome"]) for one in found["orders"]]


def pages(shop: StripeShop) -> list[str]:
    """The states of all pages at the provider, the oldest first."""
    return [one["status"] for one in shop.provider.objects("checkout/sessions")[::-1]]


def test_good_pages_are_left_alone(shop):
    shop.buy()
    size = shop.size
    assert regenerate(shop, "--commit", status=0) == []
    assert (shop.size, pages(shop)) == (size, ["open"])


def test_a_nameless_page_is_only_told_of_until_it_shall_be_replaced(shop):
    shop.buy_at_a_page_without_names()
    size = shop.size
    assert regenerate(shop, status=1) == [("nameless", "found")]
    assert (shop.size, pages(shop)) == (size, ["open"])


def test_a_nameless_page_is_closed_and_replaced_by_one_that_names_its_order(shop):
    old = shop.buy_at_a_page_without_names()
    assert regenerate(shop, "--commit", status=0) == [("nameless", "regenerated")]
    assert pages(shop) == ["expired", "open"]
    assert PaymentExpired.__name__ in shop.world.stamps()
    page = shop.provider.objects("checkout/sessions")[0]
    assert page["client_reference_id"] == str(old.id)
    assert page["metadata"]["correlation_id"] == str(shop.attempt().correlation_id)
    size = shop.size
    assert regenerate(shop, "--commit", status=0) == []
    assert (shop.size, pages(shop)) == (size, ["expired", "open"])
    shop.pay()
    shop.tell()
    assert status(shop.order()) == "PAID"
    assert shop.world.cases_opened() == []


def test_a_nameless_page_that_was_paid_is_money_of_its_order(shop):
    shop.blind = True
    shop.buy_at_a_page_without_names()
    shop.pay()
    assert regenerate(shop, status=1) == [("complete", "found")]
    assert regenerate(shop, "--commit", status=0) == [("complete", "paid")]
    assert status(shop.order()) == "PAID"
    assert pages(shop) == ["complete"]
    paid = next(
        one for one in shop.world.orders.history(shop.order().id) if isinstance(one.stamp, Paid)
    )
    assert paid.evidence is not None
    assert [*shop.inbox.states.values()] == ["done"]
    assert regenerate(shop, "--commit", status=0) == []


def test_a_page_that_is_paid_while_it_is_being_closed_is_paid(shop):
    shop.buy()
    expire = shop.stripe.expire_payment

    def too_late(reference: str) -> bool:
        shop.pay()
        return bool(expire(reference))

    shop.stripe.expire_payment = too_late
    assert regenerate(shop, "--commit", "--force", status=0) == [("forced", "paid")]
    assert status(shop.order()) == "PAID"
    assert pages(shop) == ["complete"]


def test_a_page_that_is_over_is_replaced(shop):
    shop.buy()
    shop.stripe.expire_payment(shop.attempt().session)
    assert regenerate(shop, "--commit", status=0) == [("expired", "regenerated")]
    assert pages(shop) == ["expired", "open"]


def test_a_page_that_nobody_answered_for_is_asked_for_again_under_its_own_key(shop):
    order = shop.world.place("order")
    (attempt,) = order.attempts
    assert regenerate(shop, "--commit", status=0) == [("missing", "regenerated")]
    assert [*shop.order().attempts] == [attempt]
    assert pages(shop) == ["open"]


def test_a_page_that_the_provider_refused_to_make_is_made(shop):
    order = shop.world.place("order", ("friday", 1))
    (attempt,) = order.attempts
    shop.provider.lever("calls/next", kind="429", path=SESSIONS)
    shop.page(order, attempt)
    assert regenerate(shop, "--commit", status=0) == [("missing", "regenerated")]


def test_a_page_that_the_provider_does_not_know_is_replaced(shop, tmp_path_factory):
    shop.buy()
    with stripe_shop(tmp_path_factory.mktemp("other")) as other:
        shop.stripe = other.stripe
        assert regenerate(shop, "--commit", status=0) == [("missing", "regenerated")]
        assert pages(other) == ["open"]


def test_money_under_way_is_not_unpaid(shop):
    shop.buy()
    shop.provider.lever(f"sessions/{shop.attempt().session}/pay-later")
    assert regenerate(shop, "--commit", status=0) == [("complete", "paid")]
    assert status(shop.order()) == "PENDING"
    assert regenerate(shop, "--commit", "--force", status=0) == []
    assert pages(shop) == ["complete"]


def test_every_open_page_of_an_order_is_closed(shop):
    shop.buy()
    shop.world.clock.pass_(minutes=5)
    again = RequestPayment(
        correlation_id=shop.world.id("second attempt"),
        actor="customer",
        at=shop.world.clock(),
        provider="stripe",
        account="acct_1",
        live=False,
    )
    order = shop.world.orders.handle(shop.order().id, again)
    shop.page(order, again.correlation_id)
    assert regenerate(shop, "--commit", "--force", status=0) == [("forced", "regenerated")]
    assert pages(shop) == ["expired", "expired", "open"]


def test_a_page_that_cannot_be_closed_is_left_and_no_other_is_made(shop):
    shop.buy()
    session = shop.attempt().session
    shop.provider.trouble("500", f"{SESSIONS}/{session}/expire")
    assert regenerate(shop, "--commit", "--force", status=1) == [("forced", "left")]
    assert pages(shop) == ["open"]


@pytest.mark.parametrize("answer", [[], {"object": "checkout.session", "status": "melted"}])
def test_a_page_that_nobody_can_read_is_said_so_and_left_open(shop, answer):
    shop.buy()
    session = shop.attempt().session

    def misshapen(method: str, path: str) -> None:
        shop.provider.trouble("misshapen", path, method=method, answer=answer, status=200, count=9)

    misshapen("GET", f"{SESSIONS}/{session}")
    misshapen("POST", f"{SESSIONS}/{session}/expire")
    size = shop.size
    assert regenerate(shop, status=1) == [("unreadable", "found")]
    assert shop.size == size
    assert regenerate(shop, "--commit", status=1) == [("unreadable", "left")]
    assert len(pages(shop)) == 1


def test_a_provider_that_is_away_is_said_so(shop):
    shop.buy()
    shop.world.clock.pass_(minutes=1)
    shop.provider.trouble("500", f"{SESSIONS}/{shop.attempt().session}", method="GET")
    done = shop.run(sessions, "regenerate")
    assert isinstance(done.exception, ProviderAway)


def test_paid_and_cancelled_orders_are_not_looked_at(shop):
    shop.buy()
    shop.pay()
    shop.tell()
    assert regenerate(shop, "--commit", "--force", status=0) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--product", "friday"), 1),
        (("--product", "weekend"), 1),
        (("--product", "volunteer"), 0),
        (("--shop", "winterfest"), 2),
    ],
)
def test_shop_and_product_narrow_what_is_looked_at(shop, words, found):
    shop.buy("one", ("weekend", 1))
    shop.buy("two", ("friday", 1))
    assert len(regenerate(shop, "--force", *words, status=1 if found else 0)) == found


def test_people_read_a_table(shop):
    shop.buy_at_a_page_without_names()
    shop.world.clock.pass_(minutes=1)
    done = shop.run(sessions, "regenerate")
    assert "nameless" in done.stdout
    assert "Nothing was written; run again with --commit." in done.stdout
    shop.run(sessions, "regenerate", "--commit")
    assert "every page is good" in shop.run(sessions, "regenerate").stdout
