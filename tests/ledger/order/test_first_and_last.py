"""Numbers that people were promised: how many views, and when the buyers of the samples bought."""

from datetime import timedelta

from ledger.order.policy_samples import AGES
from ledger.staff.saved_view import MOST_VIEWS


def test_samples_are_of_today_and_of_a_day_a_fortnight_and_thirty_days_ago() -> None:
    assert [one / timedelta(days=1) for one in AGES] == [0, 1, 14, 30]


def test_a_person_keeps_fifty_views() -> None:
    assert MOST_VIEWS == 50
