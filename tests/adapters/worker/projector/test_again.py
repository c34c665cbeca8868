"""What is derived again is what is there; what is not there is named."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.views.owner import OwnedViews
from adapters.postgres.views.rebuild import RebuildUnderWay, ShadowViews
from adapters.store.ledger import StampLedger
from adapters.store.recorder import PreparedAppend
from adapters.store.rows import PreparedStamp
from adapters.worker.projector.rebuild import RebuildRefused, rebuild
from adapters.worker.projector.views import differences
from ledger.accounts.stamps import AccountOpened, OrdersClaimed
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.stamps import GrantKind, PersonListed
from ledger.order.order import Order
from ledger.order.stamps import Cancelled, Cause
from ledger.shop.stamps import PreferencesChanged, QuotaSet, ShopCancelled, ShopOpened
from projections.all import PROJECTIONS
from projections.engine.derive import Poison
from projections.engine.projection import Projection
from projections.order_search import OrderPage
from projections.unpaid_orders import UNPAID
from tests.kits.histories import QUOTA, SHOP, placed, write
from tests.kits.letter_orders import place_in_line
from tests.kits.projector import (
    ALL,
    append,
    everything,
    only_unpaid,
    project,
    stumbling,
)
from tests.kits.worlds import PREFERENCES
from tests.ledger.codec.test_codec import GOLDEN
from tests.ledger.till.test_shift import GOLDEN as SHIFTS

FOR_EVER = datetime.max.replace(tzinfo=UTC)
LISTED = PersonListed(
    shop=SHOP,
    shop_slug="winterfest",
    kind=GrantKind.SPEAKER,
    language="en",
    person_index="e" * 64,
    name="Ada",
    email="ada@example.org",
)
CASE = CaseOpened(kind=CaseKind.DISPUTE, severity=Severity.WARNING, text="a dispute")


@pytest.mark.parametrize("seed", range(4))
def test_rebuilding_gives_the_same_rows(ledger, owned, database, seed):
    write(ledger, orders=60, seed=seed)
    append(ledger, SHOP, ShopOpened(slug="winterfest"), QuotaSet(slug="weekend", capacity=90))
    append(ledger, uuid4(), CASE)
    opened = AccountOpened(email_index="e" * 64, generation=1, language="en")
    append(ledger, uuid4(), opened, OrdersClaimed(orders=(uuid4(),)))
    append(
        ledger,
        uuid4(),
        ShopOpened(slug="rained-off"),
        PreferencesChanged(before=None, after=PREFERENCES),
        ShopCancelled(reason={"en": "rain"}),
        GOLDEN["MAILING_STARTED"],
    )
    append(ledger, uuid4(), placed(), GOLDEN["BUYER_ADDRESSED"])
    for one in (
        GOLDEN["NEWS_ADDRESSED"],
        GOLDEN["VOUCHER_ISSUED"],
        SHIFTS["SHIFT_OPENED"],
        LISTED,
        place_in_line().taken,
    ):
        append(ledger, uuid4(), one)
    project(ledger, owned, batch=29, folds=7)
    before = everything(database.app)
    told: list[tuple[int, int]] = []
    rebuild(ledger, database.app, projections=ALL, progress=lambda *at: told.append(at))
    assert everything(database.app) == before
    assert all(before.values())
    assert told[-1] == (ledger.head()[0], ledger.head()[0])


def test_rebuilt_projections_go_on_from_where_they_are(ledger, owned, views, database):
    write(ledger, orders=10, seed=1)
    project(ledger, owned)
    rebuild(ledger, database.app, projections=[PROJECTIONS["order_pages"]])
    write(ledger, orders=10, seed=2)
    assert project(ledger, owned) == []
    assert [*differences(ledger, database.app)] == []
    assert all(one.lag == 0 for one in views.checkpoints())


def test_rebuilding_mends_what_was_damaged(ledger, owned, database):
    write(ledger, orders=10)
    project(ledger, owned)
    with psycopg.connect(database.app) as connection:
        connection.execute("delete from views.order_pages")
        connection.execute("update views.seats set sold = sold + 1")
    assert {one.projection for one in differences(ledger, database.app)} == {
        "order_pages",
        "seats",
    }
    rebuild(ledger, database.app, projections=ALL)
    assert [*differences(ledger, database.app)] == []


def test_each_difference_is_named(ledger, owned, database):
    (order,) = write(ledger, orders=1)
    project(ledger, owned)
    stray = uuid4()
    with psycopg.connect(database.app) as connection:
        connection.execute("update views.order_pages set total = 1")
        connection.execute("insert into views.unpaid values (%s, now())", [stray])
    changed, orphan = differences(ledger, database.auditor)
    assert (changed.projection, changed.key) == ("order_pages", (str(order),))
    assert isinstance(changed.live, OrderPage)
    assert isinstance(changed.derived, OrderPage)
    assert (changed.live.total, changed.derived.total) == (1, 3500)
    assert (orphan.projection, orphan.key, orphan.derived) == ("unpaid", (str(stray),), None)


def test_the_auditor_may_read_rebuilt_tables(ledger, owned, database):
    write(ledger, orders=3)
    project(ledger, owned)
    rebuild(ledger, database.app, projections=ALL)
    assert [*differences(ledger, database.auditor)] == []


def test_a_stream_that_cannot_be_translated_stops_alone(ledger, owned, views, database):
    good, bad = uuid4(), uuid4()
    append(ledger, bad, placed())
    append(ledger, bad, CASE, version=1)
    append(ledger, bad, Cancelled(cause=Cause.STAFF), version=2)
    append(ledger, good, placed())
    (poison,) = project(ledger, owned)
    assert (poison.stream, poison.position) == (bad, 2)
    assert [lane.stream for lane in views.stopped_lanes()] == [bad]
    assert views.summed_seats([QUOTA]) == {QUOTA: (0, 2, 0)}
    assert [*differences(ledger, database.app)] == []
    before = everything(database.app)
    rebuild(ledger, database.app, projections=ALL)
    assert everything(database.app) == before


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_bytes_that_are_no_stamp_stop_their_stream_alone(ledger, owned, views, database, batch):
    good, bad = uuid4(), uuid4()
    append(ledger, bad, placed())
    ledger.recorder.commit([first_of(garbage(bad, 2))])
    append(ledger, bad, Cancelled(cause=Cause.STAFF), version=2)
    append(ledger, good, placed())
    (poison,) = project(ledger, owned, batch=batch)
    assert (poison.stream, poison.position, poison.error) == (bad, 2, "Unreadable")
    assert views.unpaid_due(FOR_EVER) in ([bad, good], [good, bad])
    assert [*differences(ledger, database.app)] == []


def test_what_a_table_refuses_stops_its_stream_alone(ledger, owned, views, database):
    good, bad = uuid4(), uuid4()
    append(ledger, bad, placed(language="\0"))
    append(ledger, good, placed())
    (poison,) = project(ledger, owned)
    assert (poison.stream, poison.position) == (bad, 1)
    assert views.unpaid_due(FOR_EVER) == [good]
    assert [*differences(ledger, database.app)] == []


def test_a_mended_translation_lets_the_lane_catch_up(ledger, views, database):
    order, other = uuid4(), uuid4()
    append(ledger, order, placed())
    append(ledger, order, Cancelled(cause=Cause.STAFF), version=1)
    append(ledger, other, placed())
    broken = replace(UNPAID, rows={Order: only_unpaid})
    (poison,) = moved_by(database.app, ledger, {**PROJECTIONS, "unpaid": broken})
    assert (poison.stream, poison.position) == (order, 2)
    assert {*views.unpaid_due(FOR_EVER)} == {order, other}
    assert moved_by(database.app, ledger, PROJECTIONS) == []
    assert views.stopped_lanes() == []
    assert views.unpaid_due(FOR_EVER) == [other]
    assert [*differences(ledger, database.app)] == []


def test_projections_of_another_version_are_rebuilt_before_anything_moves(ledger, views, database):
    write(ledger, orders=5)
    early = replace(UNPAID, rows={})
    moved_by(database.app, ledger, {**PROJECTIONS, "unpaid": early})
    write(ledger, orders=5, seed=2)
    moved_by(database.app, ledger, {**PROJECTIONS, "unpaid": replace(UNPAID, version=99)})
    assert {one.name: one.version for one in views.checkpoints()}["unpaid"] == 99
    assert [*differences(ledger, database.app)] == []


def test_a_projection_that_joins_later_has_all_rows(ledger, views, database):
    write(ledger, orders=5)
    moved_by(database.app, ledger, {"order_pages": PROJECTIONS["order_pages"]})
    moved_by(database.app, ledger, PROJECTIONS)
    assert [*differences(ledger, database.app)] == []
    expected = {one.name: one.version for one in PROJECTIONS.values()}
    assert {one.name: one.version for one in views.checkpoints()} == expected


def test_a_stream_that_stumbles_over_new_rules_stands_still_and_no_other(
    ledger, owned, views, database
):
    gone, waiting = uuid4(), uuid4()
    append(ledger, gone, placed(), Cancelled(cause=Cause.STAFF))
    append(ledger, waiting, placed())
    project(ledger, owned)
    owned.close()
    broken = replace(UNPAID, version=99, rows={Order: only_unpaid})
    (poison,) = moved_by(database.app, ledger, {**PROJECTIONS, "unpaid": broken})
    assert (poison.stream, poison.error) == (gone, "ZeroDivisionError")
    assert [lane.position for lane in views.stopped_lanes()] == [2]
    assert {*views.unpaid_due(FOR_EVER)} == {gone, waiting}
    assert {one.name: one.version for one in views.checkpoints()}["unpaid"] == 99
    assert [*differences(ledger, database.app)] == []


def test_a_rebuild_that_stumbles_all_the_time_leaves_the_live_rows(ledger, owned, views, database):
    orders = write(ledger, orders=101)
    project(ledger, owned)
    before = everything(database.app)
    broken = replace(UNPAID, version=99, rows={Order: stumbling})
    with pytest.raises(RebuildRefused, match="more than 100 streams"):
        rebuild(ledger, database.app, projections=[broken])
    assert everything(database.app) == before
    assert len(orders) > 100
    assert views.stopped_lanes() == []


def test_two_rebuilds_at_once_are_one_too_many(ledger, owned, database):
    first = ShadowViews.at(database.app, "projections", projections=ALL)
    first.begin()
    with pytest.raises(RebuildUnderWay):
        rebuild(ledger, database.app, projections=ALL)
    first.close()


def moved_by(url: str, ledger: StampLedger, projections: Mapping[str, Projection]) -> list[Poison]:
    """All that is due, by an owner with these projections."""
    owned = OwnedViews.take(url, "projections", projections=projections.values())
    assert owned is not None
    try:
        return project(ledger, owned)
    finally:
        owned.close()


def garbage(stream: UUID, version: int) -> PreparedStamp:
    return PreparedStamp(stream, version, "PAID", b"?", uuid4(), "", b"")


def first_of(stamp: PreparedStamp) -> PreparedAppend:
    return PreparedAppend([stamp], {stamp.originator_id: stamp.originator_version - 1})
