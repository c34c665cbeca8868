"""A machine whose clock is not the database's appends nothing; a ledger that is ahead says so."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.memory import MemoryStampRecorder
from ledger.kernel.store import ClockAway
from tests.contract.given import first

DAY, NONE = timedelta(days=1), timedelta()


def clock(ahead: list[timedelta]) -> Any:
    """One that is set while it runs."""
    return lambda: datetime.now(UTC) + ahead[0]


@pytest.mark.parametrize("ahead", [61, -61, 86_400, -86_400])
@pytest.mark.parametrize("remembering", [False, True])
def test_an_append_from_a_machine_a_minute_away_is_refused_with_an_alarm(
    database, ahead, remembering
):
    machine = [timedelta()]
    recorder = PostgresStampRecorder(database.app, machine=clock(machine))
    with closing(recorder), capture_logs() as logs:
        for _ in range(3 if remembering else 0):
            recorder.commit([first()])
        before = recorder.head()
        machine[0] = timedelta(seconds=ahead)
        with pytest.raises(ClockAway, match="clock-away"):
            recorder.commit([first()])
        assert recorder.head() == before
        assert not recorder.clocks().agree
        machine[0] = NONE
        recorder.commit([first()])
    assert [one["event"] for one in logs if one["log_level"] == "critical"] == ["clock_away"]


@pytest.mark.parametrize("ahead", [55, -55])
def test_less_than_a_minute_is_nothing(database, ahead):
    machine = clock([timedelta(seconds=ahead)])
    with closing(PostgresStampRecorder(database.app, machine=machine)) as recorder:
        recorder.commit([first()])
        assert recorder.clocks().agree


def test_the_ledgers_own_clock_is_not_counted_and_told_until_time_has_caught_up(database):
    moved = [DAY]
    recorder = PostgresStampRecorder(database.app, clock=clock(moved))
    with closing(recorder), capture_logs() as logs:
        recorder.commit([first()])
        assert recorder.clocks().ahead == NONE
        moved[0] = NONE
        recorder.commit([first()])
        recorder.commit([first()])
        assert recorder.clocks().agree
        assert timedelta(hours=23) < recorder.clocks().ahead <= DAY
        moved[0] = DAY + timedelta(minutes=1)
        recorder.commit([first()])
        assert recorder.clocks().ahead == NONE
    told = [one for one in logs if one["event"] == "ledger_ahead"]
    assert [86_000 < one["seconds"] <= 86_400 for one in told] == [True]


def test_the_twin_in_memory_has_one_clock():
    moved = [DAY]
    recorder = MemoryStampRecorder(clock=clock(moved))
    assert recorder.clocks().ahead == NONE
    recorder.commit([first()])
    moved[0] = NONE
    assert recorder.clocks().agree
    assert recorder.clocks().ahead > timedelta(hours=23)
