"""Sample buyers are answered as an order that is placed under the same terms would be."""

from datetime import timedelta

import pytest

from ledger.kernel.money import Money
from ledger.order.cancellation_policy import Why, promise
from ledger.order.policy_samples import AGES, sample
from ledger.shop.stamps import Release
from tests.kits.spec import NOON
from tests.kits.worlds import with_policy

PRICE = Money(3500, "EUR")
TERMS = with_policy(Release.AT_REFUND_ACCEPTED, fee=100).preferences


@pytest.mark.parametrize("age", AGES)
def test_a_sample_is_what_was_promised_when_it_was_bought(age: timedelta) -> None:
    promised, answer = promise(TERMS, PRICE, NOON - age), sample(TERMS, PRICE, age=age, now=NOON)
    assert (answer.deadline, answer.quote.fee) == (promised.deadline, promised.fee)
    assert answer.quote.amount == PRICE - promised.fee
    assert answer.allowed is (promised.deadline is not None and promised.deadline > NOON)


def test_what_is_free_is_cancelled_without_a_payment() -> None:
    answer = sample(TERMS, Money(0, "EUR"), age=timedelta(days=1), now=NOON)
    assert (answer.why, answer.quote.payment) == (Why.NOTHING, None)
