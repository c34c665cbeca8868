"""Reports over the tables: what PostgreSQL adds up is what the stamps say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from adapters.postgres.views.reports import ReportViews
from adapters.worker.projector.views import differences
from projections.reports.all import REPORTS
from projections.reports.figures import Kind
from projections.reports.report import Frame
from projections.reports.sums import (
    BEGINNING,
    FOREVER,
    DefinedFigures,
    EnteredFigures,
    entries_of,
)
from tests.kits.histories import write
from tests.kits.projector import project
from tests.kits.report_figures import histories
from tests.kits.voucher_histories import write_vouchers

HELSINKI = ZoneInfo("Europe/Helsinki")
LATEST = datetime.max.replace(tzinfo=UTC)


@pytest.fixture
def reports(database):
    connections = Connections(database.app)
    yield ReportViews(connections)
    connections.close()


def frame(known, *, as_of):
    moments = [one.recorded_at for history in known for one in history]
    return Frame(
        shops=("winterfest",),
        since=min(moments),
        until=max(moments) + timedelta(microseconds=1),
        as_of=as_of,
        zone=HELSINKI,
        zones={"winterfest": HELSINKI},
        starts={"winterfest": max(moments) + timedelta(days=3)},
    )


def test_every_report_and_every_order_behind_it(ledger, owned, database, reports):
    """Written in small batches, with streams forgotten between; then derived again."""
    write(ledger, orders=60, seed=3)
    write_vouchers(ledger, people=9, codes=5, seed=3)
    assert project(ledger, owned, batch=29, folds=7) == []
    known = histories(ledger)
    defined = DefinedFigures(known)
    entered = EnteredFigures(row for one in known for row in entries_of(one))
    head = ledger.head()[0]
    for as_of in (head, head // 2, head // 3):
        asked = frame(known, as_of=as_of)
        for report in REPORTS.values():
            sheet = report.make(reports, asked)
            assert sheet == report.make(defined, asked), report.name
            sources = [cell.source for line in sheet.lines for cell in line.cells if cell.source]
            for source in sources[:12]:
                told: Any = {"shops": asked.shops, "as_of": as_of, "limit": 50}
                found = reports.behind(source, **told)
                assert found == entered.behind(source, **told) != []
    assert [*differences(ledger, database.auditor)] == []


@pytest.mark.parametrize("name", ["views_sum_entries", "views_sum_standing"])
def test_reports_read_nothing_but_their_index(ledger, owned, database, name):
    """A column that is added up by and not covered would be fetched row by row."""
    write(ledger, orders=9)
    project(ledger, owned)
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("vacuum analyze views.report_entries")
        connection.execute("set enable_seqscan = off")
        connection.execute("set enable_bitmapscan = off")
        connection.execute("alter table views.report_entries drop constraint report_entries_pkey")
        asked = [["winterfest"], [*Kind], FOREVER, BEGINNING, LATEST, []]
        explained = b"explain " + statement(name)
        plan = psycopg.RawCursor(connection).execute(explained, asked).fetchall()
    assert any("Index Only Scan using report_entries" in line for (line,) in plan), str(plan)


def test_pages_of_orders_behind_a_number_go_on_where_the_last_ended(ledger, owned, reports):
    write(ledger, orders=30, seed=5)
    project(ledger, owned)
    asked = frame(histories(ledger), as_of=ledger.head()[0])
    sheet = REPORTS["orders-by-outcome"].make(reports, asked)
    source = sheet.lines[-1].cells[1].source
    assert source is not None
    told: Any = {"shops": asked.shops, "as_of": asked.as_of}
    whole = reports.behind(source, **told, limit=100)
    first = reports.behind(source, **told, limit=11)
    onward = reports.behind(source, **told, before=first[-1].position, limit=100)
    assert [*first, *onward] == whole
    assert len(whole) == sheet.lines[-1].cells[1].value
    assert {one.stream for one in reports.orders_by_id([whole[0].stream])} == {whole[0].stream}
    elsewhere = replace(source, shop="elsewhere")
    assert reports.behind(elsewhere, **told) == []


def test_where_a_time_falls_in_the_ledger(ledger, owned, reports):
    assert reports.position_before(BEGINNING) == 0
    assert (reports.first(["winterfest"]), reports.position()) == (None, 0)
    write(ledger, orders=15)
    project(ledger, owned)
    feed = ledger.feed(0, limit=1000)
    for one in feed[::7]:
        at = one.recorded_at
        known = max((other.position for other in feed if other.recorded_at < at), default=0)
        assert reports.position_before(at) == known
    assert reports.position_before(feed[-1].recorded_at + timedelta(1)) == reports.position()
    assert reports.first(["winterfest"]) == feed[0].recorded_at
