"""To which orders a letter to buyers goes, and that each is told so once."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.order.commands import AddressBuyer
from ledger.order.decisions.buyers import group_of, is_meant, was_addressed
from ledger.order.stamps import BuyerAddressed
from ledger.shop.stamps import Buyers, MailingStarted
from tests.kits.spec import (
    ADA,
    ASKED,
    NOON,
    ORDER,
    OUTSIDE,
    PAID,
    PLACED,
    SECOND,
    TIMED_OUT,
    WISH,
    given,
    order_of,
    put,
)

STACKS: dict[Buyers, tuple[Any, ...]] = {
    Buyers.UNPAID: (PLACED, ASKED),
    Buyers.PAID: (PLACED, ASKED, PAID),
    Buyers.CANCELLED: (PLACED, ASKED, TIMED_OUT),
}
BOUGHT = STACKS[Buyers.PAID]
ERASED = put(Erased(subject=ORDER, ground=Ground.ASKED), under=OUTSIDE)
NOBODY = (replace(PLACED, customer=replace(ADA, email="")), ASKED, PAID)
LETTER = MailingStarted(
    about_order=True, product="", buyers=tuple(Buyers), subject={"en": "s"}, text={"en": "t"}
)


@pytest.mark.parametrize("group", Buyers)
def test_each_order_is_in_one_group_of_buyers_and_gets_what_goes_to_that(group):
    order = order_of(*STACKS[group])
    others = tuple(one for one in Buyers if one is not group)
    assert group_of(order) is group
    assert is_meant(order, replace(LETTER, buyers=(group,)))
    assert not is_meant(order, replace(LETTER, buyers=others))


@pytest.mark.parametrize(("product", "meant"), [("", True), ("weekend", True), ("friday", False)])
def test_a_letter_about_a_product_goes_to_who_bought_that(product, meant):
    assert is_meant(order_of(*BOUGHT), replace(LETTER, product=product)) is meant


@pytest.mark.parametrize(
    "stack", [(), (*BOUGHT, ERASED), NOBODY], ids=["never placed", "erased", "said no name"]
)
def test_who_cannot_be_written_to_is_not_meant(stack):
    assert not is_meant(order_of(*stack), LETTER)


def test_a_letter_reaches_an_order_once_and_another_one_as_well():
    wish = AddressBuyer(
        correlation_id=WISH, actor="worker", at=NOON, mailing=WISH, about_order=False
    )
    told = BuyerAddressed(mailing=WISH, about_order=False)
    reached = (*BOUGHT, put(told, under=SECOND))
    given(*BOUGHT).when(wish).then(told)
    given(*reached).when(wish).then()
    given(*reached).when(replace(wish, mailing=SECOND)).then(replace(told, mailing=SECOND))
    assert was_addressed(order_of(*reached), WISH)
    assert not was_addressed(order_of(*reached), SECOND)
    for nobody in ((*BOUGHT, ERASED), NOBODY):
        given(*nobody).when(wish).then()
