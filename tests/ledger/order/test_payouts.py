"""What a provider paid out is held against what the order itself has of it."""

from dataclasses import replace

import pytest

from ledger.order.payouts import by_our_books, kept_before, payout_cause
from tests.kits.spec import (
    ASKED,
    NOON,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_OUT,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUNDED,
    SECOND,
    eur,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAGE, PAID)
SENT_BACK = (*BOUGHT, REFUND_ASKED, replace(REFUND_ACCEPTED, amount=eur(2000)))
KEPT_BACK = replace(PAID_OUT, provider_reference="re_1", kept_back=True, amount=eur(2100))
GIVEN_AGAIN = replace(KEPT_BACK, kept_back=False, payout="po_3")


def test_news_of_a_payout_has_an_identity_by_whose_it_is_and_what_it_is():
    one = payout_cause(PAID_OUT, account="acct_1")
    assert str(one) == "979af5ff-d4e8-534b-9eca-d41f87a5f5e6"
    later = replace(PAID_OUT, payout="po_2", amount=eur(1), settled_at=NOON.replace(year=2028))
    assert payout_cause(later, account="acct_1") == one
    others = [
        payout_cause(PAID_OUT, account="acct_2"),
        payout_cause(replace(PAID_OUT, provider="paytrail"), account="acct_1"),
        payout_cause(replace(PAID_OUT, provider_reference="pi_2"), account="acct_1"),
        payout_cause(replace(PAID_OUT, kept_back=True), account="acct_1"),
    ]
    assert len({one, *others}) == 5


@pytest.mark.parametrize(
    ("stack", "changes", "known"),
    [
        (BOUGHT, {}, PRICE),
        (BOUGHT, {"amount": eur(1)}, PRICE),
        (BOUGHT[:3], {"provider_reference": "cs_1"}, eur(0)),
        (BOUGHT, {"provider_reference": "pi_2"}, eur(0)),
        (BOUGHT, {"provider": "paytrail"}, eur(0)),
        (SENT_BACK, {"provider_reference": "re_1", "kept_back": True}, eur(2000)),
        (SENT_BACK, {"provider_reference": "re_2", "kept_back": True}, eur(0)),
        (SENT_BACK, {"provider_reference": "pi_1", "kept_back": True}, eur(0)),
        (SENT_BACK, {"provider_reference": "re_1"}, eur(0)),
    ],
    ids=[
        "payment",
        "whatever they say",
        "not come",
        "another's",
        "elsewhere",
        "refund",
        "another refund",
        "a payment is no refund",
        "a refund is no payment",
    ],
)
def test_our_books_know_a_payment_and_a_refund_by_the_providers_name_of_it(stack, changes, known):
    assert by_our_books(order_of(*stack), replace(PAID_OUT, **changes)) == known


def test_what_was_settled_of_a_refund_counts_and_what_failed_is_none():
    settled = order_of(*SENT_BACK, replace(REFUNDED, amount=eur(1900)))
    assert by_our_books(settled, KEPT_BACK) == eur(1900)
    assert by_our_books(order_of(*SENT_BACK, REFUND_FAILED), KEPT_BACK) == eur(0)


def test_news_that_came_twice_is_no_refund_that_was_given_again():
    kept = order_of(*SENT_BACK, put(KEPT_BACK, under=OUTSIDE))
    assert by_our_books(kept, KEPT_BACK) == eur(2000)


def test_a_failed_refund_that_was_kept_back_and_given_again_is_what_it_was_both_times():
    kept = order_of(*BOUGHT, put(KEPT_BACK, under=OUTSIDE))
    again = order_of(*BOUGHT, put(GIVEN_AGAIN, under=OUTSIDE))
    assert by_our_books(kept, GIVEN_AGAIN) == eur(2100)
    assert by_our_books(again, KEPT_BACK) == eur(2100)


@pytest.mark.parametrize(
    ("came", "undone"),
    [
        (GIVEN_AGAIN, True),
        (replace(GIVEN_AGAIN, provider_reference="re_2"), False),
        (replace(GIVEN_AGAIN, provider="paytrail"), False),
        (KEPT_BACK, False),
    ],
    ids=["the same", "another", "elsewhere", "kept back again"],
)
def test_what_a_payout_kept_back_is_found_when_another_brings_it_again(came, undone):
    others = put(PAID_OUT, under=SECOND), put(replace(KEPT_BACK, amount=eur(9)), under=OUTSIDE)
    found = kept_before(order_of(*BOUGHT, *others), came)
    assert found == (others[1].stamp if undone else None)


def test_a_payment_that_was_paid_out_was_not_kept_back():
    order = order_of(*BOUGHT, put(PAID_OUT, under=OUTSIDE))
    assert kept_before(order, replace(PAID_OUT, payout="po_2")) is None
