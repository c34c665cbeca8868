"""News that leaves something in doubt is looked up: what went back, what was never asked for."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.keys.evidence import Waiting
from adapters.worker.look_up import LookUp
from adapters.worker.reactor import Patience, Reactor
from adapters.worker.reactors.inbox import Inbox
from adapters.worker.reactors.open_payments import REMEMBERED
from adapters.worker.reactors.unpaid_orders import Timeouts
from ledger.cases.stamps import CaseKind
from ledger.order.commands import RefundPayment
from ledger.order.issues import troubles
from ledger.order.order import Order
from ledger.order.stamps import CreatePaymentSuccess
from ledger.order.status import Status, status
from ledger.payments.payment_pages import OpenPages
from ledger.payments.provider import PAGE_LIFETIME, start_payment, start_refund
from tests.kits.stripe_shop import RETURN, StripeShop, stripe_shop
from tests.kits.worker import reading
from web.wiring.parts import intake


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[StripeShop]:
    with stripe_shop(tmp_path) as made:
        yield made


def event(shop: StripeShop, kind: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in shop.provider.objects("events") if one["type"] == kind]
    return found


def work(shop: StripeShop) -> Reactor[Waiting]:
    """The worker's reading of what is kept, once."""
    parts = shop.parts
    look_up = LookUp(books=parts.books, pages=parts.pages, intake=intake(parts))
    act = Inbox(
        kept=shop.inbox,
        doors=parts.doors,
        orders=parts.orders,
        cases=parts.cases,
        find_order=shop.order_of,
        clock=shop.world.clock,
        look_up=look_up,
        look_up_refunds=look_up.refunds,
    )
    reactor = reading(shop.inbox, act, shop.world.clock)
    shop.world.clock.pass_(seconds=6)
    reactor.run()
    return reactor


def bought(shop: StripeShop) -> str:
    """The name of the payment of an order that is known as paid."""
    shop.buy()
    intent = shop.pay()
    shop.tell()
    return intent


def test_a_refund_told_only_by_its_charge_is_looked_up(shop: StripeShop) -> None:
    shop.refund(bought(shop), amount="2500")
    news = event(shop, "charge.refunded")
    assert "refunds" not in news["data"]["object"]
    shop.keep(json.dumps(news).encode())
    work(shop)
    assert shop.order().refunded.amount == 2500
    before = shop.world.stamps()
    shop.tell()
    assert shop.world.stamps() == before
    assert shop.cases("open") == []


def test_while_nobody_can_be_asked_it_waits(shop: StripeShop) -> None:
    shop.refund(bought(shop))
    shop.keep(json.dumps(event(shop, "charge.refunded")).encode())
    shop.provider.trouble("500", "/v1/refunds", method="GET")
    reactor = work(shop)
    assert status(shop.order()) is Status.PAID
    shop.world.clock.pass_(minutes=1)
    reactor.run()
    assert status(shop.order()) is Status.REFUNDED


def test_whoever_refunds_what_was_returned_already_is_told_so(shop: StripeShop) -> None:
    shop.refund(bought(shop))
    order = shop.order()
    (payment,) = order.attempts
    wish = RefundPayment(
        correlation_id=shop.world.id("refund"),
        actor="token:till",
        at=shop.world.clock(),
        reason="rain",
        version=order.version,
        payment=payment,
        amount=order.due,
    )
    asked = shop.world.orders.handle(order.id, wish)
    after = start_refund(
        shop.world.orders, shop.stripe, asked.id, wish.correlation_id, at=shop.world.clock()
    )
    assert (status(after), after.refunded) == (Status.REFUNDED, order.due)
    assert [*troubles(after)] == []
    before = shop.world.stamps()
    shop.tell()
    assert shop.world.stamps() == before


def test_a_page_that_asked_for_no_money_is_a_case_that_names_its_order(shop: StripeShop) -> None:
    order = shop.buy()
    session = shop.attempt().session
    shop.pay()
    news = event(shop, "checkout.session.completed")
    news["data"]["object"] |= {"payment_status": "no_payment_required", "payment_intent": None}
    news["data"]["object"] |= {"amount_total": 0}
    shop.keep(json.dumps(news).encode())
    work(shop)
    (case,) = shop.world.cases_opened()
    assert (case.kind, case.order) == (CaseKind.UNBOUND_FACT, order.id)
    assert case.provider_reference == session
    assert "asked for no money" in case.text
    assert status(shop.order()) is Status.PENDING


def test_a_free_page_of_somebody_else_is_nobodys_case(shop: StripeShop) -> None:
    session = shop.bare_page(0)
    shop.provider.lever(f"sessions/{session}/pay")
    shop.tell()
    assert shop.world.cases_opened() == []


def pages(shop: StripeShop) -> OpenPages:
    return OpenPages(
        providers={"stripe": shop.stripe},
        looked_at={"stripe": shop.stripe},
        intake=intake(shop.parts),
    )


def test_a_page_that_turns_out_paid_when_it_is_timed_out_is_a_payment(shop: StripeShop) -> None:
    order = shop.buy()
    shop.pay()
    shop.world.clock.pass_(seconds=order.terms.unpaid_after)
    act = Timeouts(orders=shop.world.orders, pages=pages(shop), clock=shop.world.clock)
    reactor = Reactor(
        name="timeouts", find=lambda: [order.id], each=act, after=Patience(shop.world.clock)
    )
    assert reactor.run().done == 1
    stamps = shop.world.stamps()
    assert stamps.index("Cancelled") < stamps.index("Paid") < stamps.index("SeatsRetaken")
    assert status(shop.order()) is Status.PAID


def test_a_page_that_was_closed_is_known_as_closed(shop: StripeShop) -> None:
    order = shop.buy()
    assert pages(shop).close_all(order) == []
    assert shop.attempt().expired


def ahead_for_one_append(shop: StripeShop, **span: float) -> None:
    """The machine's clock is wrong for a moment: the ledger's time never runs backwards."""
    shop.world.clock.pass_(**span)
    shop.world.place("somebody else's")
    shop.world.clock.pass_(**{unit: -number for unit, number in span.items()})


def test_a_ledger_ahead_of_the_clock_goes_on_selling(shop: StripeShop) -> None:
    ahead_for_one_append(shop, days=1)
    order = shop.buy()
    assert shop.unanswered == []
    assert order.placed_at is not None
    assert order.placed_at > shop.world.clock()
    (made,) = shop.provider.objects("checkout/sessions")
    assert made["expires_at"] == int((shop.world.clock() + PAGE_LIFETIME).timestamp())
    assert shop.attempt().redirect_url


def test_asked_again_by_a_ledger_ahead_it_is_the_same_page(shop: StripeShop) -> None:
    ahead_for_one_append(shop, days=1)
    order = shop.world.place("order")
    (attempt,) = order.attempts
    shop.provider.trouble("cut", "/v1/checkout/sessions")
    shop.page(order, attempt)
    assert shop.attempt().unanswered
    shop.world.clock.pass_(seconds=30)
    start_payment(shop.world.orders, shop.stripe, order.id, attempt, return_url=RETURN, again=True)
    (made,) = shop.provider.objects("checkout/sessions")
    assert shop.attempt().session == made["id"]


def test_how_long_a_provider_remembers_is_counted_by_the_clock_that_asked(
    shop: StripeShop,
) -> None:
    ahead_for_one_append(shop, days=1)
    order: Order = shop.world.place("order")
    asked = shop.world.clock()
    assert order.attempts[shop.attempt().correlation_id].requested_at == asked
    assert shop.attempt().requested_at + REMEMBERED < asked + timedelta(days=1)
    assert not [one for one in shop.world.stamps() if one == CreatePaymentSuccess.__name__]
