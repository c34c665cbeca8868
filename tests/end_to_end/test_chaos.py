"""A very bad day ends well: nothing is lost, and nothing was done twice."""

from pathlib import Path

import pytest
from rich.console import Console

from tests.end_to_end.chaos import BadDay
from tests.end_to_end.chaos_lives import LIVES, plan
from tests.end_to_end.chaos_report import show
from tests.end_to_end.chaos_storm import BLOWS, EVERY_TROUBLE
from tests.end_to_end.houses import whole_house


@pytest.mark.parametrize(
    ("orders", "pause"),
    [(len(LIVES), 2.5), pytest.param(2000, 1.2, marks=pytest.mark.slow)],
    ids=["short", "long"],
)
def test_every_life_trouble_and_blow_loses_nothing_and_repeats_nothing(
    tmp_path: Path, orders: int, pause: float
):
    with whole_house(tmp_path) as journey:
        day = BadDay(journey, orders, seed=orders, customers=16, pause=pause).run()
        show(day, Console(width=100))
    assert day.findings == []
    assert sum(day.ended.values()) >= orders
    assert set(day.lives) == set(LIVES)
    assert set(day.troubles) >= EVERY_TROUBLE
    assert set(day.blows) == set(BLOWS)


def test_the_same_seed_plans_the_same_lives():
    assert plan(300, seed=7) == plan(300, seed=7) != plan(300, seed=8)
