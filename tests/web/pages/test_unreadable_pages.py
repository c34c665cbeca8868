"""A payment page that its provider shows in no way that we know is kept, and a person is told."""

import pytest

from tests.contract.counter import Counter
from tests.contract.test_payment_providers import counter_of


@pytest.fixture
def counter():
    with counter_of("stripe") as made:
        yield made


def melted(counter: Counter, *, times: int) -> None:
    """Stripe answers, and not in the way that it documents."""
    answer = {"object": "checkout.session", "status": "melted", "client_reference_id": None}
    asked = {"kind": "misshapen", "path": "/v1/checkout/sessions/", "method": "GET"}
    lever = getattr(counter.till, "_lever")  # noqa: B009 (not part of any till)
    lever("calls/next", **asked, answer=answer, status=200, count=times)


def test_an_answer_that_cannot_be_read_is_a_case_that_names_the_page(counter: Counter) -> None:
    order = counter.place()
    melted(counter, times=2)
    counter.asked(order)
    counter.pass_()
    counter.work()
    (case,) = counter.views.cases("open")
    assert case.kind == "unbound_fact"
    assert counter.page(order) in f"{case.provider_reference} {case.text}"
    counter.till.pay(counter.page(order))
    counter.come_to_rest()
    assert counter.status(order) == "PAID"
