"""What the services get of every store: stamps in, stamps out, personal data sealed between."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.keys.key_ring import Keyring
from adapters.store.ledger import StampLedger
from adapters.store.recorder import ERASED, Committed, PreparedAppend, StampRecorder
from adapters.store.rows import PreparedStamp
from ledger.codec import NotStorable, encode, frame
from ledger.kernel.events import Draft, Recorded
from ledger.kernel.money import Money
from ledger.kernel.store import Append, Appended, Conflict, Contradiction, LedgerUnavailable, NoRoom
from ledger.kernel.store import SeatChange as Change
from ledger.order.stamps import CancellationRequested, Paid
from tests.contract.given import append as prepared_append
from tests.contract.given import stamp
from tests.contract.test_stamp_recorder import recomputed

MASTER = bytes(range(32))
ORDER, OTHER, QUOTA = UUID(int=1), UUID(int=2), UUID(int=7)
PAID = Paid(amount=Money(3500, "EUR"), provider="stripe", provider_reference="pi_1")
ASKED = CancellationRequested(code_hash="5f", code="secret code")


@pytest.fixture
def ledger(recorder: Any) -> Iterator[StampLedger]:
    made = over(recorder)
    yield made
    made.close()


def over(recorder: Any) -> StampLedger:
    keyring = Keyring(MASTER, ledger=recorder.ledger_id, store=recorder.keys)
    return StampLedger(recorder, keyring=keyring)


def draft(stamp: Any, *, stream: UUID = ORDER, cause: UUID | None = None) -> Draft:
    return Draft(stream=stream, stamp=stamp, correlation_id=cause or uuid4(), actor="test")


def append(*drafts: Draft, seeing: int = 0, seats: tuple[Change, ...] = ()) -> Append:
    expected = {one.stream: seeing for one in drafts}
    return Append(drafts=drafts, expected=expected, seats=seats)


def appended(ledger: StampLedger, *appends: Append) -> list[Appended]:
    outcomes = ledger.append(*appends)
    assert all(isinstance(one, Appended) for one in outcomes), outcomes
    return [one for one in outcomes if isinstance(one, Appended)]


def test_nothing_is_answered_with_nothing(ledger: StampLedger) -> None:
    assert ledger.append() == []
    assert ledger.read(ORDER) == []


def test_stamps_are_read_as_they_were_appended(ledger: StampLedger) -> None:
    (answer,) = appended(ledger, append(draft(PAID), draft(ASKED)))
    assert ledger.read(ORDER) == answer.recorded
    assert [one.stamp for one in answer.recorded] == [PAID, ASKED]
    assert [(one.version, one.position) for one in answer.recorded] == [(1, 1), (2, 2)]
    assert (answer.size, answer.root) == ledger.head()


def test_what_came_with_a_stamp_comes_back(ledger: StampLedger) -> None:
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    given = Draft(
        stream=ORDER,
        stamp=PAID,
        correlation_id=uuid4(),
        actor="stripe",
        occurred_at=moment,
        evidence="ab12",
    )
    appended(ledger, append(given))
    (found,) = ledger.read(ORDER)
    assert (found.actor, found.occurred_at, found.evidence) == ("stripe", moment, "ab12")
    assert found.correlation_id == given.correlation_id


def test_the_feed_goes_on_where_it_was_and_keeps_seals_closed(ledger: StampLedger) -> None:
    appended(ledger, append(draft(PAID), draft(ASKED)))
    (found,) = ledger.feed(1, limit=10)
    assert found.position == 2
    assert found.stamp == CancellationRequested(code_hash="5f", code=None)
    assert ledger.feed(2, limit=10) == []


def test_many_streams_are_read_up_to_a_position(ledger: StampLedger) -> None:
    appended(
        ledger,
        append(draft(PAID)),
        append(draft(PAID, stream=OTHER)),
        append(draft(ASKED), seeing=1),
    )
    found = ledger.read_many([ORDER, OTHER, uuid4()], until=2)
    assert {stream: len(stamps) for stream, stamps in found.items()} == {ORDER: 1, OTHER: 1}


def test_personal_data_is_nowhere_in_what_is_stored(ledger: StampLedger, recorder: Any) -> None:
    appended(ledger, append(draft(ASKED)))
    (row,) = recorder.read_positions(0, limit=1)
    assert b"secret" not in row.state
    assert b"secret" not in (row.binding or b"")


def test_erasing_takes_the_personal_data_and_nothing_else(
    ledger: StampLedger, recorder: Any
) -> None:
    cause = uuid4()
    appended(ledger, append(draft(ASKED, cause=cause)), append(draft(ASKED, stream=OTHER)))
    kept = recorder.read_positions(0, limit=2)
    recorder.commit([PreparedAppend([StoredEvent(ORDER, 2, ERASED, b"{}")])])
    ledger.keyring.forget(ORDER)
    asked = CancellationRequested(code_hash="5f", code=None)
    found = ledger.find(cause, CancellationRequested)
    assert found is not None
    assert found.stamp == asked
    assert ledger.read(OTHER)[0].stamp == ASKED
    assert recorder.read_positions(0, limit=2) == kept


def test_two_appends_of_one_call_share_a_fresh_key(ledger: StampLedger) -> None:
    other = CancellationRequested(code_hash="60", code="another")
    appended(ledger, append(draft(ASKED)), append(draft(other), seeing=1))
    assert [one.stamp for one in ledger.read(ORDER)] == [ASKED, other]


def test_a_fresh_key_comes_with_the_append_that_was_accepted(ledger: StampLedger) -> None:
    full = append(draft(ASKED), seats=(Change(quota=QUOTA, held=1),))
    refused, accepted = ledger.append(full, append(draft(ASKED)))
    assert isinstance(refused, NoRoom)
    assert isinstance(accepted, Appended)
    assert ledger.read(ORDER)[0].stamp == ASKED


def test_the_loser_of_a_race_for_a_fresh_key_reads_and_seals_with_the_winners(
    ledger: StampLedger, recorder: StampRecorder
) -> None:
    rival = over(recorder)
    appended(ledger, append(draft(ASKED)))
    assert rival.append(append(draft(ASKED))) == [Conflict(stream=ORDER, expected=0, actual=1)]
    appended(rival, append(draft(ASKED), seeing=1))
    assert [one.stamp for one in ledger.read(ORDER)] == [ASKED, ASKED]


def test_a_repeat_answers_with_the_first_its_seal_opened(ledger: StampLedger) -> None:
    cause = uuid4()
    (first,) = appended(ledger, append(draft(ASKED, cause=cause)))
    changed = CancellationRequested(code_hash="5f", code="another secret")
    (again,) = appended(ledger, append(draft(changed, cause=cause)))
    assert again.repeated
    assert again.recorded == first.recorded


def test_other_binding_fields_are_a_contradiction(ledger: StampLedger) -> None:
    cause = uuid4()
    (first,) = appended(ledger, append(draft(PAID, cause=cause)))
    other = Paid(amount=Money(3501, "EUR"), provider="stripe", provider_reference="pi_1")
    (outcome,) = ledger.append(append(draft(other, cause=cause), seeing=1))
    assert outcome == Contradiction(existing=first.recorded[0])


def test_conflicts_and_full_quotas_are_told(ledger: StampLedger) -> None:
    appended(ledger, append(draft(PAID)))
    taking = append(draft(PAID, stream=OTHER), seats=(Change(quota=QUOTA, sold=2),))
    assert ledger.append(append(draft(PAID)), taking) == [
        Conflict(stream=ORDER, expected=0, actual=1),
        NoRoom(quota=QUOTA, asked=2, free=0),
    ]


def test_an_append_must_say_what_it_looked_at(ledger: StampLedger) -> None:
    with pytest.raises(ValueError, match="expected version"):
        ledger.append(Append(drafts=[draft(PAID)], expected={}))


def test_an_append_of_nothing_or_of_the_same_twice_is_a_mistake(ledger: StampLedger) -> None:
    twice = draft(PAID)
    for drafts in ([], [twice, twice]):
        with pytest.raises(ValueError, match="each only once"):
            ledger.append(Append(drafts=drafts, expected={ORDER: 0}))


def test_sixteen_threads_share_commits_and_each_gets_its_own_answer(ledger: StampLedger) -> None:
    seats = (Change(quota=QUOTA, capacity=50),)
    appended(ledger, append(draft(PAID), seats=seats))

    def buy(number: int) -> Recorded | None:
        order = UUID(int=1000 + number)
        taking = append(draft(ASKED, stream=order), seats=(Change(quota=QUOTA, held=1),))
        (outcome,) = ledger.append(taking)
        if isinstance(outcome, Appended):
            assert outcome.recorded[0].stream == order
            return outcome.recorded[0]
        return None

    with ThreadPoolExecutor(16) as buyers:
        bought = [one for one in buyers.map(buy, range(100)) if one]
    assert sorted(one.position for one in bought) == [*range(2, 52)]
    assert {one.position: one.stream for one in ledger.feed(1, limit=100)} == {
        one.position: one.stream for one in bought
    }


def test_the_library_reads_the_same_stamps(ledger: StampLedger) -> None:
    (answer,) = appended(ledger, append(draft(PAID), draft(ASKED)))
    events: list[Any] = [*ledger.events.get(ORDER)]
    assert [event.recorded for event in events] == answer.recorded
    assert [one.id for one in ledger.notification_log.select(start=1, limit=10)] == [1, 2]


def test_a_closed_ledger_turns_appends_away(recorder: StampRecorder) -> None:
    ledger = over(recorder)
    ledger.close()
    with pytest.raises(LedgerUnavailable):
        ledger.append(append(draft(PAID)))


def paid(stream: UUID, version: int = 1, **changes: Any) -> PreparedStamp:
    """As another machine made its bytes."""
    money = replace(PAID, **changes)
    encoded = encode(draft(money, stream=stream))
    return stamp(stream, version, state=frame(encoded.schema, b"", encoded.body))


def test_very_many_are_imported_as_if_one_by_one(ledger: StampLedger, recorder: Any) -> None:
    streams = [uuid4() for _ in range(25)]
    given = [prepared_append(paid(one), paid(one, 2)) for one in streams]
    given.insert(7, prepared_append(paid(streams[3], 2)))
    answers = [*ledger.import_all(given, at_once=10)]
    assert [type(one) for one in answers].count(Committed) == 25
    assert answers[7] == Conflict(stream=streams[3], expected=1, actual=2)
    assert [row.id for one in answers if isinstance(one, Committed) for row in one.rows] == [
        *range(1, 51)
    ]
    assert ledger.head() == (50, recomputed(recorder.read_positions(0, limit=99), ledger.ledger_id))


@pytest.mark.parametrize("amount", [10**30, True])
def test_bytes_that_no_draft_could_become_are_not_imported(
    ledger: StampLedger, amount: int
) -> None:
    given = [
        prepared_append(paid(uuid4())),
        prepared_append(paid(uuid4(), amount=Money(amount, "EUR"))),
    ]
    with pytest.raises(NotStorable):
        [*ledger.import_all(given)]
    with pytest.raises(NotStorable):
        [*ledger.import_all([prepared_append(stamp(uuid4(), state=b"no frame"))])]
    assert ledger.head()[0] == 0


def test_an_import_that_is_handed_in_again_writes_nothing(ledger: StampLedger) -> None:
    given = [prepared_append(paid(uuid4())) for _ in range(25)]
    first = [*ledger.import_all(given, at_once=10)]
    again = [*ledger.import_all(given, at_once=7)]
    assert [one.rows for one in again if isinstance(one, Committed) and one.repeated] == [
        one.rows for one in first if isinstance(one, Committed)
    ]
    assert ledger.head()[0] == 25
