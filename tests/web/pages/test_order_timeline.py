"""The story of an order as its page tells it: short, whole, and each thing once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ledger.order.stamps import Letter, PaymentFailed, PaymentPending, ReceiptSent
from tests.kits.pages import World, address
from tests.kits.spec import (
    ASKED,
    CANCELLED,
    LINK,
    NOON,
    PAID,
    PLACED,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUNDED,
    RELEASED,
    WISH,
    history,
    put,
)
from web.pages.order_timeline import Entry, timeline

SESSION = PaymentFailed(provider_reference="pi_1", code="async_payment_failed")
INTENT = PaymentFailed(provider_reference="ch_1", code="insufficient_funds")
DECLINED = "A payment was declined."


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    with World().app.test_request_context("/"):
        yield


def told(*stack: object) -> list[Entry]:
    return timeline(history(*stack))


def after(stamp: object, seconds: float) -> object:
    return put(stamp, at=NOON + timedelta(seconds=seconds))


def test_what_happened_within_a_minute_is_one_line_causes_first():
    stack = [PLACED, ASKED, PAID, LINK, REFUND_ASKED, REFUND_ACCEPTED, CANCELLED, RELEASED]
    lines = told(*[after(one, seconds) for seconds, one in enumerate(stack)], REFUNDED)
    assert len(lines) == 2
    sentences = ["was placed", "We received", "was accepted", "was cancelled"]
    places = [lines[0].text.index(one) for one in sentences]
    assert places == sorted(places)
    assert "was returned" in lines[1].text


def test_a_cancellation_is_told_in_few_words():
    stack = (PLACED, ASKED, PAID, LINK, REFUND_ASKED, REFUND_ACCEPTED, CANCELLED, RELEASED)
    whole = " ".join(one.text for one in told(*stack))
    assert "We asked for a refund" not in whole
    assert "The places were released" not in whole
    assert "We asked for a refund" in " ".join(one.text for one in told(*stack[:5]))


def test_a_refund_accepted_and_returned_at_once_is_told_once():
    begun = (PLACED, ASKED, PAID, LINK, REFUND_ASKED)
    at_once = told(*begun, after(REFUND_ACCEPTED, 600), after(REFUNDED, 601))
    assert at_once[-1].text == "€70.00 was returned."
    later = told(*begun, after(REFUND_ACCEPTED, 600), after(REFUNDED, 9000))
    assert [one.text for one in later[-2:]] == [
        "The refund of €70.00 was accepted.",
        "€70.00 was returned.",
    ]


@pytest.mark.parametrize("news", [(SESSION, INTENT), (INTENT, SESSION)])
def test_one_decline_that_page_and_payment_tell_is_told_once(news: tuple[object, object]):
    pending = PaymentPending(provider_reference="cs_1")
    first, second = news
    late = put(second, at=NOON + timedelta(hours=5), told=NOON + timedelta(minutes=3))
    (line,) = [one for one in told(PLACED, ASKED, pending, first, late) if DECLINED in one.text]
    assert line.text.count(DECLINED) == 1


def test_two_declines_are_told_twice():
    again = PaymentFailed(provider_reference="ch_2", code="card_declined")
    lines = [one for one in told(PLACED, ASKED, INTENT, PAID, again) if DECLINED in one.text]
    assert len(lines) == 2


def test_a_link_that_was_sent_was_asked_for():
    sent = ReceiptSent(letter=Letter.LINK, try_number=1, message_id="<1@x>", body_hash="0")
    whole = " ".join(one.text for one in told(PLACED, ASKED, PAID, LINK, put(sent, under=WISH)))
    assert "link was sent" in whole
    assert "link was asked for" not in whole
    assert "link was asked for" in " ".join(one.text for one in told(PLACED, ASKED, PAID, LINK))


def test_the_page_of_a_cancelled_order_has_a_line_a_minute():
    world = World()
    order = world.a_paid_order()
    world.a_link(order)
    page = world.browser.get(address(order)).text
    assert page.count("<time ") == 1
