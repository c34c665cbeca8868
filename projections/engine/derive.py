"""The rows that streams call for. One that cannot be translated harms no other."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from ledger.kernel.events import Recorded
from projections.engine.projection import Projection, Row, State, folded

Rows = Mapping[str, Sequence[Row]]
# The rows of a stream that has only begun.
NO_ROWS: Rows = {}


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
    `first` is the position of the first stamp that was looked at. `before` are the rows as they
    were written last, None where nobody remembers.
    """

    first: int
    state: State | None
    rows: Rows | None
    before: Rows | None = None
    poison: Poison | None = None


def changes(changed: Mapping[UUID, Derived], projection: str) -> tuple[list[UUID], list[Row]]:
    """Whose rows of a projection go, and the rows that come; what stands there already stays."""
    replaced: list[UUID] = []
    rows: list[Row] = []
    for stream, one in changed.items():
        if one.rows is None:
            continue
        made = one.rows[projection]
        former = _former(one.before, projection)
        if made == former:
            continue
        if former is not None and made[: len(former)] == former:
            rows.extend(made[len(former) :])
            continue
        replaced.append(stream)
        rows.extend(made)
    return replaced, rows


def _former(before: Rows | None, projection: str) -> Sequence[Row] | None:
    """The rows as they were written last; None where nobody remembers."""
    if before is None:
        return None
    return before.get(projection) if before else ()


def derive(
    stamps: Sequence[Recorded[object]],
    state: State | None,
    *,
    projections: Collection[Projection],
    before: Rows | None = None,
) -> Derived:
    """The stream after these stamps, of which there is at least one, on top of how it stood.

    Of a stream that has begun, `before` holds at least what was entered of it (`entries_only`).
    """
    try:
        after, rows = _translated(stamps, state, projections, before)
        return Derived(first=stamps[0].position, state=after, rows=rows, before=before)
    except Exception:  # whatever a translation stumbles over: its lane stops, the others go on
        return replace(_until_it_stumbles(stamps, state, projections, before), before=before)


def entries_only(projections: Collection[Projection]) -> tuple[Projection, ...]:
    """Those whose rows follow from every moment of a stream, not from how it stands alone."""
    return tuple(one for one in projections if one.entries)


def _translated(
    stamps: Sequence[Recorded[object]],
    state: State | None,
    projections: Collection[Projection],
    before: Rows | None,
) -> tuple[State, Rows]:
    former = NO_ROWS if state is None else before or NO_ROWS
    kinds = {type(one.stamp) for one in stamps}
    moved = [one for one in projections if one.name not in former or not kinds <= one.still]
    kept = entries_only(moved)
    after, entered = _entered(stamps, state, kept) if kept else (folded(stamps, state), NO_ROWS)
    rows = {
        one.name: (*former.get(one.name, ()), *entered[one.name])
        if one.entries
        else one.rows_of(after)
        for one in moved
    }
    return after, {**former, **rows}


def _entered(
    stamps: Sequence[Recorded[object]], state: State | None, kept: Sequence[Projection]
) -> tuple[State, Rows]:
    """Stamp by stamp: what each adds."""
    entered: dict[str, list[Row]] = {one.name: [] for one in kept}
    for recorded in stamps:
        after = folded([recorded], state)
        for one in kept:
            if enter := one.entries.get(type(after)):
                entered[one.name].extend(enter(state, after, recorded))
        state = after
    assert state is not None, "of which there is at least one"
    return state, entered


def _until_it_stumbles(
    stamps: Sequence[Recorded[object]],
    state: State | None,
    projections: Collection[Projection],
    before: Rows | None,
) -> Derived:
    """Stamp by stamp, to find the one to blame and keep what came before it."""
    rows: Rows | None = None
    known = before
    for recorded in stamps:
        try:
            state, rows = _translated([recorded], state, projections, known)
            known = rows
        except Exception as error:
            poison = poison_at(recorded, error)
            return Derived(first=stamps[0].position, state=state, rows=rows, poison=poison)
    return Derived(first=stamps[0].position, state=state, rows=rows)


def poison_at(recorded: Recorded[object], error: Exception) -> Poison:
    """A stamp that could not be translated."""
    return Poison(stream=recorded.stream, position=recorded.position, error=type(error).__name__)


class Known(NamedTuple):
    """A stream at some moment. `rows` are None where nobody remembers what was written."""

    state: State | None
    rows: Rows | None


BEGINNING = Known(None, NO_ROWS)


class Folds:
    """Streams by identity, each as it stood when last asked for; the longest unasked go first."""

    def __init__(self, *, most: int = 20_000) -> None:
        self._most = most
        self._kept: OrderedDict[UUID, Known] = OrderedDict()

    def before(self, first: Recorded[object]) -> Known | None:
        """A stream as it stood just before this stamp of it; None if it is not remembered."""
        if first.version == 1:
            return BEGINNING
        known = self._kept.get(first.stream)
        if known is None or known.state is None or known.state.version != first.version - 1:
            return None
        return known

    def keep(self, stream: UUID, known: Known) -> None:
        """Remember how a stream stands."""
        self._kept[stream] = known
        self._kept.move_to_end(stream)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, stream: UUID) -> None:
        """Forget one."""
        self._kept.pop(stream, None)

    def forget(self) -> None:
        """Begin anew, from the ledger."""
        self._kept.clear()
