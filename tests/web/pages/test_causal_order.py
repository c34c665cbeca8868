"""The story of an order tells causes before effects, at times that never run backwards."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest

from ledger.kernel.values import replace
from ledger.order.stamps import CreatePaymentSuccess, Refunded
from tests.kits.spec import (
    ASKED,
    CANCELLED,
    LINK,
    PAID,
    PLACED,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUNDED,
    RELEASED,
    history,
)
from web.pages.order_timeline import in_causal_order

PAGE = CreatePaymentSuccess(
    provider_reference="cs_1",
    redirect_url="https://pay.example/1",
    expires_at=datetime(2027, 1, 1, tzinfo=UTC),
)


def told(*stack):
    return [one.recorded.stamp for one in in_causal_order(history(*stack))]


def stamps(*stack):
    return [one.stamp for one in history(*stack)]


def test_accepted_is_told_before_returned_whichever_was_heard_first():
    begun = (PLACED, ASKED, PAID, LINK, REFUND_ASKED)
    heard = (*begun, REFUNDED, CANCELLED, RELEASED, REFUND_ACCEPTED)
    right = (*begun, REFUND_ACCEPTED, REFUNDED, CANCELLED, RELEASED)
    assert told(*heard) == stamps(*right)


@pytest.mark.parametrize("news", [*permutations((PAGE, PAID))])
def test_the_page_was_opened_before_it_was_paid(news):
    assert told(PLACED, ASKED, *news) == stamps(PLACED, ASKED, PAGE, PAID)


def test_nothing_is_told_twice_and_nothing_is_left_out():
    heard = (PLACED, ASKED, PAID, PAGE, LINK, REFUND_ASKED, REFUNDED, REFUND_ACCEPTED)
    assert sorted(map(repr, told(*heard))) == sorted(map(repr, stamps(*heard)))


def test_times_never_run_backwards_and_never_lie_ahead_of_what_we_knew():
    heard = history(PLACED, ASKED, PAID, REFUND_ASKED, REFUNDED, REFUND_ACCEPTED)
    ahead = [
        one
        if not isinstance(one.stamp, Refunded)
        else _at(one, one.recorded_at + timedelta(days=1))
        for one in heard
    ]
    for stack in (heard, ahead):
        times = [one.at for one in in_causal_order(stack)]
        assert all(earlier <= later for earlier, later in pairwise(times))
        assert max(times) <= heard[-1].recorded_at


def _at(one, occurred_at):
    return replace(one, occurred_at=occurred_at)
