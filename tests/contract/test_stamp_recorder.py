"""What every recorder promises: conditions, dense positions, numbers, seats, time, roots."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from adapters.store.known_state import Seats
from adapters.store.recorder import Committed, Contradicts, PreparedAppend, StampRecorder
from adapters.store.rows import StampRow
from ledger.kernel.store import Conflict, NoRoom, SeatChange
from ledger.proof.leaf import stamp_bytes
from ledger.proof.merkle import EMPTY_ROOT, Frontier, leaf_hash
from tests.contract.conftest import Clock
from tests.contract.given import append, first, stamp

ONE, OTHER = UUID(int=1), UUID(int=2)
QUOTA = UUID(int=7)


def positions(recorder: StampRecorder) -> list[int]:
    return [row.id for row in recorder.read_positions(0, limit=10_000)]


def commit(recorder: StampRecorder, *appends: PreparedAppend) -> list[Committed]:
    answers = recorder.commit(appends)
    assert all(isinstance(one, Committed) for one in answers), answers
    return [one for one in answers if isinstance(one, Committed)]


def room(capacity: int) -> PreparedAppend:
    return append(stamp(uuid4()), seats=[SeatChange(quota=QUOTA, capacity=capacity)])


def hold(seats: int) -> PreparedAppend:
    return append(stamp(uuid4()), seats=[SeatChange(quota=QUOTA, held=seats)])


def test_an_empty_ledger_has_the_empty_root(recorder: StampRecorder) -> None:
    assert recorder.head() == (0, EMPTY_ROOT)
    assert recorder.read_stream(ONE) == []
    assert recorder.read_positions(0, limit=10) == []


def test_what_was_committed_is_read_as_it_was_answered(recorder: StampRecorder) -> None:
    (answer,) = commit(recorder, append(stamp(ONE, 1), stamp(ONE, 2), stamp(OTHER, 1)))
    assert recorder.read_positions(0, limit=10) == answer.rows
    assert recorder.read_stream(ONE) == answer.rows[:2]
    assert recorder.read_streams([OTHER, ONE], until=2) == answer.rows[:2]
    assert recorder.head() == (answer.size, answer.root)


def test_a_stamp_is_found_by_its_identity(recorder: StampRecorder) -> None:
    cause = uuid4()
    (answer,) = commit(recorder, first(cause=cause, type="REFUNDED", occurrence="re_1"))
    assert recorder.find(cause, "REFUNDED", occurrence="re_1") == answer.rows[0]
    assert recorder.find(cause, "REFUNDED", occurrence="re_2") is None


def test_the_same_again_returns_the_first_and_writes_nothing(recorder: StampRecorder) -> None:
    cause = uuid4()
    (answer,) = commit(recorder, first(ONE, cause=cause, binding=b"35"))
    (again,) = commit(recorder, append(stamp(ONE, 2, cause=cause, binding=b"35", state=b"other")))
    assert again.repeated
    assert again.rows == answer.rows
    assert positions(recorder) == [1]


def test_the_same_again_within_one_batch_is_a_repeat(recorder: StampRecorder) -> None:
    cause = uuid4()
    one, again = commit(recorder, first(ONE, cause=cause), first(ONE, cause=cause))
    assert (one.repeated, again.repeated) == (False, True)
    assert again.rows == one.rows


def test_a_repeat_is_told_before_a_conflict_and_before_no_room(recorder: StampRecorder) -> None:
    cause = uuid4()
    seats = [SeatChange(quota=QUOTA, held=1)]
    commit(recorder, room(1))
    commit(recorder, append(stamp(ONE, 1, cause=cause), seats=seats), first(OTHER))
    (again,) = commit(recorder, append(stamp(ONE, 1, cause=cause), seeing={OTHER: 0}, seats=seats))
    assert again.repeated


def test_the_same_identity_with_another_binding_is_a_contradiction(
    recorder: StampRecorder,
) -> None:
    cause = uuid4()
    (answer,) = commit(recorder, first(ONE, cause=cause, binding=b"35"))
    (refused,) = recorder.commit([append(stamp(ONE, 2, cause=cause, binding=b"36"))])
    assert refused == Contradicts(answer.rows[0])
    assert positions(recorder) == [1]


def test_an_append_that_stands_in_part_is_a_conflict(recorder: StampRecorder) -> None:
    cause = uuid4()
    commit(recorder, first(ONE, cause=cause))
    (refused,) = recorder.commit([append(stamp(ONE, 2, cause=cause), stamp(ONE, 3))])
    assert isinstance(refused, Conflict)
    assert positions(recorder) == [1]


def test_a_stream_that_moved_on_is_a_conflict(recorder: StampRecorder) -> None:
    commit(recorder, append(stamp(ONE, 1), stamp(ONE, 2)))
    (refused,) = recorder.commit([append(stamp(ONE, 2))])
    assert refused == Conflict(stream=ONE, expected=1, actual=2)


def test_a_stream_that_is_not_there_yet_is_a_conflict(recorder: StampRecorder) -> None:
    (refused,) = recorder.commit([append(stamp(ONE, 3))])
    assert refused == Conflict(stream=ONE, expected=2, actual=0)


def test_a_stream_that_was_only_read_counts_too(recorder: StampRecorder) -> None:
    commit(recorder, first(OTHER))
    (refused,) = recorder.commit([append(stamp(ONE), seeing={OTHER: 0})])
    assert refused == Conflict(stream=OTHER, expected=0, actual=1)
    commit(recorder, append(stamp(ONE), seeing={OTHER: 1}))


def test_a_refused_append_does_not_harm_its_neighbours(recorder: StampRecorder) -> None:
    answers = recorder.commit([first(), append(stamp(ONE, 2)), hold(1), first()])
    assert [type(one) for one in answers] == [Committed, Conflict, NoRoom, Committed]
    assert positions(recorder) == [1, 2]


def test_appends_of_one_batch_follow_each_other(recorder: StampRecorder) -> None:
    commit(recorder, append(stamp(ONE, 1)), append(stamp(ONE, 2)), append(stamp(ONE, 3)))
    answers = recorder.commit([append(stamp(ONE, 4)), append(stamp(ONE, 4))])
    assert [type(one) for one in answers] == [Committed, Conflict]


def test_the_last_seat_is_sold_once(recorder: StampRecorder) -> None:
    commit(recorder, room(3))
    answers = recorder.commit([hold(2), hold(2), hold(1), hold(1)])
    assert [type(one) for one in answers] == [Committed, NoRoom, Committed, NoRoom]
    assert answers[1] == NoRoom(quota=QUOTA, asked=2, free=1)


def test_a_quota_that_was_never_set_has_no_room(recorder: StampRecorder) -> None:
    assert recorder.commit([hold(1)]) == [NoRoom(quota=QUOTA, asked=1, free=0)]


def test_held_seats_are_sold_and_released_without_asking_for_room(
    recorder: StampRecorder,
) -> None:
    commit(recorder, room(2), hold(2))
    sold = [SeatChange(quota=QUOTA, held=-2, sold=2)]
    back = [SeatChange(quota=QUOTA, sold=-1)]
    commit(recorder, append(stamp(uuid4()), seats=sold), append(stamp(uuid4()), seats=back))
    answers = recorder.commit([hold(1), hold(1)])
    assert [type(one) for one in answers] == [Committed, NoRoom]


def test_capacity_does_not_fall_below_what_is_taken(recorder: StampRecorder) -> None:
    commit(recorder, room(5), hold(3))
    assert recorder.commit([room(2)]) == [NoRoom(quota=QUOTA, asked=3, free=2)]
    commit(recorder, room(3))


def test_several_changes_of_one_quota_count_together(recorder: StampRecorder) -> None:
    commit(recorder, room(2), hold(2))
    moved = [SeatChange(quota=QUOTA, held=1), SeatChange(quota=QUOTA, held=-1)]
    commit(recorder, append(stamp(uuid4()), seats=moved))


def test_fewer_than_no_seats_is_a_mistake_of_ours(recorder: StampRecorder) -> None:
    with pytest.raises(ValueError, match="less than no seats"):
        recorder.commit([hold(-1)])
    assert recorder.head()[0] == 0


def test_numbers_have_no_gaps_after_refusals(recorder: StampRecorder) -> None:
    numbered = [first(series=["order"]) for _ in range(3)]
    refused = append(stamp(ONE, 2, series=["order"]))
    commit(recorder, numbered[0])
    answers = recorder.commit([numbered[1], refused, numbered[2]])
    drawn = [one.rows[0].numbers for one in answers if isinstance(one, Committed)]
    assert drawn == [{"order": 2}, {"order": 3}]


def test_a_stamp_draws_from_each_of_its_series(recorder: StampRecorder) -> None:
    commit(recorder, first(series=["order/a"]))
    (answer,) = commit(recorder, first(series=["order/a", "reference"]))
    assert answer.rows[0].numbers == {"order/a": 2, "reference": 1}
    assert recorder.read_positions(1, limit=1) == answer.rows


def test_time_never_runs_backwards(recorder: StampRecorder, clock: Clock) -> None:
    commit(recorder, first())
    clock.now -= timedelta(days=1)
    commit(recorder, first())
    clock.now += timedelta(days=2)
    commit(recorder, first())
    times = [row.recorded_at for row in recorder.read_positions(0, limit=10)]
    assert times == sorted(times)
    assert times[0] == times[1] < times[2]


def recomputed(rows: list[StampRow], ledger: UUID) -> bytes:
    return (
        Frontier()
        .extend(
            leaf_hash(
                stamp_bytes(
                    ledger,
                    row.id,
                    stream=row.originator_id,
                    version=row.originator_version,
                    type=row.topic,
                    recorded_at=row.recorded_at,
                    correlation_id=row.correlation_id,
                    numbers=row.numbers,
                    state=row.state,
                )
            )
            for row in rows
        )
        .root()
    )


def test_every_root_is_that_of_the_rows(recorder: StampRecorder) -> None:
    for count in (1, 2, 5, 3):
        answers = commit(recorder, *(first(series=["n"]) for _ in range(count)))
        rows = recorder.read_positions(0, limit=100)
        assert {one.size for one in answers} == {len(rows)}
        assert answers[0].root == recorder.head()[1] == recomputed(rows, recorder.ledger_id)


def test_sixteen_buyers_never_oversell_and_leave_no_hole(recorder: StampRecorder) -> None:
    commit(recorder, room(40))
    with ThreadPoolExecutor(16) as buyers:
        answers = [*buyers.map(lambda _: recorder.commit([hold(1), hold(1)]), range(40))]
    kinds = [type(one) for pair in answers for one in pair]
    assert kinds.count(Committed) == 40
    assert kinds.count(NoRoom) == 40
    assert positions(recorder) == [*range(1, 42)]
    rows = recorder.read_positions(0, limit=100)
    assert recorder.head() == (41, recomputed(rows, recorder.ledger_id))


def test_free_seats_are_what_is_neither_held_nor_sold() -> None:
    assert Seats(capacity=10, held=3, sold=4).free == 3
