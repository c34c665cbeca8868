"""A very bad day ends well: nothing is lost, and nothing was done twice."""

from pathlib import Path

import pytest

from tests.end_to_end.chaos import bad_day
from tests.end_to_end.houses import whole_house


@pytest.mark.parametrize(
    "orders", [40, pytest.param(2000, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_every_trouble_and_kills_at_random_lose_nothing_and_repeat_nothing(
    tmp_path: Path, orders: int
):
    with whole_house(tmp_path) as journey:
        day = bad_day(journey, orders=orders, seed=orders)
        print(day.told())
    assert day.findings == []
    assert sum(day.ended.values()) == orders
    assert day.kills["web"]
    assert day.kills["worker"]
