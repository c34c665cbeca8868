"""Every report equals its definition over random ledgers, at random positions and times."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.order.evolve import fold
from ledger.order.stamps import OrderPlaced
from projections.engine.derive import derive
from projections.reports.all import REPORTS
from projections.reports.entries import REPORT_ENTRIES
from projections.reports.figures import COHORTS, Kind, in_minor_units
from projections.reports.report import Frame
from projections.reports.sums import (
    FOREVER,
    Asked,
    DefinedFigures,
    EnteredFigures,
    entries_of,
)
from tests.kits.examples import examples
from tests.kits.report_ledgers import SHOPS, known

HELSINKI = ZoneInfo("Europe/Helsinki")
SEEDS = st.integers(0, 3)
MOVED = tuple(kind for kind in Kind if kind not in COHORTS)


def times(histories):
    return sorted({one.recorded_at for history in histories for one in history})


@st.composite
def frames(draw, seeds=SEEDS):
    """A ledger, and a time and a position to report it by."""
    histories = known(draw(seeds))
    moments = st.sampled_from(times(histories))
    since, until = sorted([draw(moments), draw(moments) + timedelta(hours=draw(st.integers(0, 2)))])
    positions = [one.position for history in histories for one in history]
    as_of = draw(st.sampled_from(positions) | st.just(FOREVER))
    start = draw(moments)
    return histories, Frame(
        shops=SHOPS,
        since=since,
        until=until,
        as_of=as_of,
        zone=HELSINKI,
        zones={"winterfest": HELSINKI},
        starts={"winterfest": start},
    )


@given(frames())
@examples(30)
def test_every_report_is_what_the_stamps_say(drawn):
    histories, frame = drawn
    defined = DefinedFigures(histories)
    entered = EnteredFigures(row for one in histories for row in entries_of(one))
    for report in REPORTS.values():
        assert report.make(entered, frame) == report.make(defined, frame), report.name


@given(frames(), st.integers(1, 9), st.integers(0, 9))
@examples(15)
def test_batches_of_any_size_enter_the_same(drawn, size, begin):
    """Incremental equals from scratch, also where a stream goes on from what is remembered."""
    histories, _ = drawn
    history = histories[begin % len(histories)]
    state, rows = None, None
    for at in range(0, len(history), size):
        made = derive(history[at : at + size], state, projections=[REPORT_ENTRIES], before=rows)
        assert made.poison is None
        state, rows = made.state, made.rows
    assert rows is not None
    assert rows["report_entries"] == tuple(entries_of(history))


@given(frames())
@examples(15)
def test_a_period_that_is_over_says_the_same_for_ever(drawn):
    """Whatever came later: as of the period's end and as of any later position."""
    histories, frame = drawn
    entered = EnteredFigures(row for one in histories for row in entries_of(one))
    asked = Asked(shops=SHOPS, kinds=MOVED, as_of=FOREVER, since=frame.since, until=frame.until)
    over = max(
        (one.position for h in histories for one in h if one.recorded_at < frame.until), default=0
    )
    then = [row for h in histories for row in entries_of([s for s in h if s.position <= over])]
    assert EnteredFigures(then).sums(asked) == entered.sums(asked)


@pytest.mark.parametrize("seed", range(4))
def test_money_by_payment_and_by_line_is_the_orders_own_words(seed):
    """Received, refunded, under way, disputed, lost: each is somewhere, and nothing twice."""
    placed = [one for one in known(seed) if isinstance(one[0].stamp, OrderPlaced)]
    orders = [fold(one[0].stream, one) for one in placed]
    asked = Asked(
        shops=SHOPS, kinds=MOVED, as_of=FOREVER, until=times(known(seed))[-1] + timedelta(1)
    )
    found: Counter[str] = Counter()
    for one in DefinedFigures(known(seed)).sums(asked):
        found[one.which.kind] += one.amount
    words = {
        Kind.RECEIVED: "received",
        Kind.SOLD: "received",
        Kind.REFUNDED: "refunded",
        Kind.RETURNED: "refunded",
        Kind.CHARGED_BACK: "lost",
        Kind.TAKEN: "lost",
        Kind.REFUND_PENDING: "refund_pending",
        Kind.DISPUTED: "disputed",
    }
    for kind, word in words.items():
        assert found[kind] == sum(getattr(one, word).amount for one in orders), kind
    held = found[Kind.RECEIVED] - found[Kind.REFUNDED] - found[Kind.CHARGED_BACK]
    standing = found[Kind.REFUND_PENDING] + found[Kind.DISPUTED]
    assert held - standing == sum(one.held.amount for one in orders)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_counted_as_it_stands_is_told_apart_by_few_columns(seed):
    """Its statement adds up by these alone."""
    apart = {"stream", "position", "nth", "at", "since", "shop", "kind", "many", "amount", "vat"}
    apart |= {"outcome", "provider", "method", "currency"}
    for row in (row for one in known(seed) for row in entries_of(one)):
        if row.kind in COHORTS:
            assert not any(value for name, value in asdict(row).items() if name not in apart)


@given(frames(), st.data())
@examples(15)
def test_every_number_is_the_sum_of_the_orders_behind_it(drawn, data):
    histories, frame = drawn
    entered = EnteredFigures(row for one in histories for row in entries_of(one))
    report = data.draw(st.sampled_from([*REPORTS.values()]))
    sheet = report.make(entered, frame)
    for line in sheet.lines:
        for cell in line.cells:
            if cell.source is None:
                continue
            behind = entered.behind(cell.source, shops=frame.shops, as_of=frame.as_of)
            assert _adds_up(cell, behind), (report.name, cell, behind)


def _adds_up(cell, behind):
    if isinstance(cell.value, int):
        return cell.value == sum(one.many for one in behind)
    whole = sum(one.amount for one in behind)
    told = in_minor_units(cell.source.kinds, whole, cell.value.currency)
    return cell.value.amount in (told, sum(one.vat for one in behind))
