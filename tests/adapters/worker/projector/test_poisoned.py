"""A stamp that cannot be translated: its lane stops, a person is told, and a mend lets it go on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from random import Random
from typing import Any, get_type_hints
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.store.ledger import StampLedger
from adapters.worker.open_cases import Desk
from adapters.worker.projector.reactor import Projections
from adapters.worker.projector.rebuild import rebuild
from adapters.worker.projector.stopped_lanes import StoppedLanes
from adapters.worker.projector.views import differences
from ledger.cases.case import Case
from ledger.cases.service import Cases
from ledger.kernel.events import Draft
from ledger.kernel.store import Append, Appended
from ledger.order.order import Order
from ledger.order.stamps import (
    Authorized,
    Cancelled,
    Cause,
    CreatePaymentRequest,
    Paid,
    TicketsIssued,
)
from ledger.shop.stamps import PreferencesChanged, QuotaSet, ShopCancelled, ShopOpened
from projections.all import PROJECTIONS
from projections.engine.derive import Poison
from projections.engine.projection import Projection
from projections.unpaid_orders import UNPAID
from tests.adapters.worker.projector.test_again import CASE, LISTED, first_of, garbage
from tests.kits.histories import PRICE, placed
from tests.kits.letter_orders import place_in_line
from tests.kits.projector import append, only_unpaid, stumbling
from tests.kits.spec import CHECKED_IN
from tests.kits.worlds import PREFERENCES
from tests.ledger.codec.test_codec import GOLDEN
from tests.ledger.till.test_shift import GOLDEN as SHIFTS

FOR_EVER = datetime.max.replace(tzinfo=UTC)


def worker(ledger: StampLedger, url: str, projections: Collection[Projection]) -> Projections:
    desk = Desk(Cases(ledger))
    return Projections(store=ledger, url=url, desk=desk, projections=projections)


def test_its_lane_stops_and_goes_on_with_code_that_can_read_it(ledger, views, database):
    order, other = uuid4(), uuid4()
    append(ledger, order, placed())
    append(ledger, order, Cancelled(cause=Cause.STAFF), version=1)
    broken = replace(UNPAID, rows={Order: only_unpaid})
    flawed = worker(ledger, database.app, [*{**PROJECTIONS, "unpaid": broken}.values()])
    while flawed.run().done:
        pass
    append(ledger, other, placed())
    append(ledger, order, placed(), version=2)
    while flawed.run().done:
        pass
    (lane,) = views.stopped_lanes()
    (case,) = views.cases()
    assert (lane.stream, lane.position) == (order, 2)
    assert (case.kind, case.severity) == ("poison_stamp", "critical")
    assert "position 2: ZeroDivisionError" in case.text
    assert other in views.unpaid_due(FOR_EVER)
    assert all(one.lag == 0 for one in views.checkpoints())
    flawed.close()
    mended = worker(ledger, database.app, PROJECTIONS.values())
    mended.run()
    assert views.stopped_lanes() == []
    assert order not in views.unpaid_due(FOR_EVER)
    assert [*differences(ledger, database.app)] == []
    mended.close()
    assert [case.kind for case in views.cases("resolved")] == ["poison_stamp"]


class Tables:
    """Values that a column refuses, in the rows that a projection makes of some streams."""

    def __init__(self, flaws: Mapping[UUID, object]) -> None:
        self.flaws = flaws

    def __call__(self, projection: Projection) -> Projection:
        rows = {kind: self._spoiled(made) for kind, made in projection.rows.items()}
        entries = {kind: self._spoiled(made) for kind, made in projection.entries.items()}
        return replace(projection, rows=rows, entries=entries)

    def _spoiled(self, made: Any) -> Any:
        def rows(*told: Any) -> Any:
            found = tuple(made(*told))
            # How the stream stands or, of what a stamp adds, how it stood before and stands after.
            state = told[0] if len(told) == 1 else told[1]
            flaw = self.flaws.get(state.id)
            if isinstance(flaw, Exception):
                raise flaw
            return found if flaw is None else [_spoiled(row, flaw) for row in found]

        return rows


def _spoiled(row: Any, flaw: object) -> Any:
    """In the first column of the flaw's kind."""
    kind = type(flaw)
    fits = [one.name for one in fields(row) if type(getattr(row, one.name)) is kind]
    return replace(row, **dict.fromkeys(fits[-1:], flaw))


FLAWS = {
    "too large for bigint": 2**63,
    "too large for anything": 10**30,
    "a text with NUL": "\0",
    "too long for an index": Random(1).randbytes(20_000).hex(),
    "half a character": "\ud800",
    "a fold that raises": ValueError("no"),
    "a fold without end": RecursionError(),
}


def refused_by(name: str) -> str:
    kinds = get_type_hints(PROJECTIONS[name].row).values()
    return "too large for bigint" if int in kinds else "a text with NUL"


def flaws_of(name: str) -> list[str]:
    """One that is met before the table, and one that the table itself refuses, if it can."""
    if name in ("unpaid", "account_orders"):
        return ["a fold that raises"]
    return ["a fold that raises", "a text with NUL" if name == "reservations" else refused_by(name)]


MET_BEFORE = ("a fold that raises", "too large for bigint")


@pytest.mark.parametrize(
    ("name", "flaws"),
    [
        *((name, flaws_of(name)) for name in PROJECTIONS),
        ("order_pages", [flaw for flaw in FLAWS if flaw not in MET_BEFORE]),
    ],
    ids=[*PROJECTIONS, "order_pages, all others"],
)
def test_whatever_a_table_refuses_stops_its_stream_alone_for_ever_and_a_day(
    ledger, views, database, name, flaws
):
    """At the first try, at every later one, when a worker starts and when rows are rebuilt."""
    bad, good, shop = {uuid4(): FLAWS[one] for one in flaws}, uuid4(), uuid4()
    append(ledger, shop, ShopOpened(slug="s"), QuotaSet(slug="weekend", capacity=90))
    for number, stream in enumerate(bad):
        under_one(ledger, stream, *stamps_for(name, number))
    append(ledger, good, placed())
    tables = Tables({**bad})
    spoiled = tables(PROJECTIONS[name])
    set_of = [*{**PROJECTIONS, name: spoiled}.values()]
    first = run_out(worker(ledger, database.app, set_of))
    assert [lane.stream for lane in views.stopped_lanes()] == [*bad]
    first.close()
    later = run_out(worker(ledger, database.app, set_of))
    append(ledger, shop, QuotaSet(slug="weekend", capacity=91), version=2)
    append(ledger, late := uuid4(), placed())
    run_out(later)
    assert [lane.stream for lane in views.stopped_lanes()] == [*bad]
    assert {good, late} <= {*views.unpaid_due(FOR_EVER)}
    assert all(one.lag == 0 for one in views.checkpoints())
    told = [case.kind for case in views.cases() if case.kind == "poison_stamp"]
    assert told == ["poison_stamp"] * len(bad)
    later.close()
    # All of them once; it is the spoiled one's tables that refuse.
    rebuild(ledger, database.app, projections=set_of if name == "order_pages" else [spoiled])
    assert [*differences(ledger, database.app, projections=set_of)] == []
    tables.flaws = {}
    mended = run_out(worker(ledger, database.app, set_of))
    assert views.stopped_lanes() == []
    assert [case.kind for case in views.cases() if case.kind == "poison_stamp"] == []
    assert [*differences(ledger, database.app)] == []
    mended.close()


A_CANCELLED_SHOP = (
    ShopOpened(slug="rained-off"),
    PreferencesChanged(before=None, after=PREFERENCES),
    ShopCancelled(reason={"en": "rain"}),
)


ASKED = CreatePaymentRequest(amount=PRICE, provider="stripe", account="a", live=False)
MONEY: dict[str, Any] = {"amount": PRICE, "provider": "stripe", "provider_reference": "pi_1"}
BOUGHT = (placed(), ASKED, Paid(**MONEY))
ENTERED = (*BOUGHT, TicketsIssued(hashes=(CHECKED_IN.ticket,), codes=None), CHECKED_IN)
# A stream that has rows of a projection, where a plain order has none.
STAMPS_FOR: Mapping[str, Sequence[Any]] = {
    "cases": [CASE],
    "account_orders": [placed(account=uuid4()), ASKED],
    "shop_changes": A_CANCELLED_SHOP,
    "reservations": [placed(grace_period=3600), ASKED, Authorized(**MONEY)],
    "vouchers": [GOLDEN["VOUCHER_ISSUED"]],
    "grantees": [LISTED],
    "shifts": [SHIFTS["SHIFT_OPENED"]],
    "waiting_list": [place_in_line().taken],
    "mailings": [
        ShopOpened(slug="told"),
        PreferencesChanged(before=None, after=PREFERENCES),
        GOLDEN["MAILING_STARTED"],
    ],
    "mailing_letters": [*BOUGHT, GOLDEN["BUYER_ADDRESSED"]],
    **dict.fromkeys(("door_tickets", "door_visits"), ENTERED),
    **dict.fromkeys(("receipts", "outbox", "provider_references"), BOUGHT),
}


def stamps_for(name: str, number: int) -> Sequence[Any]:
    """A stream that has rows of a projection, and its own names in them."""
    stamps = STAMPS_FOR.get(name, [placed(), ASKED])
    return [_of_its_own(one, number) for one in stamps]


def _of_its_own(stamp: Any, number: int) -> Any:
    match stamp:
        case Paid():
            return replace(stamp, provider_reference=f"pi_{number}")
        case ShopOpened():
            return replace(stamp, slug=f"{stamp.slug}-{number}")
        case _:
            return stamp


def under_one(ledger: StampLedger, stream: UUID, *stamps: Any) -> None:
    """Stamps of one stream under one correlation id: one payment attempt."""
    cause = uuid4()
    drafts = [Draft(stream=stream, stamp=one, correlation_id=cause, actor="test") for one in stamps]
    (outcome,) = ledger.append(Append(drafts=drafts, expected={stream: 0}))
    assert isinstance(outcome, Appended)


def run_out(worker: Projections) -> Projections:
    for _ in range(50):
        if not worker.run().done:
            return worker
    raise AssertionError("it never comes to rest")


def test_a_stream_that_cannot_be_read_at_all_is_stopped_by_a_rebuild_too(ledger, views, database):
    bad = uuid4()
    append(ledger, bad, placed())
    ledger.recorder.commit([first_of(garbage(bad, 2))])
    run_out(worker(ledger, database.app, PROJECTIONS.values())).close()
    with psycopg.connect(database.app) as connection:
        connection.execute("delete from views.stopped_lanes")
    rebuild(ledger, database.app, projections=[UNPAID])
    assert [(lane.stream, lane.position) for lane in views.stopped_lanes()] == [(bad, 2)]
    assert [*differences(ledger, database.app)] == []


def test_a_stream_that_moves_is_tried_again_at_once(ledger, views, database):
    """The next stamp is the repair."""
    bad = uuid4()
    append(ledger, bad, placed())
    broken = replace(UNPAID, rows={Order: only_gone})
    one = run_out(worker(ledger, database.app, [*{**PROJECTIONS, "unpaid": broken}.values()]))
    assert [lane.stream for lane in views.stopped_lanes()] == [bad]
    append(ledger, bad, Cancelled(cause=Cause.STAFF), version=1)
    run_out(one)
    assert views.stopped_lanes() == []
    one.close()


def test_where_cases_cannot_be_shown_one_case_is_opened_and_not_one_about_each(
    ledger, views, database
):
    append(ledger, uuid4(), placed(language="\0"))
    broken = replace(PROJECTIONS["cases"], rows={Case: stumbling})
    one = run_out(worker(ledger, database.app, [*{**PROJECTIONS, "cases": broken}.values()]))
    assert len(views.stopped_lanes()) == 2
    assert ledger.head()[0] == 2
    one.close()


def test_who_cannot_be_told_now_is_told_at_the_next_look() -> None:
    told: list[Poison] = []

    def tell(poison: Poison) -> None:
        told.append(poison)
        if len(told) == 1:
            raise ZeroDivisionError

    lanes = StoppedLanes([], tell=tell)
    poison = Poison(stream=uuid4(), position=1, error="DataError")
    lanes.stop([poison])
    for _ in range(3):
        lanes.tell()
    assert told == [poison, poison]


def only_gone(order: Order) -> Any:
    return stumbling(order) if order.alive else ()
