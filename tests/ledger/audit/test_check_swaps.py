"""What goes over in a swap was given back by one order, and came to the other."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.audit import check_swaps
from ledger.audit.check_swaps import SwapCheck, swap_news
from ledger.order.stamps import LinesSwapped
from tests.kits import spec
from tests.kits.audit_steps import BOUGHT, A, B, C, laws, says, step
from tests.kits.beside_orders import ADA
from tests.kits.example_stamps import example
from tests.kits.spec import ASKED, ATTEMPT, PAGE, PAID, PLACED, WISH, eur, order_of

OVER = (7000, "EUR")


def swapped(cents: int, *, came: bool) -> Any:
    return replace(example(LinesSwapped), order=ADA, amount=eur(cents), came=came)


def test_law_7_what_goes_over_was_given_back_and_came():
    check = check_swaps.swaps_are_covered
    assert not says(check, BOUGHT, swapped(7000, came=True), under=ATTEMPT)
    for cents in (6999, 7001):
        assert laws(check, BOUGHT, swapped(cents, came=True), under=ATTEMPT) == ["7"]
    assert laws(check, BOUGHT, swapped(7000, came=True), under=WISH) == ["7"]
    given = order_of(PLACED, ASKED, PAGE, PAID, spec.HANDED_BACK)
    assert not says(check, given, swapped(7000, came=False))
    assert not says(check, given, swapped(6999, came=False))
    assert laws(check, given, swapped(7001, came=False)) == ["7"]
    assert laws(check, BOUGHT, swapped(7000, came=False)) == ["7"]
    assert not says(check, None, swapped(7000, came=False))


@pytest.mark.parametrize(
    ("news", "at_once", "at_end"),
    [
        ([(1, A, B, False, OVER), (2, B, A, True, OVER)], [], []),
        ([(1, B, A, True, OVER), (2, A, B, False, OVER)], [], []),
        ([(1, A, B, False, OVER), (2, B, A, True, (1, "EUR"))], [2], []),
        ([(1, A, B, False, OVER)], [], [1]),
        ([(1, A, B, False, OVER), (2, A, B, False, OVER)], [2], [2]),
        ([(1, A, B, False, OVER), (2, C, A, True, OVER)], [], [1, 2]),
    ],
)
def test_law_7_both_orders_of_a_swap_say_the_same(news, at_once, at_end):
    check = SwapCheck()
    assert [at for at, _ in check.take(news)] == at_once
    assert [one.position for one in check.at_end()] == at_end


def test_a_swap_is_told_from_the_side_of_its_order():
    told = step(None, swapped(7000, came=True)).stamp
    assert told is not None
    assert [*swap_news(told, A)] == [(9, A, ADA.bytes, True, (7000, "EUR"))]
    paid = step(None, PAID).stamp
    assert paid is not None
    assert [*swap_news(paid, A)] == []
