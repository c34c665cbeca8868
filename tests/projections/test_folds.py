"""A stream is gone on with from memory only if it stands just before the next stamp."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.audit.streams import kind_of
from ledger.codec import NAMES
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Recorded
from ledger.kernel.values import replace
from projections.engine.derive import BEGINNING, NO_ROWS, Folds, Known
from projections.engine.projection import begun
from tests.kits.example_stamps import example

STREAM = uuid4()


@dataclass
class State:
    version: int


def stamp(version: int, stream: UUID = STREAM) -> Recorded[object]:
    return Recorded(
        stream=stream,
        version=version,
        position=version,
        recorded_at=datetime(2027, 1, 1, tzinfo=UTC),
        stamp=None,
        correlation_id=uuid4(),
        actor="test",
    )


def known(version: int | None) -> Known:
    state: Any = None if version is None else State(version)
    return Known(state, NO_ROWS)


@pytest.mark.parametrize("kind", [one for one in NAMES if one is not Erased], ids=str)
def test_every_stamp_begins_a_stream_of_its_own_kind(kind):
    """The projector would stop at one that it takes for an order's."""
    first = replace(stamp(1), stamp=example(kind))
    assert type(begun(first)) is kind_of(first)


def test_the_first_stamp_goes_on_from_nothing_whatever_is_remembered():
    folds = Folds()
    folds.keep(STREAM, known(7))
    assert folds.before(stamp(1)) is BEGINNING


def test_only_what_stands_just_before_the_next_stamp_is_gone_on_with():
    folds = Folds()
    assert folds.before(stamp(4)) is None
    for version, serves in ((3, True), (2, False), (4, False), (None, False)):
        folds.keep(STREAM, kept := known(version))
        assert (folds.before(stamp(4)) is kept) is serves
    assert folds.before(stamp(4, uuid4())) is None


def test_what_was_dropped_and_what_is_too_much_is_forgotten_the_longest_unasked_first():
    folds, streams = Folds(most=2), [uuid4() for _ in range(3)]
    for one in streams:
        folds.keep(one, known(1))
    assert [folds.before(stamp(2, one)) is not None for one in streams] == [False, True, True]
    folds.drop(streams[1])
    assert folds.before(stamp(2, streams[1])) is None
    folds.forget()
    assert folds.before(stamp(2, streams[2])) is None
