"""The rows that streams call for. One that cannot be translated harms no other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.recorded import Recorded
from projections.folding import folded
from projections.projection import Projection, Row, State

Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """A stamp that could not be read or translated. `error` names the failure, not the data."""

    stream: UUID
    position: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """One stream: how it stands, and its rows by projection.

    With a poison, both are those of just before it; `rows` is None if there is nothing to write.
    `first` is the position of the first stamp that was looked at.
    """

    first: int
    state: State | None
    rows: Rows | None
    poison: Poison | None = None


def derive(
    stamps: Sequence[Recorded],
    state: State | None,
    *,
    projections: Collection[Projection],
) -> Derived:
    """The stream after these stamps, of which there is at least one, on top of how it stood."""
    try:
        after = folded(stamps, state)
        return Derived(first=stamps[0].position, state=after, rows=_rows(after, projections))
    except Exception:  # whatever a translation stumbles over: its lane stops, the others go on
        return _until_it_stumbles(stamps, state, projections)


def _until_it_stumbles(
    stamps: Sequence[Recorded], state: State | None, projections: Collection[Projection]
) -> Derived:
    """Stamp by stamp, to find the one to blame and keep what came before it."""
    rows: Rows | None = None
    for recorded in stamps:
        try:
            after = folded([recorded], state)
            rows, state = _rows(after, projections), after
        except Exception as error:
            poison = poison_at(recorded, error)
            return Derived(first=stamps[0].position, state=state, rows=rows, poison=poison)
    return Derived(first=stamps[0].position, state=state, rows=rows)


def poison_at(recorded: Recorded, error: Exception) -> Poison:
    """A stamp that could not be translated."""
    return Poison(stream=recorded.stream, position=recorded.position, error=type(error).__name__)


def _rows(state: State, projections: Collection[Projection]) -> Rows:
    return {one.name: one.rows_of(state) for one in projections}
