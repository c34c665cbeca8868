"""kill -9 of web or worker between any question to the provider and its answer: the same end."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx2
import pytest

from ledger.order.order import Order
from ledger.order.stamps import CreatePaymentRequest, CreateRefundRequest
from tests.end_to_end.journey import Bought, Journey, until
from tests.end_to_end.test_journeys import _code, _paid, _refunded_once

# think: the provider has the question and has not acted. late: it acted, the answer is on its way.
# Each death is seen at one of them in the fast suite, and at the other at night.
THINK_FIRST = pytest.mark.parametrize(
    "moment", ["think", pytest.param("late", marks=pytest.mark.slow)]
)
LATE_FIRST = pytest.mark.parametrize(
    "moment", ["late", pytest.param("think", marks=pytest.mark.slow)]
)
HELD = 5.0
# The web asks twice before it gives up.
ASKED_BY_THE_WEB = 2


@pytest.fixture(autouse=True)
def calm(journey: Journey) -> Iterator[None]:
    yield
    journey.control("calm")


def hold(journey: Journey, moment: str, path: str) -> None:
    """The next answer of the provider takes longer than the process that waits for it lives."""
    journey.control("calls/next", {"kind": moment, "path": path, "seconds": HELD})


def cut_off(journey: Journey, path: str) -> None:
    """The web hears nothing, however often it asks; the provider's news is lost, too."""
    journey.control("calls/next", {"kind": "cut", "count": ASKED_BY_THE_WEB, "path": path})
    journey.control("chaos.json", {"drop": 1})


class Watch:
    """Sees in the ledger and at the provider how far a question has come."""

    def __init__(self, journey: Journey) -> None:
        self.journey, self.ledger = journey, journey.works.ledger
        self.began = self.ledger.head()[0]

    def intent(self, kind: type) -> UUID | None:
        """The order of the newest intent of this kind."""
        found = self.ledger.feed(self.began, limit=500)
        return next((one.stream for one in found if isinstance(one.stamp, kind)), None)

    def order(self, bought: Bought) -> Order:
        return self.journey.works.parts.orders.get(bought.id)

    def sessions_of(self, order: UUID) -> list[str]:
        sessions = self.journey.provider("checkout/sessions?limit=100")
        return [one["id"] for one in sessions if one["client_reference_id"] == str(order)]


def in_hand(moment: str, at_the_provider: Callable[[], object]) -> None:
    if moment == "late":
        until("the provider acted", at_the_provider)


@THINK_FIRST
def test_the_web_dies_while_it_asks_for_a_payment_page(journey: Journey, moment: str) -> None:
    watch = Watch(journey)
    hold(journey, moment, "/v1/checkout/sessions")
    with ThreadPoolExecutor(1) as customer:
        lost = customer.submit(journey.buy)
        placed = until("the intent is stamped", lambda: watch.intent(CreatePaymentRequest))
        in_hand(moment, lambda: watch.sessions_of(placed))
        journey.kill("web")
        assert isinstance(lost.exception(), httpx2.TransportError)
    order = journey.works.parts.orders.get(placed)
    bought = Bought(journey, order.id, order.number, "")
    assert "CreatePaymentSuccess" not in bought.stamps()
    journey.start("web")
    journey.wait_for_web()
    _page_comes_and_is_paid(journey, watch, bought)


@LATE_FIRST
def test_the_worker_dies_while_it_asks_for_a_payment_page(journey: Journey, moment: str) -> None:
    watch = Watch(journey)
    cut_off(journey, "/v1/checkout/sessions")
    bought = journey.buy()
    assert not bought.redirect
    hold(journey, moment, "/v1/checkout/sessions")
    journey.move_clock(60)
    until("the worker asked", lambda: _held(journey))
    journey.kill("worker")
    assert "CreatePaymentSuccess" not in bought.stamps()
    journey.control("calm")
    journey.start("worker")
    _page_comes_and_is_paid(journey, watch, bought)


def _held(journey: Journey) -> bool:
    """Nothing is planned any more: what was planned last is being done to a call."""
    return not httpx2.get(f"{journey.house.at.provider}/sandbox/calls/next").json()["data"]


def _page_comes_and_is_paid(journey: Journey, watch: Watch, bought: Bought) -> None:
    journey.move_clock(60)

    def page() -> str:
        (attempt,) = watch.order(bought).attempts.values()
        return attempt.redirect_url

    bought.redirect = until("the page is there", page)
    assert len(watch.sessions_of(bought.id)) == 1
    bought.pay()
    bought.reaches("PAID")
    until("the receipt came", bought.letters)
    assert len(bought.letters()) == 1
    assert bought.stamps()["CreatePaymentRequest"] == bought.stamps()["Paid"] == 1


@LATE_FIRST
def test_the_web_dies_while_it_asks_for_a_refund(journey: Journey, moment: str) -> None:
    bought = _paid(journey)
    code, watch = _code(bought), Watch(journey)
    hold(journey, moment, "/v1/refunds")
    journey.control("chaos.json", {"drop": 1})
    with ThreadPoolExecutor(1) as customer:
        lost = customer.submit(bought.cancel, code)
        until("the intent is stamped", lambda: watch.intent(CreateRefundRequest))
        in_hand(moment, bought.refunds)
        journey.kill("web")
        assert isinstance(lost.exception(), httpx2.TransportError)
    assert "CreateRefundSuccess" not in bought.stamps()
    journey.control("calm")
    journey.start("web")
    journey.wait_for_web()
    journey.move_clock(60)
    _refunded_once(bought)


@THINK_FIRST
def test_the_worker_dies_while_it_asks_for_a_refund(journey: Journey, moment: str) -> None:
    bought = _paid(journey)
    code = _code(bought)
    cut_off(journey, "/v1/refunds")
    assert bought.cancel(code).json()["refund"] == "unknown"
    hold(journey, moment, "/v1/refunds")
    journey.move_clock(60)
    until("the worker asked", lambda: _held(journey))
    journey.kill("worker")
    assert "CreateRefundSuccess" not in bought.stamps()
    journey.control("calm")
    journey.start("worker")
    journey.move_clock(60)
    _refunded_once(bought)


def test_news_that_comes_before_the_customer_returns_is_all_that_is_needed(
    journey: Journey,
) -> None:
    bought = journey.buy()
    bought.pay()
    bought.reaches("PAID")
    until("the receipt came", bought.letters)
    before = bought.stamps()
    back = f"{journey.house.at.shop}/winterfest/orders/{bought.id}"
    assert httpx2.get(back, follow_redirects=True).status_code == 200
    assert bought.stamps() == before
    assert len(bought.letters()) == 1
