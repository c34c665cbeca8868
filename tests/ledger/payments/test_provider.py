"""Around a provider: what it is asked, that it is asked once, and what of its answer is stamped."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.kernel.values import replace as copied
from ledger.order.order import Order
from ledger.order.stamps import (
    CreatePaymentFailure,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundSuccess,
    Paid,
    PaymentWithdrawn,
    Refunded,
)
from ledger.payments.ask_once import OnceInMemory
from ledger.payments.provider import (
    Accepted,
    BadMessage,
    NoAnswer,
    PaymentAsk,
    RefundAsk,
    ReturnedOutside,
    for_person,
    newest,
    page_address,
    payment_request,
    record_refund,
    refund_ask,
    start_payment,
    start_refund,
)
from tests.kits import spec
from tests.kits.spec import OUTSIDE, WISH, order_of, put
from tests.kits.worlds import ADA, SPEC, World
from tests.ledger.order.test_next_step import attempt, cancel, told

PRICE = Money(7000, "EUR")
PAID = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
SILENCE = NoAnswer("time-out")
LATER = replace(SPEC, preferences=replace(SPEC.preferences, grace_period=3600))


@dataclass
class Stripe:
    """Makes a page, or answers what it was given to answer."""

    answer: Any = None
    name: str = "stripe"
    account: str = "acct_1"
    live: bool = True
    asked: list[PaymentAsk | RefundAsk] = field(default_factory=list)
    recovered: list[PaymentAsk] = field(default_factory=list)

    def create_payment(self, ask: PaymentAsk, *, try_number: int) -> Any:
        self.asked.append(ask)
        return self.answer or page(ask)

    def recover_payment(self, ask: PaymentAsk, *, try_number: int) -> Any:
        self.recovered.append(ask)
        return self.answer or page(ask)

    def refund(self, ask: RefundAsk) -> Any:
        self.asked.append(ask)
        return self.answer


def page(ask: PaymentAsk) -> CreatePaymentSuccess:
    return CreatePaymentSuccess(
        provider_reference="cs_1",
        redirect_url="https://pay.example/1",
        expires_at=ask.expires_at,
    )


@pytest.fixture
def world() -> Iterator[World]:
    """An order whose payment page is wanted."""
    made = World()
    made.place()
    yield made
    made.close()


def started(world: World, provider: Any, **more: Any) -> Order:
    return start_payment(
        world.orders,
        provider,
        world.id("order"),
        attempt(world),
        return_url="https://shop.example/back",
        **more,
    )


def refunded(world: World, provider: Any, *, refund: str = "wish", **more: Any) -> Order:
    return start_refund(
        world.orders, provider, world.id("order"), world.id(refund), at=world.clock(), **more
    )


@pytest.fixture
def leaving(world: World) -> World:
    """An order that was paid, and whose refund is wanted."""
    told(world, PAID, attempt(world))
    cancel(world)
    return world


def test_a_page_is_asked_for_once_with_all_that_the_order_says_of_it(world: World) -> None:
    provider = Stripe()
    started(world, provider)
    order = started(world, provider)
    assert provider.asked == [
        PaymentAsk(
            order=order.id,
            order_number=1,
            shop="winterfest",
            correlation_id=attempt(world),
            idempotency_key=f"{attempt(world)}/payment/1",
            amount=PRICE,
            lines=order.terms.lines,
            language="en",
            email=ADA.email,
            return_url="https://shop.example/back",
            expires_at=world.clock() + timedelta(hours=23),
            capture_later=False,
            payment_reference=order.payment_reference,
        )
    ]
    assert provider.recovered == []
    assert order.attempts[attempt(world)].redirect_url == "https://pay.example/1"


def test_a_shop_with_a_grace_period_captures_later() -> None:
    world, provider = World(LATER), Stripe()
    world.place()
    started(world, provider)
    (ask,) = provider.asked
    assert isinstance(ask, PaymentAsk)
    assert ask.capture_later


def test_a_refused_page_is_stamped_and_not_asked_for_again(world: World) -> None:
    provider = Stripe(answer=CreatePaymentFailure(code="card_declined"))
    for _ in range(2):
        order = started(world, provider)
    assert len(provider.asked) == 1
    assert order.attempts[attempt(world)].refused


def test_no_answer_stamps_nothing_and_is_told_to_who_wants_to_know(world: World) -> None:
    provider, heard = Stripe(answer=SILENCE), list[NoAnswer]()
    before = world.orders.get(world.id("order"))
    for _ in range(2):
        assert started(world, provider, unanswered=heard.append).version == before.version
    assert heard == [SILENCE, SILENCE]
    assert provider.asked[0] == provider.asked[1]


def test_who_was_given_up_on_is_recovered(world: World) -> None:
    provider = Stripe()
    order = started(world, provider, again=True)
    assert (len(provider.asked), len(provider.recovered)) == (0, 1)
    assert not order.attempts[attempt(world)].unanswered


def test_the_order_as_the_caller_has_it_is_not_read_again(world: World) -> None:
    provider, before = Stripe(), world.orders.get(world.id("order"))
    started(world, provider)
    started(world, provider, known=before)
    assert provider.asked[0] == provider.asked[1]


def test_one_more_attempt_is_wished_for_at_this_provider(world: World) -> None:
    provider: Any = Stripe()
    wish = payment_request(
        provider, correlation_id=WISH, actor="visitor", at=world.clock(), request="key"
    )
    assert (wish.provider, wish.account, wish.live) == ("stripe", "acct_1", True)
    assert (wish.correlation_id, wish.actor, wish.at) == (WISH, "visitor", world.clock())
    assert wish.request == "key"


@pytest.mark.parametrize("address", ["https://pay.example/1", "http://pay.example/?a=~"])
def test_an_address_on_the_web_is_one(address: str) -> None:
    assert page_address(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "ftp://pay.example", "javascript:alert(1)", "https://", "https://a b", "https://a\n", 7],
)
def test_anything_else_is_no_address_of_a_page(address: object) -> None:
    with pytest.raises(BadMessage):
        page_address(address)


@pytest.mark.parametrize(
    ("status", "code"), [(401, "unauthorized"), (403, "forbidden"), (400, ""), (500, "")]
)
def test_only_a_person_can_mend_a_key_that_is_not_taken(status: int, code: str) -> None:
    assert for_person(status) == code


def test_a_refund_is_asked_for_with_the_names_of_the_payments_other_ones() -> None:
    """Those of another payment are none of them, and neither is its own earlier name."""
    third = UUID(int=3)
    half = Money(3500, "EUR")
    asked = replace(spec.REFUND_ASKED, amount=half)
    made = replace(spec.REFUND_ACCEPTED, amount=half)
    elsewhere: dict[str, Any] = {"payment": spec.SECOND}
    order = order_of(
        spec.PLACED,
        spec.ASKED,
        spec.PAID,
        put(spec.ASKED, under=spec.SECOND),
        put(spec.PAID_TWICE, under=spec.SECOND),
        put(asked, under=WISH),
        put(made, under=WISH),
        put(replace(made, provider_reference="re_2"), under=OUTSIDE),
        put(replace(asked, **elsewhere), under=third),
        put(replace(made, provider_reference="re_3", **elsewhere), under=third),
    )
    ask = refund_ask(order, order.refunds[WISH])
    assert ask == RefundAsk(
        order=spec.ORDER,
        shop="winterfest",
        correlation_id=WISH,
        idempotency_key=f"{WISH}/refund/1",
        payment=spec.ATTEMPT,
        payment_reference="pi_1",
        amount=half,
        try_number=1,
        known=frozenset({"re_2"}),
        refused=False,
    )


def test_a_refund_whose_last_try_was_refused_says_so() -> None:
    bought = (spec.PLACED, spec.ASKED, spec.PAID, spec.REFUND_ASKED)
    order = order_of(*bought, spec.REFUND_REFUSED)
    assert refund_ask(order, order.refunds[WISH]).refused


def test_a_refund_is_asked_for_once_and_what_is_none_is_not(leaving: World) -> None:
    outcome = CreateRefundSuccess(payment=attempt(leaving), amount=PRICE, provider_reference="re_1")
    provider = Stripe(answer=Accepted(outcome=outcome))
    assert refunded(leaving, provider, refund="no such").alive
    assert provider.asked == []
    for _ in range(2):
        order = refunded(leaving, provider)
    assert len(provider.asked) == 1
    assert order.refunds[leaving.id("wish")].was_accepted
    assert not order.alive


def test_of_an_order_that_the_caller_knows_the_refund_is_the_one_that_it_knows(
    leaving: World,
) -> None:
    its = leaving.orders.get(leaving.id("order"))
    provider = Stripe(answer=NoAnswer("time-out"))
    for known, asked in ((copied(its, refunds={}), 0), (its, 1)):
        refunded(leaving, provider, known=known)
        assert len(provider.asked) == asked


def test_a_refund_without_an_answer_stays_open_and_is_told(leaving: World) -> None:
    provider, heard = Stripe(answer=SILENCE), list[NoAnswer]()
    order = refunded(leaving, provider, unanswered=heard.append)
    assert heard == [SILENCE]
    assert order.refunds[leaving.id("wish")].unanswered
    refused = Stripe(answer=CreateRefundFailure(code="insufficient_funds"))
    order = refunded(leaving, refused, unanswered=heard.append)
    assert heard == [SILENCE]
    assert order.refunds[leaving.id("wish")].was_refused


def test_what_went_back_without_us_is_stamped_beside_our_refusal(leaving: World) -> None:
    payment, outside = attempt(leaving), leaving.id("outside")
    said: dict[str, Any] = {
        "payment": payment,
        "amount": PRICE,
        "provider_reference": "re_9",
    }
    accepted = Accepted(outcome=CreateRefundSuccess(**said), settled=Refunded(**said))
    answer = ReturnedOutside(
        refused=CreateRefundFailure(code="charge_already_refunded"), outside={outside: accepted}
    )
    order = record_refund(
        leaving.orders, leaving.id("order"), leaving.id("wish"), answer, at=leaving.clock()
    )
    assert order.refunds[leaving.id("wish")].was_refused
    assert order.refunds[outside].returned("EUR") == PRICE
    assert order.refunded == PRICE


def test_the_newest_attempt_is_the_last_that_nobody_took_back() -> None:
    by_hand = (
        put(replace(spec.ASKED, provider="manual"), under=spec.SECOND),
        put(replace(spec.PAID, provider="manual"), under=spec.SECOND),
    )
    back = PaymentWithdrawn(payment=spec.SECOND, amount=PRICE, approver="boss", reason="no")
    begun = (spec.PLACED, spec.ASKED, *by_hand)
    assert newest(order_of(spec.FREE, spec.CONFIRMED_FREE)) is None
    for stack, cause in ((begun, spec.SECOND), ((*begun, put(back, under=WISH)), spec.ATTEMPT)):
        found = newest(order_of(*stack))
        assert found is not None
        assert found.correlation_id == cause


def test_a_key_is_taken_once_until_it_is_given_back() -> None:
    once = OnceInMemory()
    assert [once.take("a"), once.take("a"), once.take("b")] == [True, False, True]
    once.give_back("a")
    once.give_back("never taken")
    assert [once.take("a"), once.take("b")] == [True, False]
