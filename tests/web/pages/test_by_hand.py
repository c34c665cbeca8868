"""A shop that is paid by hand: the order's page tells how, and no machine is asked."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from adapters.providers.manual import ManualPayments
from ledger.kernel.money import Money
from ledger.kernel.refusals import ShopUnreadable
from ledger.order.commands import MarkPaid, WithdrawPayment
from ledger.order.stamps import CreateRefundFailure
from ledger.order.status import status
from ledger.payments.provider import NoAnswer
from ledger.shop.service import Shops
from ledger.shop.shop import Shop
from ledger.shop.stamps import BankAccount, CancellationPolicy, shop_id
from tests.kits.pages import World, address, hidden
from tests.kits.pages_by_hand import CHECKOUT, bought, by_hand
from tests.kits.pages_shop import winterfest
from tests.kits.stripe import payment_ask, refund_ask
from web.app import create_app

TEXTS = {"en": "Pay to FI21 1234 5600 0007 85.\nThank you!", "fi": "Maksa tilille FI21."}


@pytest.fixture
def world() -> World:
    return by_hand(TEXTS)


def test_the_order_page_tells_how_to_pay_and_has_no_button_to_a_page(world: World):
    order = bought(world)
    page = world.browser.get(address(order)).text
    assert "How to pay" in page
    assert "FI21 1234 5600 0007 85" in page
    assert page.count(order.payment_reference) >= 2
    assert "€70.00" in page
    assert f'action="{address(order)}/pay"' not in page
    assert "We told how to pay." in page
    assert "payment page was opened" not in page
    assert status(order) == "PENDING"


@pytest.mark.parametrize(("language", "said"), [("fi", "Maksa tilille"), ("sv", "Pay to FI21")])
def test_the_shop_s_words_are_in_the_visitors_language_or_in_english(
    world: World, language: str, said: str
):
    order = bought(world)
    assert said in world.browser.get(f"{address(order)}?lang={language}").text


def test_without_words_of_the_shop_ticket_sales_are_named():
    world = by_hand({})
    page = world.browser.get(address(bought(world))).text
    assert "Ticket sales tell you how to pay." in page
    assert "tickets@winterfest.example" in page


def test_pressing_pay_all_the_same_makes_no_further_attempt(world: World):
    order = bought(world)
    token = hidden(world.browser.get(CHECKOUT).text, "csrf_token")
    for _ in range(3):
        sent = world.browser.post(f"{address(order)}/pay", data={"csrf_token": token})
        assert sent.headers["Location"] == address(order)
    assert len(world.orders.get(order.id).attempts) == 1


def test_staff_say_that_it_came(world: World):
    order = bought(world)
    came = MarkPaid(
        correlation_id=uuid4(),
        actor="staff",
        at=world.clock(),
        reference=order.payment_reference,
        reason="on the statement",
        version=order.version,
    )
    order = world.orders.handle(order.id, came)
    assert status(order) == "PAID"
    page = world.browser.get(address(order)).text
    assert "How to pay" not in page


def test_a_refund_is_never_made_by_machine():
    asked = refund_ask(payment_ask(), "202700000017")
    answer = ManualPayments().refund(asked)
    assert answer == CreateRefundFailure(code="by_hand_only", try_number=1)
    assert ManualPayments().find_refund(asked) is None
    assert not isinstance(ManualPayments().recover_payment(payment_ask(), try_number=1), NoAnswer)


def test_after_a_mistake_the_page_tells_how_to_pay_as_before(world: World):
    order = bought(world)
    before = world.browser.get(address(order)).text
    wish: dict[str, Any] = {"actor": "token:till", "at": world.clock(), "reason": "statement"}
    world.orders.handle(order.id, MarkPaid(correlation_id=uuid4(), **wish))
    assert "How to pay" not in world.browser.get(address(order)).text
    taken = WithdrawPayment(correlation_id=uuid4(), **wish, approver="boss")
    world.orders.handle(order.id, taken)
    after = world.browser.get(address(order)).text
    assert "How to pay" in before
    assert "How to pay" in after
    assert order.payment_reference in after
    assert "A correction of ours" in after


def test_the_order_page_is_there_while_its_shop_cannot_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    order = bought(world)

    def unreadable(slug: str) -> Shop:
        raise ShopUnreadable(slug)

    monkeypatch.setattr(world.shops, "get", unreadable)
    page = world.browser.get(address(order))
    assert page.status_code == 200
    assert order.payment_reference in page.text
    assert "Ticket sales tell you how to pay." in page.text


ACCOUNT = BankAccount(iban="FI3715903000000776", holder="Winterfest ry")


def test_the_page_and_its_bar_code_tell_a_date_on_which_payment_is_in_time():
    world = by_hand(TEXTS, bank_account=ACCOUNT)
    world.clock.now = datetime(2026, 11, 29, 22, tzinfo=UTC)  # midnight there
    page = world.browser.get(address(bought(world))).text
    assert "2 December 2026 at 23:59" in page
    assert "3 December" not in page
    assert re.search(r"<span>4\d{47}261202</span>", page)


def test_what_people_carry_to_their_bank_can_be_copied():
    world = by_hand(TEXTS, bank_account=ACCOUNT)
    order = bought(world)
    page = world.browser.get(address(order)).text
    for text in (order.payment_reference, "FI37 1590 3000 0007 76"):
        assert f'data-copied="Copied"><span>{text}</span>' in page


def test_nobody_is_promised_a_page_of_a_provider_or_a_withdrawal_that_cannot_be(world: World):
    checkout = world.browser.get(CHECKOUT).text
    assert "How to pay is told on the page of your order" in checkout
    assert "payment provider" not in checkout
    order = bought(world)
    came = MarkPaid(correlation_id=uuid4(), actor="staff", at=world.clock(), reason="statement")
    world.orders.handle(order.id, came)
    page = world.browser.get(address(order)).text
    assert "was not paid through a payment provider; ticket sales can help" in page


def only(product: str, **terms: Any) -> World:
    """A shop that sold nothing else from its first day on."""
    world = World()
    spec = winterfest(CancellationPolicy(period_days=14, fee_fixed=Money(0, "EUR")))
    preferences = replace(spec.preferences, provider="manual", how_to_pay=TEXTS, **terms)
    products = tuple(one for one in spec.products if one.slug == product)
    theirs = replace(spec, slug="other", preferences=preferences, products=products)
    world.shops.import_shop(theirs, actor="test", at=world.clock())
    shops = Shops(world.store, lambda: [shop_id("winterfest"), shop_id("other")])
    parts = replace(world._parts(), shops=shops, providers={"manual": ManualPayments()})
    world.browser = create_app(parts).test_client()
    return world


@pytest.mark.parametrize(("product", "can"), [("weekend", False), ("volunteer", True)])
def test_the_foot_offers_a_withdrawal_only_where_something_can_be_withdrawn_from(
    product: str, can: bool
):
    browser = only(product).browser
    page = browser.get("/other/").text
    assert ("/other/withdraw" in page) is can
    assert ("You can cancel a free order within 14 days" in page) is can
    assert ("Orders cannot be cancelled here" in page) is not can
    told = browser.get("/other/withdraw").text
    assert ("What was not paid through a payment provider cannot be returned" in told) is can
    assert ("Orders cannot be cancelled here" in told) is not can
    assert ('name="number"' in told) is can


def test_orders_of_a_time_when_a_provider_took_the_money_keep_their_way(world: World):
    assert "/winterfest/withdraw" in world.browser.get("/winterfest/").text
