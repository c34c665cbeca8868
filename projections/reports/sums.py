"""Figures added up over orders, by time: asked of the rows, or worked out from the stamps."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, cast
from uuid import UUID

from ledger.kernel.events import Recorded
from projections.engine.projection import State, folded
from projections.reports.entries import REPORT_ENTRIES, ReportEntry
from projections.reports.figures import COHORTS, Figure, Kind
from projections.reports.streams import figures_of, shop_of

FOREVER = 2**63 - 1
BEGINNING = datetime.min.replace(tzinfo=UTC)


class Which(NamedTuple):
    """What tells figures apart, whenever they began or happened."""

    shop: str
    kind: str
    outcome: str = ""
    provider: str = ""
    method: str = ""
    product: str = ""
    revision: int = 0
    rate: str = ""
    currency: str = ""
    door: str = ""
    day: str = ""
    payout: str = ""
    bank_reference: str = ""


class Sum(NamedTuple):
    """Alike figures of many orders, added up. `part` is that of the time."""

    which: Which
    part: int
    many: int
    amount: int
    vat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Figures of some kinds and shops, as of a position, until a time (it is not part of it).

    `bounds` part the time: what is before the first is in part 0, before the second in 1, and so
    on. All kinds are either counted as they stand, by when they began, or by when they happened.
    """

    shops: tuple[str, ...]
    kinds: tuple[Kind, ...]
    as_of: int
    until: datetime
    since: datetime = BEGINNING
    bounds: tuple[datetime, ...] = ()

    @property
    def as_they_stand(self) -> bool:
        """Whether they are counted by when they began."""
        return any(kind in COHORTS for kind in self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which figures a number was added up from, and `less` of which others.

    What is None was not told apart.
    """

    kinds: tuple[Kind, ...]
    since: datetime
    until: datetime
    less: tuple[Kind, ...] = ()
    shop: str | None = None
    outcome: str | None = None
    provider: str | None = None
    method: str | None = None
    product: str | None = None
    revision: int | None = None
    rate: str | None = None
    currency: str | None = None
    door: str | None = None
    day: str | None = None
    payout: str | None = None
    bank_reference: str | None = None

    def fits(self, which: Which) -> bool:
        """Whether these figures are among them, apart from their time."""
        told = which._asdict()
        del told["kind"]
        alike = (getattr(self, name) in (None, value) for name, value in told.items())
        return which.kind in (*self.kinds, *self.less) and all(alike)

    @property
    def as_they_stand(self) -> bool:
        """Whether they are counted by when they began."""
        return any(kind in COHORTS for kind in self.kinds)


class Behind(NamedTuple):
    """An order, or a voucher, behind a number; what it adds to it, and its last stamp that did."""

    stream: UUID
    position: int
    many: int
    amount: int
    vat: int


class Figures(Protocol):
    """Where reports get their figures from."""

    def sums(self, asked: Asked) -> Sequence[Sum]:
        """What adds up to nothing may be left out."""
        ...


class DefinedFigures:
    """From the stamps themselves, by definition: every stream folded as it was. The auditor's way.

    What happened in a time is the difference of how orders stood at its ends; what is counted as
    it stands, how they stood at the last.
    """

    def __init__(self, histories: Iterable[Sequence[Recorded[object]]]) -> None:
        self._histories = [one for one in histories if one]

    def sums(self, asked: Asked) -> Sequence[Sum]:
        """Stream by stream, from its beginning."""
        found: dict[tuple[Which, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        for history in self._histories:
            known = [one for one in history if one.position <= asked.as_of]
            told = _standing(known, asked) if asked.as_they_stand else _happened(known, asked)
            for which, part, counted in told:
                if which.kind in asked.kinds and which.shop in asked.shops:
                    sums = found[which, part]
                    for at, one in enumerate(counted):
                        sums[at] += one
        return sorted(Sum(*at, *counted) for at, counted in found.items() if any(counted))


_Told = Iterator[tuple[Which, int, Sequence[int]]]


def _standing(known: Sequence[Recorded[object]], asked: Asked) -> _Told:
    for which, since, counted in _as_of(known):
        if asked.since <= since < asked.until:
            yield which, bisect_right(asked.bounds, since), counted


def _happened(known: Sequence[Recorded[object]], asked: Asked) -> _Told:
    inner = (min(max(one, asked.since), asked.until) for one in asked.bounds)
    edges = [asked.since, *inner, asked.until]
    times = [one.recorded_at for one in known]
    moved = {bisect_right(edges, at) for at in times if asked.since <= at < asked.until}
    for begin, end in ((edges[at - 1], edges[at]) for at in sorted(moved)):
        part = bisect_right(asked.bounds, begin)
        for until, sign in ((begin, -1), (end, 1)):
            for which, _, counted in _as_of([one for one in known if one.recorded_at < until]):
                yield which, part, [sign * one for one in counted]


def _as_of(known: Sequence[Recorded[object]]) -> Iterator[tuple[Which, datetime, Sequence[int]]]:
    if not known:
        return
    state = folded(known)
    shop = shop_of(state)
    for figure, counted in figures_of(state).items():
        yield which_of(shop, figure), figure.since, counted


def which_of(shop: str, figure: Figure) -> Which:
    """What a figure of a shop is told apart by."""
    return Which(
        shop=shop,
        kind=str(figure.kind),
        outcome=str(figure.outcome),
        provider=figure.provider,
        method=figure.method,
        product=figure.product,
        revision=figure.revision,
        rate=figure.rate,
        currency=figure.currency,
        door=figure.door,
        day=figure.day,
        payout=figure.payout,
        bank_reference=figure.bank_reference,
    )


class EnteredFigures:
    """From entries, added up one by one: what statements over their table do."""

    def __init__(self, rows: Iterable[ReportEntry]) -> None:
        self._rows = [*rows]

    def sums(self, asked: Asked) -> Sequence[Sum]:
        """Entry by entry."""
        found: dict[tuple[Which, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        for row in self._rows:
            at = row.since if asked.as_they_stand else row.at
            wanted = row.kind in asked.kinds and row.shop in asked.shops
            if wanted and row.position <= asked.as_of and asked.since <= at < asked.until:
                _add(found[_which(row), bisect_right(asked.bounds, at)], row)
        return sorted(Sum(*at, *counted) for at, counted in found.items() if any(counted))

    def behind(
        self,
        source: Source,
        *,
        shops: Sequence[str],
        as_of: int,
        before: int = FOREVER,
        limit: int = FOREVER,
    ) -> Sequence[Behind]:
        """What is behind a number, those that moved last first; before that position."""
        found: dict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0])
        last: dict[UUID, int] = {}
        for row in self._rows:
            at = row.since if source.as_they_stand else row.at
            wanted = row.shop in shops and source.fits(_which(row))
            if wanted and row.position <= as_of and source.since <= at < source.until:
                _add(found[row.stream], row, sign=-1 if row.kind in source.less else 1)
                last[row.stream] = max(row.position, last.get(row.stream, 0))
        moved = [Behind(one, last[one], *sums) for one, sums in found.items() if any(sums)]
        moved.sort(key=lambda one: -one.position)
        return [one for one in moved if one.position < before][:limit]


def _which(row: ReportEntry) -> Which:
    return Which(*(getattr(row, name) for name in Which._fields))


def _add(sums: list[int], row: ReportEntry, sign: int = 1) -> None:
    for at, one in enumerate((row.many, row.amount, row.vat)):
        sums[at] += sign * one


def entries_of(history: Sequence[Recorded[object]]) -> Iterator[ReportEntry]:
    """All entries of a stream, from its stamps."""
    before: State | None = None
    for recorded in history:
        after = folded((recorded,), before)
        if enter := REPORT_ENTRIES.entries.get(type(after)):
            yield from cast("Sequence[ReportEntry]", enter(before, after, recorded))
        before = after


def by(
    sums: Iterable[Sum], *names: str, parted: bool = False
) -> Mapping[tuple[str | int, ...], Mapping[str, Sum]]:
    """Sums added up by some of what tells them apart, then by kind; with `parted` by time, too."""
    found: dict[tuple[str | int, ...], dict[str, Sum]] = defaultdict(dict)
    for one in sums:
        at = tuple(getattr(one.which, name) for name in names)
        kinds = found[(*at, one.part) if parted else at]
        kind = one.which.kind
        more = kinds.get(kind)
        kinds[kind] = one if more is None else _both(more, one)
    return found


def _both(one: Sum, other: Sum) -> Sum:
    return one._replace(
        many=one.many + other.many, amount=one.amount + other.amount, vat=one.vat + other.vat
    )
