"""Who commits alone does it in one round trip; whoever comes in between is noticed."""

from uuid import uuid4

import pytest

from adapters.postgres.ledger import commit as attempts
from adapters.postgres.ledger.batch import guess_batch
from adapters.postgres.ledger.pipeline import Exchange
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.store.recorder import Committed
from ledger.kernel.store import Conflict, NoRoom, SeatChange
from tests.contract.given import append, first, stamp
from tests.contract.test_stamp_recorder import QUOTA, hold, room


@pytest.fixture
def recorder(database):
    made = PostgresStampRecorder(database.app, patience=3)
    made.commit([first()])
    made.commit([first()])
    yield made
    made.close()


@pytest.fixture
def other(database):
    made = PostgresStampRecorder(database.app, patience=3)
    yield made
    made.close()


@pytest.fixture
def trips(monkeypatch):
    """The statements of each round trip."""
    taken: list[list[str]] = []
    asking = Exchange.ask

    def ask(exchange, *asks, **options):
        taken.append([name for name, _ in asks])
        return asking(exchange, *asks, **options)

    monkeypatch.setattr(Exchange, "ask", ask)
    return taken


def test_who_commits_alone_needs_one_round_trip(recorder, trips):
    for _ in range(3):
        (answer,) = recorder.commit([first(series=["order"])])
        assert isinstance(answer, Committed)
    asked, inserted, *alone = [set(trip) for trip in trips]
    assert "read_numbers" in asked
    assert "commit" in inserted
    assert [{"confirm", "commit"} <= trip for trip in alone] == [True, True]
    assert recorder.read_positions(4, limit=1)[0].numbers == {"order": 3}


def test_seats_are_remembered_too(recorder, trips):
    recorder.commit([room(3)])
    recorder.commit([hold(2)])
    trips.clear()
    recorder.commit([hold(1)])
    assert len(trips) == 1
    assert recorder.commit([hold(1)]) == [NoRoom(quota=QUOTA, asked=1, free=0)]


def test_a_caller_whose_order_is_older_than_the_seats_we_remember_is_told_so(recorder, trips):
    """Two mark the same order paid: the loser would leave less than no seats held."""
    stream = uuid4()
    recorder.commit([room(3)])
    recorder.commit([append(stamp(stream), seats=[SeatChange(quota=QUOTA, held=1)])])
    sold = [SeatChange(quota=QUOTA, held=-1, sold=1)]
    recorder.commit([append(stamp(stream, 2), seats=sold)])
    trips.clear()
    late = append(stamp(stream, 2), seats=sold)
    assert recorder.commit([late]) == [Conflict(stream=stream, expected=1, actual=2)]
    assert "read_seats" in trips[0]


def test_another_committer_in_between_is_noticed(recorder, other, trips):
    recorder.commit([room(2)])
    other.commit([hold(2)])
    assert recorder.commit([hold(1)]) == [NoRoom(quota=QUOTA, asked=1, free=0)]
    (answer,) = recorder.commit([first()])
    assert answer.size == other.head()[0] == 5


def test_seats_that_others_took_are_not_remembered_as_free(recorder, other, trips):
    recorder.commit([room(2)])
    recorder.commit([hold(1)])
    other.commit([hold(1)])
    for _ in range(3):
        recorder.commit([first()])
    assert "confirm" in trips[-1]
    assert recorder.commit([hold(1)]) == [NoRoom(quota=QUOTA, asked=1, free=0)]


def test_committers_that_take_turns_ask_at_once(recorder, other, trips):
    for _ in range(4):
        other.commit([first()])
        recorder.commit([first()])
    trips.clear()
    other.commit([first()])
    recorder.commit([first()])
    assert [trip[2] for trip in trips].count("confirm") == 0


def test_a_wrong_guess_costs_no_connection(recorder, other):
    (committing,) = {recorder._connections._committer}
    other.commit([first()])
    recorder.commit([first()])
    assert recorder._connections._committer is committing


def test_a_stream_that_others_wrote_is_a_conflict(recorder, other):
    stream = uuid4()
    other.commit([append(stamp(stream))])
    assert recorder.commit([append(stamp(stream))]) == [
        Conflict(stream=stream, expected=0, actual=1)
    ]


def test_a_version_that_is_not_there_is_a_conflict_though_the_head_is_as_remembered(recorder):
    stream = uuid4()
    refused = Conflict(stream=stream, expected=3, actual=0)
    assert recorder.commit([append(stamp(stream, 4))]) == [refused]
    seen = append(stamp(uuid4()), seeing={stream: 3})
    assert recorder.commit([seen]) == [refused]


def test_what_stands_there_is_found_without_a_guess(recorder):
    cause = uuid4()
    one = first(cause=cause)
    recorder.commit([one])
    again, fresh = recorder.commit([one, first()])
    assert again.repeated
    assert not fresh.repeated


def test_a_server_that_hung_up_is_told_nothing(recorder, postgres_server, database, monkeypatch):
    """A guess is sent with its commit: over a dead connection its outcome would be unknown."""
    unsure: list[object] = []
    monkeypatch.setattr(attempts, "stands", lambda *_: unsure.append(1))
    with postgres_server.admin() as admin:
        admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
            [database.name],
        )
    (answer,) = recorder.commit([first()])
    assert answer.size == 3
    assert unsure == []


@pytest.fixture
def guessed(monkeypatch):
    """The appends of each guess that is worked out."""
    worked_out: list[object] = []

    def work_out(appends, remembered, **options):
        worked_out.append(appends)
        return guess_batch(appends, remembered, **options)

    monkeypatch.setattr(attempts, "guess_batch", work_out)
    return worked_out


def test_what_follows_is_decided_while_the_database_works(recorder, trips, guessed):
    now, following = [first()], [first(), first()]
    recorder.commit(now, meanwhile=lambda: following)
    assert guessed == [now, following]
    answers = recorder.commit(following)
    assert guessed == [now, following]
    assert [row.id for one in answers for row in one.rows] == [4, 5]
    assert len(trips) == 2


def test_what_follows_is_decided_again_if_another_was_faster(recorder, other, trips):
    following = [first()]
    recorder.commit([first()], meanwhile=lambda: following)
    other.commit([first()])
    (answer,) = recorder.commit(following)
    assert [row.id for row in answer.rows] == [5]


def test_what_follows_is_decided_again_if_what_it_builds_on_was_refused(recorder, other):
    recorder.commit([room(1)])
    stream, following = uuid4(), [first(), hold(1)]
    other.commit([append(stamp(stream))])
    for _ in range(3):
        recorder.commit([first()])
    wrong = [append(stamp(stream)), hold(1)]
    refused, held = recorder.commit(wrong, meanwhile=lambda: following)
    assert refused == Conflict(stream=stream, expected=0, actual=1)
    assert isinstance(held, Committed)
    fresh, too_much = recorder.commit(following)
    assert fresh.rows[0].id == held.rows[-1].id + 1
    assert too_much == NoRoom(quota=QUOTA, asked=1, free=0)


def test_what_follows_is_decided_again_over_a_new_connection(recorder, postgres_server, database):
    following = [first()]
    recorder.commit([first()], meanwhile=lambda: following)
    with postgres_server.admin() as admin:
        admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
            [database.name],
        )
    (answer,) = recorder.commit(following)
    assert answer.size == 4


def test_what_is_wrong_with_what_follows_does_no_harm_before_its_turn(recorder):
    recorder.commit([room(2)])
    recorder.commit([hold(1)])
    following = [hold(-2)]
    (answer,) = recorder.commit([first()], meanwhile=lambda: following)
    assert isinstance(answer, Committed)
    with pytest.raises(ValueError, match="less than no seats"):
        recorder.commit(following)
