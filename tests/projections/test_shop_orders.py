"""What the move of a shop came to for an order: told, then kept, and nothing without it."""

import pytest

from projections.shop_changes import shop_orders
from tests.kits.spec import ASKED, KEPT, MOVED, PAGE, PAID, PLACED, order_of

BOUGHT = (PLACED, ASKED, PAGE, PAID)


@pytest.mark.parametrize(
    ("stamps", "outcome"),
    [
        (BOUGHT, ""),
        ((*BOUGHT, MOVED), "told"),
        ((*BOUGHT, MOVED, KEPT), "kept"),
    ],
)
def test_an_order_says_what_the_move_came_to(stamps, outcome):
    (row,) = shop_orders(order_of(*stamps))
    assert (row.outcome, row.alive) == (outcome, True)
