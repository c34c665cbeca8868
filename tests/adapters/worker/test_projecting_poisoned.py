"""A stamp that cannot be translated: its lane stops, a person is told, and a mend lets it go on."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from adapters.stamp_ledger import StampLedger
from adapters.worker.desk import Desk
from adapters.worker.differences import differences
from adapters.worker.projections import Projections
from ledger.cases import Cases
from ledger.order.state import Order
from ledger.stamps import Cancelled, Cause
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from projections.unpaid import UNPAID
from tests.adapters.worker.projecting_kit import append, only_unpaid
from tests.projections.histories import placed

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
